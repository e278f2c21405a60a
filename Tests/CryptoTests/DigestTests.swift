import Crypto
import Testing

@Suite struct DigestTests {
  @Test func `SHA-256 of FIPS 180-4's examples`() {
    #expect(
      Digest.sha256(Array("abc".utf8))
        == hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
    #expect(
      Digest.sha256([]) == hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
  }

  @Test func `HMAC-SHA-256 of RFC 4231's second case, and of nothing`() {
    #expect(
      Digest.hmacSHA256(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
        == hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"))
    #expect(
      Digest.hmacSHA256(key: [], [])
        == hex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"))
  }

  @Test func `equality looks at every octet`() {
    #expect(Digest.areEqual([], []))
    #expect(Digest.areEqual([1, 2, 3], [1, 2, 3]))
    #expect(!Digest.areEqual([1, 2, 3], [1, 2, 4]))
    #expect(!Digest.areEqual([0, 2, 3], [1, 2, 3]))
    #expect(!Digest.areEqual([1, 2], [1, 2, 3]))
  }
}

@Suite struct PasswordHashTests {
  @Test func `a hash matches its password only`() throws {
    let hash = try #require(PasswordHash.hash("correct horse 🐎"))
    #expect(hash.hasPrefix("$argon2id$v=19$m=65536,t=2,p=1$"))
    #expect(PasswordHash.verify("correct horse 🐎", hash))
    #expect(!PasswordHash.verify("correct horse", hash))
    #expect(!PasswordHash.verify("", hash))
    let again = try #require(PasswordHash.hash("correct horse 🐎"))
    #expect(again != hash)
  }

  @Test func `an empty password can be hashed`() throws {
    let hash = try #require(PasswordHash.hash(""))
    #expect(PasswordHash.verify("", hash))
    #expect(!PasswordHash.verify("\0", hash))
  }

  @Test func `a password beyond the limit is refused, not cut`() {
    let long = String(repeating: "x", count: PasswordHash.passwordCountMax + 1)
    #expect(PasswordHash.hash(long) == nil)
    #expect(!PasswordHash.verify(long, "$argon2id$v=19$m=65536,t=2,p=1$AAAA$AAAA"))
  }

  @Test(arguments: [
    "", "x", "$argon2id$", "$argon2id$v=19$m=4194304,t=100,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
    "$argon2id$v=19$m=65536,t=2,p=1$", "$argon2id$v=19$m=65536,t=2,p=1$!$!",
  ])
  func `a text that is no hash of ours matches nothing and costs nothing`(_ text: String) {
    #expect(!PasswordHash.verify("password", text))
  }
}
