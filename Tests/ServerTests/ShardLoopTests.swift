import Base
import Server
import Testing

/// The shard's loop in virtual time: who comes first, what is dropped, and how long everybody waits.
@Suite struct ShardLoopTests {
  private static let start = Instant.zero + .seconds(1)

  /// Packets of 20 ms audio from `speakers`, each heard by nine, spread over time by `seed`.
  private func audio(speakers: Int, from begin: Instant, for length: Interval, seed: UInt64 = 1)
    -> [VirtualShard.Datagram]
  {
    var random = SeededRandom(seed: seed)
    var packets: [VirtualShard.Datagram] = []
    for _ in 0..<speakers {
      var at = begin + .microseconds(Int64(random.below(20_000)))
      while at < begin + length {
        packets.append(.init(at: at, kind: .media, listeners: 9))
        at = at + .milliseconds(20)
      }
    }
    return packets
  }

  /// A thousand people join within a second: three commands, a check and three flights each.
  private func joins(_ count: Int, from begin: Instant) -> ([VirtualShard.Datagram], [Instant]) {
    var random = SeededRandom(seed: 2)
    var datagrams: [VirtualShard.Datagram] = []
    var commands: [Instant] = []
    for _ in 0..<count {
      let at = begin + .microseconds(Int64(random.below(1_000_000)))
      commands += [at, at, at]
      datagrams.append(.init(at: at + .milliseconds(5), kind: .check))
      datagrams += [6, 6, 40].map { .init(at: at + .milliseconds($0), kind: .handshake) }
    }
    return (datagrams, commands)
  }

  private func quantile(_ delays: [Interval], _ share: Double) -> Interval {
    let sorted = delays.sorted()
    return sorted.isEmpty ? .zero : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }

  /// A second of audio at about half a core, with or without a storm of joins in it.
  private func storm(_ isStorm: Bool) -> VirtualShard {
    var shard = VirtualShard()
    var loop = ShardLoop()
    shard.plan(audio(speakers: 400, from: Self.start, for: .seconds(2)))
    if isStorm {
      let (datagrams, commands) = joins(1_000, from: Self.start + .milliseconds(500))
      shard.plan(datagrams)
      shard.planCommands(commands)
    }
    shard.run(&loop, until: Self.start + .seconds(4))
    return shard
  }

  @Test func `A thousand joins within a second delay media by half a millisecond at most`() {
    let calm = storm(false)
    let stormy = storm(true)
    #expect(stormy.flightsDone == 3_000 && stormy.checkDelays.count == 1_000)
    #expect(stormy.commandDelays.count == 3_000)
    #expect(calm.mediaDelays.count == 40_000 && stormy.mediaDelays.count == 40_000)
    for share in [0.5, 0.99] {
      let before = quantile(calm.mediaDelays.map(\.delay), share)
      let after = quantile(stormy.mediaDelays.map(\.delay), share)
      #expect(after <= before + .microseconds(500), "at \(share)")
    }
    let most = stormy.mediaDelays.map(\.delay).max() ?? .zero
    let mostBefore = calm.mediaDelays.map(\.delay).max() ?? .zero
    #expect(most <= mostBefore + .microseconds(1_000))
  }

  @Test func `At twice what it can carry a shard answers checks and commands and sheds the oldest media`() {
    var shard = VirtualShard()
    var loop = ShardLoop()
    let end = Self.start + .seconds(3)
    // 1,700 speakers: 85,000 packets a second to nine listeners each are two cores' work.
    shard.plan(audio(speakers: 1_700, from: Self.start, for: .seconds(3)))
    let checks = (0..<3_000).map { Self.start + .milliseconds(Int64($0)) }
    shard.plan(checks.map { .init(at: $0, kind: .check) })
    shard.planCommands(checks)
    let (handshakes, _) = joins(1_000, from: Self.start)
    shard.plan(handshakes.filter { $0.kind == .handshake })
    shard.run(&loop, until: end)

    #expect(shard.lostInKernel == 0)
    #expect(shard.checkDelays.count >= 2_990)
    #expect(quantile(shard.checkDelays, 1) < .milliseconds(10))
    #expect(quantile(shard.commandDelays, 1) < .milliseconds(10))
    #expect(shard.shed > 50_000)
    #expect(quantile(shard.mediaDelays.map(\.delay), 1) < Limits.mediaAgeMax)
    #expect(loop.takeIsBehind() == true)
    // Joining goes on at its least rate, and takes no more than that.
    let least = 3_000 / Int(Limits.deferredInterval.milliseconds)
    #expect((least / 3...least).contains(shard.flightsDone))

    // The load ends: within a second everything is as if it had never been.
    let calm = end + .seconds(1)
    shard.plan(audio(speakers: 200, from: calm, for: .seconds(1), seed: 3))
    shard.run(&loop, until: calm + .seconds(1))
    let later = shard.mediaDelays.filter { $0.at >= calm }.map(\.delay)
    #expect(later.count == 10_000)
    #expect(quantile(later, 0.99) < .milliseconds(1))
    #expect(shard.flightsDone == 3_000)
  }

