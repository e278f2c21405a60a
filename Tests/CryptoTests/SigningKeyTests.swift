import Crypto
import Testing

@Suite struct SigningKeyTests {
  /// RFC 8032 §7.1, test 2.
  @Test func `The vector of RFC 8032 is met`() throws {
    let seed = octets("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    let key = try #require(SigningKey(seed: seed))
    #expect(
      key.publicKey == octets("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"))
    let signature = key.signature(of: [0x72])
    #expect(
      signature
        == octets(
          "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"))
    #expect(SigningKey.isValid(signature, of: [0x72], publicKey: key.publicKey))
    #expect(!SigningKey.isValid(signature, of: [0x73], publicKey: key.publicKey))
    for index in signature.indices {
      var forged = signature
      forged[index] ^= 1
      #expect(!SigningKey.isValid(forged, of: [0x72], publicKey: key.publicKey))
    }
  }

  @Test(arguments: [0, 31, 33, 64]) func `A seed of another size makes no key`(_ count: Int) {
    #expect(SigningKey(seed: [UInt8](repeating: 1, count: count)) == nil)
  }

  private func octets(_ text: String) -> [UInt8] {
    let digits = Array(text)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
  }
}
