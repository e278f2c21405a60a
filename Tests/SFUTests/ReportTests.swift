import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers
import Testing
import Wire

@Suite struct ReportTests {
  /// The packets of a compound packet, parsed.
  private func parts(_ compound: [UInt8]) throws -> [RTCPPacket] {
    var walk = RTCPWalk()
    var parts: [RTCPPacket] = []
    while let part = try walk.next(in: compound.span) { parts.append(part) }
    return parts
  }

  private func compound(_ body: (inout RTCPWriter, inout MutableSpan<UInt8>) -> Void) -> [UInt8] {
    edited([], room: 1_400) { span in
      var writer = RTCPWriter()
      body(&writer, &span)
      return writer.count
    } ?? []
  }

  private func wallStage() throws -> Stage {
    var configuration = EndpointConfiguration()
    configuration.wallTimeAtZero = WallTime(milliseconds: 1_790_000_000_000)
    return try Stage(configuration)
  }

  @Test func `A subscriber is told what it was sent, in our own numbers`() throws {
    var stage = try wallStage()
    var bot = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2)
    var last: HeardPacket?
    var reports: [[UInt8]] = []
    for _ in 0..<500 {
      for datagram in stage.receive(bot.speak([1, 2, 3, 4]), from: bot.address)
        + stage.wait(.milliseconds(20))
      {
        switch browser.receive(datagram.octets, at: stage.now) {
        case .audio(let heard, _): last = heard
        case .report(let compound): reports.append(compound)
        default: break
        }
      }
      if reports.count == 1 { break }
    }
    let report = try #require(reports.first)
    let read = try parts(report)
    guard case .senderReport(let sender, _) = read[0], case .sourceDescription(let chunks, _) = read[1] else {
      Issue.record("not SR and SDES: \(read)")
      return
    }
    #expect(read.count == 2 && chunks == 1)
    let heard = try #require(last)
    #expect(sender.ssrc == bot.admission.ssrc)
    // The counts at the moment of the report, which lies within the last 20 ms.
    #expect(sender.octetCount == sender.packetCount * 4)
    #expect((1...500).contains(sender.packetCount))
    let wall = WallTime(milliseconds: 1_790_000_000_000 + stage.now.nanoseconds / 1_000_000)
    #expect(NTPTime(wall).seconds &- sender.ntp.seconds <= 1)
    // The RTP time is the last packet's, moved on by at most the interval between packets.
    #expect(sender.rtpTime &- heard.timestamp <= 960)
  }

  @Test func `Reports stop when media stops, and bots that never spoke RTCP get none`() throws {
    var stage = try wallStage()
    var bot = try stage.voiceClient(1)
    _ = try stage.voiceClient(3)
    var browser = try stage.connectedBrowser(2)
    for _ in 0..<50 { stage.receive(bot.speak([1]), from: bot.address) }
    let during = stage.wait(.seconds(9))
    #expect(during.map(\.address) == [browser.address])
    for datagram in during {
      guard case .report = browser.receive(datagram.octets, at: stage.now) else {
        Issue.record("not a report")
        continue
      }
    }
    stage.receive(browser.check(isNominating: true), from: browser.address)
    #expect(stage.wait(.seconds(25)).isEmpty)
  }

  @Test func `A publisher is told its loss and jitter and the age of its own report`() throws {
    var stage = try wallStage()
    _ = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2)
    let ntp = NTPTime(seconds: 0x1234_5678, fraction: 0x9ABC_DEF0)
    var blocks: [RTCPReportBlock] = []
    for step in 0..<600 {
      var toBrowser: [Datagram] = []
      let packet = browser.speak([1])
      // One packet in four is lost.
      if step % 4 != 3 { toBrowser += stage.receive(packet, from: browser.address) }
      if step == 10 {
        let ssrc = browser.ssrc
        let report = compound { writer, span in
          let none: [RTCPReportBlock] = []
          writer.senderReport(
            RTCPSenderReport(ssrc: ssrc, ntp: ntp, rtpTime: 1, packetCount: 2, octetCount: 3),
            blocks: none.span, into: &span)
        }
        stage.receive(browser.sealReport(report), from: browser.address)
      }
      toBrowser += stage.wait(.milliseconds(20))
      for datagram in toBrowser {
        guard case .report(let octets) = browser.receive(datagram.octets, at: stage.now) else { continue }
        for part in try parts(octets) {
          if case .receiverReport(_, let found) = part, let block = found.block(0, in: octets.span) {
            blocks.append(block)
          }
        }
      }
      if blocks.count == 2 { break }
    }
    #expect(blocks.count == 2)
    let block = try #require(blocks.last)
    #expect(block.ssrc == browser.ssrc)
    // A quarter of 256, give or take a packet at the edges.
    #expect((58...70).contains(block.fractionLost))
    #expect(block.lost > 20)
    #expect(block.lastReport == ntp.middle)
    #expect(block.delay > 2 << 16)
    #expect(UInt16(truncatingIfNeeded: block.highestSequence) &- 100 < 600)
    #expect(block.jitter < 48)
  }

  @Test func `Receiver reports give the round trip, and lies are ignored`() throws {
    var stage = try wallStage()
    var bot = try stage.voiceClient(1)
    var browser = try stage.connectedBrowser(2)
    stage.receive(bot.speak([1]), from: bot.address)
    // Now minus 100 ms, of which the browser held the report for 40 ms.
    let wall = WallTime(milliseconds: 1_790_000_000_000 + stage.now.nanoseconds / 1_000_000 - 100)
    let honest = RTCPReportBlock(
      ssrc: bot.admission.ssrc, fractionLost: 51, lost: 7, highestSequence: 1, jitter: 2,
      lastReport: NTPTime(wall).middle, delay: 65_536 * 40 / 1_000)
    let report = compound { writer, span in
      let blocks = [honest]
      writer.receiverReport(ssrc: 1, blocks: blocks.span, into: &span)
    }
    let sealed = browser.sealReport(report)
    stage.receive(sealed, from: browser.address)
    let explanation = stage.endpoint.explain(PeerID(rawValue: 2))
    let roundTrip = try #require(explanation?.roundTrip)
    #expect((59...61).contains(roundTrip.milliseconds))
    #expect(explanation?.remoteFractionLost == 51)
    stage.receive(sealed, from: browser.address)
    #expect(stage.endpoint.statistics.dropped(.replayed) == 1)

    var lie = honest
    lie.delay = 0x8000_0000
    let second = compound { writer, span in
      let blocks = [lie]
      writer.receiverReport(ssrc: 1, blocks: blocks.span, into: &span)
    }
    stage.receive(browser.sealReport(second), from: browser.address)
    #expect(stage.endpoint.explain(PeerID(rawValue: 2))?.roundTrip == roundTrip)
  }

  @Test func `A bot that speaks RTCP is reported to`() throws {
    var stage = try wallStage()
    var bot = try stage.voiceClient(1)
    var listener = try stage.voiceClient(2)
    let ssrc = listener.admission.ssrc
    let hello = compound { writer, span in
      let none: [RTCPReportBlock] = []
      writer.receiverReport(ssrc: ssrc, blocks: none.span, into: &span)
    }
    stage.receive(listener.sealReport(hello), from: listener.address)
    stage.receive(bot.speak([1]), from: bot.address)
    let sent = stage.wait(.seconds(9))
    #expect(sent.map(\.address) == [listener.address])
    let opened = listener.hearReport(sent[0].octets)
    let report = try #require(opened)
    guard case .senderReport(let sender, _) = try parts(report)[0] else {
      Issue.record("no sender report")
      return
    }
    #expect(sender.ssrc == bot.admission.ssrc && sender.packetCount == 1)
  }
}
