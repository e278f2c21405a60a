import Base
import Crypto
import Testing

@Suite struct STUNReplyTests {
  private static let check = STUNTests.request(useCandidate: true).message(
    transactionID: STUNTests.transaction)

  @Test(arguments: [STUNTests.source, STUNTests.sourceV6])
  func `A full agent's answer names the address that the check came from`(_ source: SocketAddress) throws {
    let reply = try #require(
      STUNReply.success(to: Self.check, password: STUNTests.password, from: source))
    let response = STUNResponse(
      reply, transactionID: STUNTests.transaction, password: STUNTests.password)
    #expect(response == .success(mapped: source))
  }

  @Test func `Nothing but a whole check under our password is answered`() throws {
    let source = STUNTests.source
    #expect(STUNReply.success(to: Self.check, password: Array("another".utf8), from: source) == nil)
    for count in 0..<Self.check.count {
      let cut = Array(Self.check.prefix(count))
      #expect(STUNReply.success(to: cut, password: STUNTests.password, from: source) == nil)
    }
    let reply = try #require(
      STUNReply.success(to: Self.check, password: STUNTests.password, from: source))
    #expect(STUNReply.success(to: reply, password: STUNTests.password, from: source) == nil)
    // FINGERPRINT, the last eight octets, only tells protocols apart and is not looked at.
    for bit in 0..<((Self.check.count - 8) * 8) {
      var bent = Self.check
      bent[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(STUNReply.success(to: bent, password: STUNTests.password, from: source) == nil)
    }
  }
}
