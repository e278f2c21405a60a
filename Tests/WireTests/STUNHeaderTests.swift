import Base
import Testing
import Wire

@Suite struct STUNHeaderTests {
  @Test func `RFC 5769's request shows class, transaction, user and both seals`() throws {
    let header = try parsed(Vector.stunRequest)
    #expect(header.isBindingRequest && header.messageClass == .request && header.method == 1)
    #expect(header.length == 88)
    #expect(header.transactionID == STUNTransactionID(high: 0xB7E7_A701, low: 0xBC34_D686_FA87_DFAE))
    #expect(header.integrityOffset == 76 && header.hasFingerprint)
    let name = try #require(userName(header, Vector.stunRequest))
    #expect(name == ["evtj", "h6vY"])
    #expect(find(STUNAttribute.priority, header, Vector.stunRequest) == hex("6e0001ff"))
    #expect(find(STUNAttribute.useCandidate, header, Vector.stunRequest) == nil)
  }

  @Test func `RFC 5769's response is a success`() throws {
    let header = try parsed(Vector.stunResponse)
    #expect(header.messageClass == .success && header.method == 1 && !header.isBindingRequest)
    #expect(find(STUNAttribute.xorMappedAddress, header, Vector.stunResponse) == hex("0001a147e112a643"))
    #expect(userName(header, Vector.stunResponse) == nil)
  }

  @Test(arguments: [
    (0x0001, STUNHeader.MessageClass.request, 1), (0x0011, .indication, 1), (0x0101, .success, 1),
    (0x0111, .error, 1), (0x3EEF, .request, 0xFFF), (0x3FFF, .error, 0xFFF), (0x0020, .request, 0x10),
    (0x0200, .request, 0x80),
  ])
  func `Class and method are interleaved`(_ type: UInt16, _ kind: STUNHeader.MessageClass, _ method: UInt16)
    throws
  {
    let header = try parsed(message([UInt8(type >> 8), UInt8(type & 0xFF)], []))
    #expect(header.messageClass == kind && header.method == method)
    #expect(header.integrityOffset == nil && !header.hasFingerprint)
  }

  @Test func `Every truncation is refused`() {
    for count in 0..<Vector.stunRequest.count {
      #expect(throws: WireError.truncated) { try parsed(Array(Vector.stunRequest.prefix(count))) }
    }
    #expect(throws: WireError.malformed) { try parsed(Vector.stunRequest + [0, 0, 0, 0]) }
  }

  @Test(arguments: [
    // A set top bit, another cookie, a length of no whole words.
    ("8001", "2112a442", "", WireError.malformed), ("0001", "2112a443", "", .malformed),
    ("0001", "2112a442", "0025", .malformed),
    // An attribute behind the end, by its value or by its padding only.
    ("0001", "2112a442", "00250004", .truncated), ("0001", "2112a442", "0006ffff", .truncated),
    // FINGERPRINT before another, of a wrong length; MESSAGE-INTEGRITY of a wrong length.
    ("0001", "2112a442", "80280004 00000000 00250000", .malformed),
    ("0001", "2112a442", "80280008 00000000 00000000", .malformed),
    ("0001", "2112a442", "00080004 00000000", .malformed),
  ])
  func `A message that lies about itself is refused`(
    _ type: String, _ cookie: String, _ attributes: String, _ error: WireError
  ) {
    let octets = message(hex(type), cookie: hex(cookie), hex(attributes))
    #expect(throws: error) { try parsed(octets) }
  }

  @Test func `More attributes than the limit are refused`() throws {
    let attributes = [[UInt8]](repeating: hex("00250000"), count: STUNHeader.attributeCountMax).flatMap { $0 }
    #expect(try parsed(message(hex("0001"), attributes)).length == 128)
    let more = message(hex("0001"), attributes + hex("00250000"))
    #expect(throws: WireError.excessive) { try parsed(more) }
  }

  @Test func `What stands behind the integrity seal is not found`() throws {
    let seal = hex("00080014") + [UInt8](repeating: 0, count: 20)
    let body = hex("00250000") + seal + hex("00240004 00000001 00060003 613a6200")
    let octets = message(hex("0001"), body)
    let header = try parsed(octets)
    #expect(header.integrityOffset == 24)
    #expect(find(STUNAttribute.useCandidate, header, octets) == [])
    #expect(find(STUNAttribute.priority, header, octets) == nil && userName(header, octets) == nil)
  }

  @Test(arguments: [
    ("a:b", ["a", "b"]), ("abcd:efgh", ["abcd", "efgh"]), ("a:b:c", ["a", "b:c"]), (":b", nil), ("a:", nil),
    ("ab", nil), (":", nil), ("", nil),
  ])
  func `The user name has two sides`(_ name: String, _ sides: [String]?) throws {
    let padding = [UInt8](repeating: 0, count: (4 - name.utf8.count % 4) % 4)
    let body = hex("0006") + [0, UInt8(name.utf8.count)] + Array(name.utf8) + padding
    let octets = message(hex("0001"), body)
    #expect(userName(try parsed(octets), octets) == sides)
  }
}

// The macros of Swift Testing cannot hold spans: these take arrays.

private func parsed(_ octets: [UInt8]) throws(WireError) -> STUNHeader {
  try STUNHeader(octets.span)
}

private func message(
  _ type: [UInt8], cookie: [UInt8] = hex("2112a442"), _ attributes: [UInt8]
) -> [UInt8] {
  let length = [0, UInt8(attributes.count)] as [UInt8]
  return type + length + cookie + [UInt8](repeating: 1, count: 12) + attributes
}

private func find(_ type: UInt16, _ header: STUNHeader, _ octets: [UInt8]) -> [UInt8]? {
  header.find(type, in: octets.span).map { Array(octets[$0]) }
}

private func userName(_ header: STUNHeader, _ octets: [UInt8]) -> [String]? {
  header.username(in: octets.span).map { name in
    [name.local, name.remote].map { String(decoding: octets[$0], as: UTF8.self) }
  }
}
