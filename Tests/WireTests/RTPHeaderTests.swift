import Base
import Testing
import Wire

@Suite struct RTPHeaderTests {
  @Test func `A plain header is read field by field`() throws {
    let header = try parsed(Vector.rtp)
    #expect(!header.marker && header.payloadType == 64)
    #expect(header.sequenceNumber == 0xF17B && header.timestamp == 0x8041_F8D3 && header.ssrc == 0x5501_A0B2)
    #expect(header.csrcCount == 0 && !header.hasExtension && !header.hasPadding)
    #expect(header.headerCount == 12 && header.preambleCount == 12 && header.extensionOffset == 0)
    #expect(try padding(header, Vector.rtp) == 0)
  }

  @Test func `Sources, extension and padding move the payload`() throws {
    let header = try parsed(Vector.rtpTwoByte)
    #expect(header.marker && header.payloadType == 96 && header.csrcCount == 2 && header.hasPadding)
    #expect(header.preambleCount == 24 && header.extensionOffset == 24 && header.extensionCount == 12)
    #expect(header.headerCount == 36 && header.extensionProfile == 0x1000)
    #expect(try padding(header, Vector.rtpTwoByte) == 4)
  }

  @Test(arguments: [0, 2, 0x40, 0xC0] as [UInt8])
  func `Another version is refused`(_ first: UInt8) {
    var octets = Vector.rtp
    octets[0] = first
    #expect(throws: WireError.malformed) { try parsed(octets) }
  }

  @Test func `A header cut anywhere is refused`() {
    for count in 0..<36 {
      let octets = Array(Vector.rtpTwoByte.prefix(count))
      #expect(throws: WireError.truncated) { try parsed(octets) }
    }
  }

  @Test func `A sealed packet keeps room for its trailer behind the encrypted extension`() throws {
    let header = try parsedSealed(Vector.rtpsize)
    #expect(header.preambleCount == 16 && header.extensionCount == 8)
    let fits = Array(Vector.rtpsize.prefix(24 + 20))
    #expect(try parsedSealed(fits).headerCount == 24)
    let short = Array(Vector.rtpsize.prefix(24 + 19))
    #expect(throws: WireError.truncated) { try parsedSealed(short) }
  }

  @Test(arguments: [(0, nil), (1, 1), (27, 27), (28, nil)] as [(UInt8, Int?)])
  func `Padding lies inside the payload`(_ last: UInt8, _ expected: Int?) throws {
    var octets = [0xA0, 0x60] + [UInt8](repeating: 0, count: 37)
    octets[38] = last
    let header = try parsed(octets)
    #expect((try? padding(header, octets)) == expected)
  }

  @Test func `Rewriting changes the sender's fields and nothing else`() throws {
    var octets = Vector.rtpTwoByte
    var span = octets.mutableSpan
    RTPHeader.rewrite(
      &span, sequenceNumber: 7, timestamp: 0xDEAD_BEEF, ssrc: 42, payloadType: 0xFF, marker: false)
    let header = try parsed(octets)
    #expect(
      header.fields
        == RTPFields(marker: false, payloadType: 127, sequenceNumber: 7, timestamp: 0xDEAD_BEEF, ssrc: 42))
    #expect(octets[0] == Vector.rtpTwoByte[0] && octets[12...] == Vector.rtpTwoByte[12...])
  }

  @Test func `What is written reads back the same`() throws {
    var random = SeededRandom(seed: 0x5EED_0010)
    for _ in 0..<500 {
      let fields = RTPFields(
        marker: random.below(2) == 1, payloadType: UInt8(random.below(128)),
        sequenceNumber: UInt16(random.below(65_536)), timestamp: UInt32(truncatingIfNeeded: random.next()),
        ssrc: UInt32(truncatingIfNeeded: random.next()))
      var block = HeaderExtensionBlock(form: random.below(2) == 0 ? .oneByte : .twoByte)
      var elementsWritten: [(UInt8, [UInt8])] = []
      for id in 1...UInt8(1 + random.below(14)) {
        let data = random.octets(1 + random.below(16))
        if block.append(id: id, data.span) { elementsWritten.append((id, data)) }
      }
      let packet = written(100) { fields.write(into: &$0, extensions: block) }
      let header = try parsed(packet)
      #expect(header.fields == fields && header.headerCount == packet.count)
      let read = elements(of: packet, header)
      #expect(read.map(\.0) == elementsWritten.map(\.0) && read.map(\.1) == elementsWritten.map(\.1))
    }
  }

  @Test func `A packet too short for the header is left alone`() {
    let fields = RTPFields(marker: false, payloadType: 120, sequenceNumber: 1, timestamp: 2, ssrc: 3)
    var block = HeaderExtensionBlock(form: .oneByte)
    #expect(written(12) { fields.write(into: &$0, extensions: block) }.count == 12)
    block.append(id: 1, value: 0x85, count: 1)
    #expect(written(19) { fields.write(into: &$0, extensions: block) }.isEmpty)
    let packet = written(20) { fields.write(into: &$0, extensions: block) }
    #expect(packet == hex("90780001 00000002 00000003 bede0001 10850000"))
  }
}

