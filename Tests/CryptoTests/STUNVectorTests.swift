import Base
import Crypto
import Testing

/// RFC 5769 §2.
@Suite struct STUNVectorTests {
  static let password = Array("VOkJxbRl1RmTxUk/WvJxBt".utf8)
  static let transaction = hex("b7e7a701bc34d686fa87dfae")
  static let request = hex(
    """
    00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74
    00240004 6e0001ff 80290008 932ff9b1 51263b36 00060009 6576746a 3a683676 59202020
    00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2 80280004 e57a3bcf
    """)
  static let responseV4 = hex(
    """
    0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220
    00200008 0001a147 e112a643 00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
    80280004 c07d4c96
    """)
  static let responseV6 = hex(
    """
    01010048 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220
    00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9 00080014 a382954e 4be67bf1
    1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c
    """)

  @Test func `2.1, a request: authentic, and refused because its sender is controlled`() {
    let credentials = STUNCredentials(
      localUfrag: Array("evtj".utf8), remoteUfrag: Array("h6vY".utf8), password: Self.password)
    let (outcome, reply) = STUNTests.respond(Self.request, credentials: credentials)
    #expect(outcome == .error(replyCount: reply.count, code: 487))
    #expect(
      STUNResponse(reply, transactionID: Self.transaction, password: Self.password)
        == .error(code: 487, isAuthentic: true))
  }

  @Test func `2.2 and 2.3, responses`() {
    #expect(
      STUNResponse(Self.responseV4, transactionID: Self.transaction, password: Self.password)
        == .success(mapped: STUNTests.source))
    #expect(
      STUNResponse(Self.responseV6, transactionID: Self.transaction, password: Self.password)
        == .success(mapped: STUNTests.sourceV6))
  }

  @Test(arguments: [responseV4, responseV6])
  func `every truncation and bit flip of a response is refused`(_ response: [UInt8]) {
    for count in 0..<response.count {
      let cut = STUNResponse(
        Array(response.prefix(count)), transactionID: Self.transaction, password: Self.password)
      #expect(cut == nil, "cut to \(count)")
    }
    for bit in 0..<response.count * 8 {
      var forged = response
      forged[bit / 8] ^= 1 << (bit % 8)
      let read = STUNResponse(forged, transactionID: Self.transaction, password: Self.password)
      #expect(read == nil, "bit \(bit)")
    }
  }
}