  @Test
  func `Media that waited longer than 200 ms is dropped and counted, the oldest first, and nothing else`() {
    var shard = VirtualShard()
    var loop = ShardLoop()
    // A packet, a check, a handshake flight and a report every millisecond; nobody serves them for 300 ms.
    for step in 0..<300 {
      let at = Self.start + .milliseconds(Int64(step))
      shard.plan(
        [.media, .check, .handshake, .report].map { .init(at: at, kind: $0, listeners: 1) })
    }
    shard.sleep(.milliseconds(300))
    shard.run(&loop, until: Self.start + .milliseconds(600))
    let media = shard.given.filter { $0.kind == .media }
    #expect(loop.lateMedia + UInt64(media.count) == 300)
    #expect((98...101).contains(loop.lateMedia))
    // What was given is the youngest, in order.
    #expect(media.map(\.at) == media.map(\.at).sorted())
    #expect(media.allSatisfy { $0.at >= Self.start + .milliseconds(Int64(loop.lateMedia)) })
    #expect(shard.mediaDelays.count == media.count)
    #expect(shard.checkDelays.count == 300 && shard.flightsDone == 300)
    #expect(shard.given.filter { $0.kind == .report }.count == 300)
  }

  @Test func `Checks of a batch are answered before its media`() {
    var shard = VirtualShard()
    var loop = ShardLoop()
    let kinds: [VirtualShard.Datagram.Kind] = [.media, .check, .handshake, .media, .check, .report]
    shard.plan(kinds.map { .init(at: Self.start, kind: $0, listeners: 1) })
    shard.run(&loop, until: Self.start + .milliseconds(1))
    #expect(shard.given.map(\.kind) == [.check, .check, .media, .handshake, .media, .report])
  }

  @Test func `A storm of commands delays media by a quarter of a millisecond and is carried out`() {
    var shard = VirtualShard()
    var loop = ShardLoop()
    shard.planCommands(Array(repeating: Self.start + .milliseconds(10), count: 10_000))
    shard.plan(audio(speakers: 50, from: Self.start, for: .milliseconds(200)))
    shard.run(&loop, until: Self.start + .milliseconds(300))
    #expect(shard.commandDelays.count == 10_000)
    #expect(shard.mediaDelays.count == 500)
    #expect(quantile(shard.mediaDelays.map(\.delay), 1) < .microseconds(500))
  }

  @Test func `A flood at one socket starves neither the other nor the timers`() {
    var shard = VirtualShard()
    var loop = ShardLoop()
    // Two million datagrams a second that nobody wants: more than can even be taken.
    shard.plan(
      (0..<200_000).map {
        .init(at: Self.start + Interval(nanoseconds: Int64($0) * 500), kind: .report)
      })
    shard.plan((0..<100).map { .init(at: Self.start + .milliseconds($0), kind: .check, socket: .second) })
    shard.timerDue = Self.start + .milliseconds(20)
    shard.run(&loop, until: Self.start + .milliseconds(100))
    #expect(shard.checkDelays.count >= 98)
    #expect(quantile(shard.checkDelays, 1) < .milliseconds(5))
    #expect(shard.expiries == 1)
    #expect(shard.lostInKernel > 0)
  }

  @Test func `One packet to ten thousand listeners leaves in slices, between which checks are answered`() {
    var shard = VirtualShard()
    var loop = ShardLoop()
    shard.plan([.init(at: Self.start, kind: .media, listeners: 10_000)])
    shard.plan((1...20).map { .init(at: Self.start + .milliseconds($0), kind: .check) })
    shard.run(&loop, until: Self.start + .milliseconds(40))
    #expect(shard.mediaDelays.count == 1 && shard.checkDelays.count == 20)
    #expect(quantile(shard.checkDelays, 1) < .milliseconds(3))
    #expect(loop.takeIsBehind() == true)
  }

  @Test func `An idle shard sleeps`() {
    var shard = VirtualShard()
    var loop = ShardLoop()
    shard.plan([.init(at: Self.start + .milliseconds(50), kind: .media, listeners: 3)])
    shard.run(&loop, until: Self.start + .seconds(10))
    #expect(shard.waits <= 4)
    #expect(loop.takeIsBehind() == false)
  }
}
