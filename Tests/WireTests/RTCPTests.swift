import Base
import Testing
import Wire

@Suite struct RTCPTests {
  @Test func `A compound packet is walked packet by packet`() throws {
    let packets = try walked(Vector.rtcp)
    #expect(packets.count == 3)
    guard case .senderReport(let report, let blocks) = packets[0] else {
      Issue.record("no sender report")
      return
    }
    #expect(report.ssrc == 0x4D61_7273 && report.ntp == NTPTime(seconds: 0x4E54_5031, fraction: 0x4E54_5032))
    #expect(report.rtpTime == 0x5254_5020 && report.packetCount == 0x42A && report.octetCount == 0xE930)
    #expect(blocks.count == 1)
    let block = try #require(read(0, of: blocks, in: Vector.rtcp))
    #expect(block.ssrc == 0x4C75_6E61 && block.fractionLost == 0x20 && block.lost == -2)
    #expect(block.highestSequence == 0xDEAD_BEEF && block.jitter == 7)
    #expect(block.lastReport == 0x4E54_3220 && block.delay == 0x1_0000)
    #expect(read(1, of: blocks, in: Vector.rtcp) == nil && read(-1, of: blocks, in: Vector.rtcp) == nil)
    #expect(packets[1] == .sourceDescription(chunkCount: 1, 56..<72))
    #expect(packets[2] == .bye(sources: 76..<80))
  }

  @Test func `Feedback and reports of every type are told apart`() throws {
    let packets = try walked(Vector.feedback)
    #expect(packets.count == 8)
    guard case .receiverReport(ssrc: 1001, let blocks) = packets[0] else {
      Issue.record("no receiver report")
      return
    }
    #expect(blocks.count == 0)
    #expect(packets[1] == .transportFeedback(format: 1, sender: 1001, media: 1002, 20..<24))
    #expect(packets[2] == .payloadFeedback(format: 1, sender: 1001, media: 1002, 36..<36))
    #expect(packets[3] == .payloadFeedback(format: 15, sender: 1001, media: 0, 48..<56))
    #expect(packets[4] == .extendedReport(ssrc: 1001, 64..<68))
    #expect(packets[5] == .application(subtype: 5, ssrc: 1001, name: 0x6E61_6D65, 80..<84))
    #expect(packets[6] == .unknown(type: 209, 88..<88))
    #expect(packets[7] == .unknown(type: 210, 92..<92))
  }

  @Test(arguments: [
    ("80c90001 000003", WireError.truncated), ("80c900", .truncated), ("40c90001 000003e9", .malformed),
    ("80780001 000003e9", .malformed), ("80c90000", .truncated), ("81c90001 000003e9", .truncated),
    ("80c80005 00000001 00000002 00000003 00000004 00000005", .truncated),
    ("82cb0001 00000001", .truncated), ("80cd0001 00000001", .truncated), ("80cf0000", .truncated),
    // Padding: not in the last packet, of 0, of no whole words, larger than the body, without a body.
    ("a0c90002 00000001 00000004 80c90001 00000001", .malformed), ("a0c90002 00000001 00000000", .malformed),
    ("a0c90002 00000001 00000003", .malformed), ("a0c90002 00000001 0000000c", .malformed),
    ("a0d10000", .malformed),
  ])
  func `A packet that lies about itself is refused`(_ text: String, _ error: WireError) {
    #expect(throws: error) { try walked(hex(text)) }
  }

  @Test func `A walk ends after an error`() throws {
    let octets = hex("80c90001 00000001 00c90001 00000001 80c90001 00000001")
    var walk = RTCPWalk()
    let first = try walk.next(in: octets.span)
    #expect(first != nil)
    var thrown = false
    do { _ = try walk.next(in: octets.span) } catch { thrown = true }
    let after = try walk.next(in: octets.span)
    #expect(thrown && after == nil)
  }

  @Test func `The clear start of an encrypted packet names type and sender`() throws {
    let sealed = hex("81c90007 000003e9 68c7f0dd c01f384d")
    let header = try sealedHeader(sealed)
    #expect(header.type == 201 && header.ssrc == 1001)
    #expect(throws: WireError.truncated) { try sealedHeader(Array(sealed.prefix(7))) }
    #expect(throws: WireError.malformed) { try sealedHeader(Vector.rtp) }
  }
}

@Suite struct RTCPWriterTests {
  private let report = RTCPSenderReport(
    ssrc: 1, ntp: NTPTime(seconds: 2, fraction: 3), rtpTime: 4, packetCount: 5, octetCount: 6)

  private func block(_ ssrc: UInt32, lost: Int32 = -5) -> RTCPReportBlock {
    RTCPReportBlock(
      ssrc: ssrc, fractionLost: 9, lost: lost, highestSequence: 10, jitter: 11, lastReport: 12, delay: 13)
  }