@Suite struct HeaderExtensionTests {
  @Test func `Elements of the one-byte form are found by id`() throws {
    let packet = Vector.rtpOneByte
    let header = try parsed(packet)
    #expect(found(3, packet, header) == 17..<20)
    #expect(found(1, packet, header) == 21..<22)
    #expect(found(9, packet, header) == 23..<24)
    #expect(found(2, packet, header) == nil)
  }

  @Test func `Elements of the two-byte form may be empty`() throws {
    let packet = Vector.rtpTwoByte
    let header = try parsed(packet)
    #expect(found(1, packet, header) == 26..<26)
    #expect(found(2, packet, header) == 28..<31)
    #expect(found(0x7F, packet, header) == 34..<35)
  }

  @Test(arguments: [
    ("bede0001 10aaf000", 1), ("bede0001 f0201100", 0), ("bede0001 05201100", 0),
    ("bede0001 000010aa", 1), ("bede0001 13aabb00", 0), ("12340001 10aa0000", 0),
    ("10050001 0101aa00", 1), ("10000001 0103aabb", 0), ("bede0000", 0),
  ])
  func `Padding is skipped and what ends the walk ends it`(_ text: String, _ count: Int) throws {
    let packet = hex("90780001 00000002 00000003") + hex(text)
    #expect(elements(of: packet, try parsed(packet)).count == count)
  }

  @Test func `A packet without extension has no elements`() throws {
    let header = try parsed(Vector.rtp)
    #expect(found(1, Vector.rtp, header) == nil)
  }

  @Test(arguments: [(0, 1), (15, 1), (1, 0), (1, 17), (14, 17)])
  func `The one-byte form refuses what it cannot say`(_ id: UInt8, _ count: Int) {
    var block = HeaderExtensionBlock(form: .oneByte)
    let taken = block.append(id: id, [UInt8](repeating: 1, count: count).span)
    #expect(!taken && block.paddedCount == 0)
  }

  @Test(arguments: [(0, 1, false), (15, 17, true), (255, 0, true), (1, 62, true), (1, 63, false)])
  func `The two-byte form has longer elements and more ids`(_ id: UInt8, _ count: Int, _ fits: Bool) {
    var block = HeaderExtensionBlock(form: .twoByte)
    let taken = block.append(id: id, [UInt8](repeating: 1, count: count).span)
    #expect(taken == fits && block.paddedCount == (fits ? (count + 5) / 4 * 4 : 0))
  }

  @Test func `Words have one to four octets`() {
    var block = HeaderExtensionBlock(form: .oneByte)
    let refused = [block.append(id: 1, value: 1, count: 0), block.append(id: 1, value: 1, count: 5)]
    #expect(refused == [false, false] && block.paddedCount == 0)
    let taken = [block.append(id: 1, value: 0x0102_0304, count: 4), block.append(id: 2, value: 9, count: 1)]
    #expect(taken == [true, true] && block.paddedCount == 8)
  }

  @Test func `A full block refuses the next element`() {
    let octets = [UInt8](repeating: 7, count: 16)
    var block = HeaderExtensionBlock(form: .oneByte)
    let taken = [16, 16, 16, 16, 12, 1].enumerated().map { index, count in
      block.append(id: UInt8(index + 1), octets.span.extracting(0..<count))
    }
    #expect(taken == [true, true, true, false, true, false] && block.paddedCount == 64)
  }
}

@Suite struct SequenceNumberTests {
  @Test(arguments: [
    (1, 0, 1), (0, 1, -1), (0, 65_535, 1), (65_535, 0, -1), (32_767, 0, 32_767), (32_768, 0, -32_768),
    (5, 5, 0), (10, 65_530, 16),
  ])
  func `Distances go the short way round`(_ number: UInt16, _ other: UInt16, _ expected: Int) {
    let left = SequenceNumber(rawValue: number)
    let right = SequenceNumber(rawValue: other)
    #expect(left.distance(from: right) == expected)
    #expect(left.isNewer(than: right) == (expected > 0))
    #expect(right.advanced(by: expected) == left)
  }
}

// The macros of Swift Testing cannot hold spans: these take arrays.

private func parsed(_ octets: [UInt8]) throws(WireError) -> RTPHeader {
  try RTPHeader(octets.span)
}

private func parsedSealed(_ octets: [UInt8]) throws(WireError) -> RTPHeader {
  try RTPHeader(encryptedExtension: octets.span)
}

private func padding(_ header: RTPHeader, _ octets: [UInt8]) throws(WireError) -> Int {
  try header.paddingCount(in: octets.span)
}

private func found(_ id: UInt8, _ packet: [UInt8], _ header: RTPHeader) -> Range<Int>? {
  HeaderExtensions.find(id: id, in: packet.span, header: header)
}

private func elements(of packet: [UInt8], _ header: RTPHeader) -> [(UInt8, [UInt8])] {
  var walk = HeaderExtensions(header)
  var result: [(UInt8, [UInt8])] = []
  while let element = walk.next(in: packet.span) { result.append((element.id, Array(packet[element.range]))) }
  return result
}
