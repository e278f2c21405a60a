import Base
import LoadTest
import Testing
import Wire

@Suite struct VideoTests {
  private static let plan = VideoLayerPlan(bitrate: 1_200_000, framerate: 30)

  private func sender(_ plan: VideoLayerPlan = plan, layer: UInt8 = 0) -> VideoLayerSender {
    VideoLayerSender(plan, run: 7, sender: 3, layer: layer, ssrc: 100, rtxSSRC: 101)
  }

  private func instant(_ milliseconds: Int64) -> Instant { Instant.zero + .milliseconds(milliseconds) }

  @Test func `A frame is what a server takes for one, and its probe comes back`() throws {
    var sender = sender()
    for number in 0..<3 as Range<UInt32> {
      let packets = sender.frame(due: instant(Int64(number) * 33))
      #expect(packets.map(\.fields.marker) == packets.indices.map { $0 == packets.count - 1 })
      for packet in packets {
        var slot = [UInt8](repeating: 0xEE, count: 1_500)
        var span = slot.mutableSpan
        let (header, count) = packet.write(into: &span)
        #expect(count - header == packet.length && packet.length <= VideoLayerSender.lengthMax)
        #expect(VideoProbe(span.span, in: header..<count) == packet.probe)
        #expect(packet.probe.frame == number && packet.probe.isKey == (number == 0))
        let payload = span.span.extracting(header..<count)
        let descriptor = try VideoDescriptor(vp8: payload)
        #expect(descriptor.beginsFrame == (packet.probe.index == 0))
        #expect(descriptor.beginsKeyFrame == (packet.probe.index == 0 && number == 0))
      }
    }
  }

  @Test func `A second of frames has the planned size, key frames apart`() {
    var sender = sender()
    _ = sender.frame(due: .zero)
    let octets = (1...30).flatMap { sender.frame(due: instant(Int64($0) * 33)) }.map(\.length).reduce(0, +)
    #expect(abs(Double(octets) * 8 / 1_200_000 - 1) < 0.05)
  }

  @Test func `Every changed octet of a probe's packet is found`() throws {
    var sender = sender(VideoLayerPlan(bitrate: 20_000, framerate: 30))
    let packets = sender.frame(due: .zero)
    let packet = try #require(packets.first)
    var slot = [UInt8](repeating: 0, count: 1_500)
    var span = slot.mutableSpan
    let (header, count) = packet.write(into: &span)
    // The descriptor and the frame's header are the server's to read.
    let start = header + 14
    for position in start..<count {
      span[position] ^= 0x41
      #expect(VideoProbe(span.span, in: header..<count) != packet.probe, "octet \(position)")
      span[position] ^= 0x41
    }
    for length in 0..<count - header {
      #expect(length >= 46 || VideoProbe(span.span, in: header..<header + length) == nil)
    }
  }

  @Test func `What was sent lately can be sent again, under the retransmissions' SSRC`() throws {
    var sender = sender()
    var packets: [VideoPacket] = []
    for number in 0..<200 { packets += sender.frame(due: instant(Int64(number) * 33)) }
    #expect(packets.contains { $0.fields.sequenceNumber == 0 }, "the sequence wraps")
    var repairs: [UInt64] = []
    for packet in packets.suffix(400) {
      let found = sender.retransmission(of: packet.fields.sequenceNumber)
      let again = try #require(found)
      #expect(again.original == packet.fields.sequenceNumber && again.probe == packet.probe)
      #expect(again.fields.ssrc == 101 && again.fields.payloadType == 97)
      #expect(again.fields.timestamp == packet.fields.timestamp)
      repairs.append(again.index)
    }
    #expect(zip(repairs, repairs.dropFirst()).allSatisfy { $1 == $0 + 1 })
    let next = try #require(packets.last).fields.sequenceNumber &+ 1
    let unsent = sender.retransmission(of: next)
    let old = sender.retransmission(of: next &- 600)
    #expect(unsent == nil && old == nil)
  }

  @Test func `A request makes the next frame a key frame, once`() {
    var sender = sender()
    let isKey = (0..<4 as Range<Int64>).map { number in
      if number == 2 { sender.requestKeyFrame() }
      return Set(sender.frame(due: instant(33 * number)).map(\.probe.isKey))
    }
    #expect(isKey == [[true], [false], [true], [false]])
  }

  private func take(
    _ receiver: inout VideoReceiver, _ packets: [VideoPacket], at now: Instant, isRepair: Bool = false
  ) {
    for packet in packets {
      receiver.receive(
        packet.probe, sequenceNumber: packet.original ?? packet.fields.sequenceNumber, octets: packet.length,
        isRepair: isRepair, at: now)
    }
  }

  @Test func `Frames that arrive whole are shown one after the other`() {
    var sender = sender()
    var receiver = VideoReceiver(at: .zero)
    for number in 0..<100 as Range<Int64> {
      take(&receiver, sender.frame(due: instant(number * 33)), at: instant(number * 33 + 5))
      let requests = receiver.requests(at: instant(number * 33 + 6))
      #expect(requests.isEmpty)
    }
    #expect(receiver.counts.frames == 100 && receiver.counts.lostFrames == 0)
    #expect(receiver.counts.firstPictureAfter == .milliseconds(5))
    #expect(receiver.counts.freezeMax == .milliseconds(33))
    let latencies = receiver.takeLatencies()
    #expect(latencies == [Interval](repeating: .milliseconds(5), count: 100))
    let further = receiver.takeLatencies()
    #expect(further.isEmpty)
  }

