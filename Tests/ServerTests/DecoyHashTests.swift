import Crypto
import Server
import Testing

@Suite struct DecoyHashTests {
  @Test func `A name that does not exist costs as much as one that does`() throws {
    let parameters = { (hash: String) in hash.split(separator: "$").prefix(3).map(String.init) }
    let hash = try #require(PasswordHash.hash("x"))
    #expect(parameters(decoyHash) == parameters(hash))
    #expect(!PasswordHash.verify("", decoyHash))
  }
}
