import Base
import MediaControl
import SFU
import SimulatedPeers
import Testing
import Wire

/// Packets of different speakers are made equal for browsers, and for nobody else.
@Suite struct PaddingTests {
  /// Three bots say `counts` octets each, and what leaves for everybody.
  private func spoken(_ counts: [Int], _ stage: inout Stage) throws -> [Datagram] {
    for (number, count) in counts.enumerated() {
      var bot = try stage.voiceClient(UInt64(20 + number))
      let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &+ number) }
      stage.stage(bot.speak(payload), from: bot.address)
    }
    return stage.transmit()
  }

  @Test func `A browser gets packets of one size, the shortest last, and their payloads unchanged`() throws {
    var stage = try Stage()
    var browser = try stage.connectedBrowser(1)
    let datagrams = try spoken([70, 80, 76], &stage).filter { $0.address == browser.address }
    #expect(datagrams.map(\.octets.count) == [12 + 80 + 16, 12 + 80 + 16, 12 + 70 + 16])
    // Whoever reads the header before the key is at hand sees the bit (RFC 3550 §5.1).
    #expect(datagrams.map { $0.octets[0] } == [0x80, 0xA0, 0x80])
    var lengths: [Int] = []
    for datagram in datagrams {
      guard case .audio(let heard, _) = browser.receive(datagram.octets, at: stage.now) else {
        Issue.record("not audio")
        continue
      }
      let first = heard.payload[0]
      #expect(heard.payload == heard.payload.indices.map { UInt8(truncatingIfNeeded: $0) &+ first })
      lengths.append(heard.payload.count)
    }
    #expect(lengths == [80, 76, 70])
  }

  @Test func `A client of Discord's transport gets no padding`() throws {
    var stage = try Stage()
    var listener = try stage.voiceClient(1)
    let datagrams = try spoken([70, 80, 76], &stage).filter { $0.address == listener.address }
    #expect(datagrams.allSatisfy { $0.octets[0] & 0x20 == 0 })
    #expect(datagrams.compactMap { listener.hear($0.octets)?.payload.count } == [80, 76, 70])
  }

  @Test func `Padding is not counted as payload in reports, and octets on the wire are`() throws {
    var stage = try Stage()
    let browser = try stage.connectedBrowser(1)
    let datagrams = try spoken([72, 80, 80], &stage)
    let octets = datagrams.map(\.octets.count).reduce(0, +)
    #expect(stage.endpoint.statistics.forwardedOctets == UInt64(octets))
    #expect(datagrams.filter { $0.address == browser.address }.count == 3)
  }

  @Test func `A browser that wants audio levels gets equal sizes, whoever states one`() throws {
    var stage = try Stage()
    var speaker = try stage.connectedBrowser(2)
    let listener = try stage.connectedBrowser(1)
    speaker.audioLevel = 30
    stage.stage(speaker.speak([UInt8](repeating: 1, count: 80)), from: speaker.address)
    let datagrams = try spoken([86, 84], &stage).filter { $0.address == listener.address }
    let sizes = datagrams.map(\.octets.count)
    #expect(sizes.count == 3 && Set(sizes.dropLast()).count == 1, "\(sizes)")
    #expect((sizes.last ?? 0) <= sizes[0])
  }
}