  @Test func `A lost packet is asked for, and its retransmission lets the picture go on`() throws {
    var sender = sender()
    var receiver = VideoReceiver(at: .zero)
    take(&receiver, sender.frame(due: .zero), at: .zero)
    let second = sender.frame(due: instant(33))
    let lost = try #require(second.first)
    take(&receiver, Array(second.dropFirst()), at: instant(33))
    take(&receiver, sender.frame(due: instant(66)), at: instant(66))
    #expect(receiver.counts.frames == 1)
    let requests = receiver.requests(at: instant(70))
    #expect(requests == [.retransmission([lost.fields.sequenceNumber])])
    let soon = receiver.requests(at: instant(71))
    #expect(soon.isEmpty, "one question at a time")
    let found = sender.retransmission(of: lost.fields.sequenceNumber)
    let again = try #require(found)
    take(&receiver, [again, again], at: instant(100), isRepair: true)
    #expect(receiver.counts.frames == 3 && receiver.counts.recovered == 1)
    #expect(receiver.counts.duplicates == 1 && receiver.counts.lostFrames == 0)
  }

  @Test func `What nobody repeats ends in a request for a key frame, which is shown at once`() {
    var sender = sender()
    var receiver = VideoReceiver(at: .zero)
    take(&receiver, sender.frame(due: .zero), at: .zero)
    take(&receiver, Array(sender.frame(due: instant(33)).dropLast()), at: instant(33))
    var nacks = 0
    var isAsked = false
    var at: Int64 = 66
    while !isAsked, at < 3_000 {
      take(&receiver, sender.frame(due: instant(at)), at: instant(at))
      for request in receiver.requests(at: instant(at + 1)) {
        switch request {
        case .retransmission: nacks += 1
        case .keyFrame: isAsked = true
        }
      }
      at += 33
    }
    #expect(isAsked && (1...5).contains(nacks) && (400...700).contains(at))
    #expect(receiver.counts.frames == 1)
    sender.requestKeyFrame()
    take(&receiver, sender.frame(due: instant(at)), at: instant(at))
    #expect(receiver.counts.frames == 2 && receiver.counts.lostFrames > 10)
    #expect(receiver.counts.freezeMax >= .milliseconds(400))
    let calm = receiver.requests(at: instant(at + 1_000))
    #expect(calm.isEmpty)
  }

  @Test func `A change of layer is shown from its key frame on`() {
    var (low, high) = (sender(layer: 0), sender(layer: 2))
    var receiver = VideoReceiver(at: .zero)
    take(&receiver, low.frame(due: .zero), at: .zero)
    _ = high.frame(due: .zero)
    var number = UInt16(65_100)
    for step in 1...3 as ClosedRange<Int64> {
      if step == 2 { high.requestKeyFrame() }
      for packet in high.frame(due: instant(33 * step)) {
        receiver.receive(
          packet.probe, sequenceNumber: number, octets: packet.length, isRepair: false, at: instant(33 * step)
        )
        number &+= 1
      }
    }
    #expect(receiver.counts.framesOfLayer == [1, 0, 2])
    #expect(receiver.counts.switches == 1 && receiver.counts.lostFrames == 0)
  }

  @Test func `Random loss with repairs never shows a frame twice or out of order`() {
    for seed in 1...50 as ClosedRange<UInt64> {
      var random = SeededRandom(seed: seed)
      var sender = sender()
      var receiver = VideoReceiver(at: .zero)
      var repairs: [VideoPacket] = []
      for number in 0..<300 as Range<Int64> {
        let now = instant(number * 33)
        take(&receiver, repairs, at: now, isRepair: true)
        repairs = []
        take(&receiver, sender.frame(due: now).filter { _ in random.below(20) > 0 }, at: now)
        for request in receiver.requests(at: now + .milliseconds(20)) {
          switch request {
          case .keyFrame: sender.requestKeyFrame()
          case .retransmission(let numbers):
            repairs += numbers.compactMap { sender.retransmission(of: $0) }.filter { _ in random.below(10) > 0
            }
          }
        }
      }
      let counts = receiver.counts
      #expect(counts.frames + counts.lostFrames <= 300, "seed \(seed)")
      #expect(counts.frames > 270, "seed \(seed): \(counts.frames)")
      #expect(counts.recovered > 30 && counts.gaps >= counts.recovered, "seed \(seed)")
    }
  }

  @Test func `The command line names layers and wants, and refuses nonsense`() throws {
    let options = try Options.parse(["simulcast", "--layers", "100k@15,2M@30", "--wants=100,0,50"])
    #expect(
      options.layers.map(\.bitrate) == [100_000, 2_000_000] && options.layers.map(\.framerate) == [15, 30])
    #expect(options.wants == [100, 0, 50])
    for flag in [
      "--layers=", "--layers=1M", "--layers=1M@0", "--layers=1M@30,", "--layers=1M@1,1M@1,1M@1,1M@1",
      "--layers=1@30", "--wants=101", "--wants=", "--wants=5,x",
    ] {
      #expect(throws: LoadTestError.self, "\(flag)") { try Options.parse(["simulcast", flag]) }
    }
  }
}