  @Test func `A compound packet reads back as it was written`() throws {
    let blocks = (0..<31).map { block(UInt32($0)) }
    let name = Array("roost".utf8)
    let report = report
    let octets = written(2_000) { packet in
      var writer = RTCPWriter()
      writer.senderReport(report, blocks: blocks.span, into: &packet)
      writer.receiverReport(ssrc: 7, blocks: blocks.span.extracting(first: 1), into: &packet)
      writer.sourceDescription(ssrc: 1, canonicalName: name.span, into: &packet)
      writer.bye(ssrc: 1, into: &packet)
      return writer.count
    }
    let packets = try walked(octets)
    guard packets.count == 4, case .senderReport(let readReport, let readBlocks) = packets[0],
      case .receiverReport(ssrc: 7, let oneBlock) = packets[1]
    else {
      Issue.record("\(packets)")
      return
    }
    #expect(readReport == report && readBlocks.count == 31 && oneBlock.count == 1)
    for index in 0..<31 { #expect(read(index, of: readBlocks, in: octets) == blocks[index]) }
    guard case .sourceDescription(chunkCount: 1, let chunk) = packets[2] else { return }
    #expect(Array(octets[chunk]) == hex("00000001 0105") + name + [0])
  }

  @Test func `The vector's packets are written octet by octet`() {
    let report = RTCPSenderReport(
      ssrc: 0x4D61_7273, ntp: NTPTime(seconds: 0x4E54_5031, fraction: 0x4E54_5032), rtpTime: 0x5254_5020,
      packetCount: 0x42A, octetCount: 0xE930)
    let blocks = [
      RTCPReportBlock(
        ssrc: 0x4C75_6E61, fractionLost: 0x20, lost: -2, highestSequence: 0xDEAD_BEEF, jitter: 7,
        lastReport: 0x4E54_3220, delay: 0x1_0000)
    ]
    let name = Array("dat@mars".utf8)
    let octets = written(80) { packet in
      var writer = RTCPWriter()
      writer.senderReport(report, blocks: blocks.span, into: &packet)
      writer.sourceDescription(ssrc: 0x4D61_7273, canonicalName: name.span, into: &packet)
      writer.bye(ssrc: 0x4D61_7273, into: &packet)
      return writer.count
    }
    #expect(octets == Vector.rtcp)
  }

  @Test(
    arguments: [
      (0x80_0000, 0x7F_FFFF), (-0x80_0001, -0x80_0000), (Int32.max, 0x7F_FFFF), (-1, -1),
    ] as [(Int32, Int32)])
  func `A loss that does not fit 24 bits is clamped`(_ lost: Int32, _ expected: Int32) throws {
    let blocks = [block(1, lost: lost)]
    let octets = written(100) { packet in
      var writer = RTCPWriter()
      writer.receiverReport(ssrc: 7, blocks: blocks.span, into: &packet)
      return writer.count
    }
    guard case .receiverReport(_, let blocks) = try walked(octets)[0] else { return }
    #expect(read(0, of: blocks, in: octets)?.lost == expected)
  }

  @Test(arguments: 0...10)
  func `Names of every length end in one to four zeros`(_ count: Int) throws {
    let name = [UInt8](repeating: 0x61, count: count)
    let octets = written(100) { packet in
      var writer = RTCPWriter()
      writer.sourceDescription(ssrc: 1, canonicalName: name.span, into: &packet)
      return writer.count
    }
    #expect(octets.count % 4 == 0 && octets.last == 0)
    #expect((1...4).contains(octets.count - 10 - count))
    #expect(try walked(octets).count == 1)
  }

  @Test func `What does not fit is not begun`() {
    let report = report
    let many = (0..<32).map { block(UInt32($0)) }
    let long = [UInt8](repeating: 0x61, count: 256)
    let octets = written(2_000) { packet in
      var writer = RTCPWriter()
      let refused = [
        writer.receiverReport(ssrc: 1, blocks: many.span, into: &packet),
        writer.senderReport(report, blocks: many.span, into: &packet),
        writer.sourceDescription(ssrc: 1, canonicalName: long.span, into: &packet),
      ]
      return refused == [false, false, false] ? writer.count : -1
    }
    #expect(octets.isEmpty)
    let short = written(27) { packet in
      var writer = RTCPWriter()
      let answers = [
        writer.senderReport(report, blocks: many.span.extracting(first: 0), into: &packet),
        writer.bye(ssrc: 1, into: &packet),
      ]
      return answers == [false, true] ? writer.count : -1
    }
    #expect(short.count == 8)
  }
}

@Suite struct NTPTimeTests {
  @Test(arguments: [
    (0, 2_208_988_800, 0), (1_500, 2_208_988_801, 0x8000_0000), (-1, 2_208_988_799, 0xFFBE_76C8),
    // The end of the first era, 2036-02-07T06:28:16Z.
    (2_085_978_496_000, 0, 0), (Int64.max, 0x298D_D277, 0xCE97_8D4F),
  ])
  func `Wall time becomes NTP time`(_ milliseconds: Int64, _ seconds: UInt32, _ fraction: UInt32) {
    let time = NTPTime(WallTime(milliseconds: milliseconds))
    #expect(time == NTPTime(seconds: seconds, fraction: fraction))
  }

  @Test func `The middle is what LSR carries`() {
    #expect(NTPTime(seconds: 0x1234_5678, fraction: 0x9ABC_DEF0).middle == 0x5678_9ABC)
  }
}

// The macros of Swift Testing cannot hold spans: these take arrays.

private func walked(_ octets: [UInt8]) throws(WireError) -> [RTCPPacket] {
  var walk = RTCPWalk()
  var packets: [RTCPPacket] = []
  while let packet = try walk.next(in: octets.span) { packets.append(packet) }
  return packets
}

private func read(_ index: Int, of blocks: RTCPReportBlocks, in octets: [UInt8]) -> RTCPReportBlock? {
  blocks.block(index, in: octets.span)
}

private func sealedHeader(_ octets: [UInt8]) throws(WireError) -> RTCPHeader {
  try RTCPHeader(octets.span)
}
