import Base
import Glibc
import Net
import SFU
import Server
import SimulatedPeers

/// A shard on its own thread, with sockets and clock of its own, and speakers that load it.
///
/// Packets come at random instants, as many a second as are asked for, from the thread that calls: it
/// never sleeps, so that it wants a processor to itself.
final class LoadedShard {
  /// What a stretch of load came to.
  struct Stretch {
    let latency: LatencyHistogram
    /// Share of a processor that the shard's thread used.
    let load: Double
    let received: Double
    let forwarded: Double
  }

  private let thread: ShardThread
  private let address: SocketAddress
  private var speakers: [(client: ClientBox, sender: Sender)] = []
  private var random = SeededRandom(seed: 1)
  /// A sender that is later than this has lost its processor to others.
  private static let lapse = Interval.microseconds(200)
  private let payload = [UInt8](repeating: 7, count: 72)

  /// Makes `rooms` with a speaker and so many listeners each, and starts the shard.
  init(rooms: Int, listeners: Int, sinks: Sinks, coalesceMax: Interval) throws {
    var configuration = Configuration()
    configuration.mediaListen = [SocketAddress(ip: .loopbackV4, port: 0)]
    let sockets = try ShardSockets(configuration, shard: 0, isDev: true, log: .silent)
    address = sockets.addresses[0]
    let wake = try WakeDescriptor()
    thread = ShardThread(wake: wake, wakeLoop: {})
    var world = try World(peers: rooms * (listeners + 1))
    world.now = MonotonicClock.now()
    for room in 0..<rooms {
      let name = UInt64(room + 1)
      let sender = try Sender()
      speakers.append((ClientBox(try world.connect(at: sender.address, room: name)), sender))
      for index in 0..<listeners {
        _ = try world.connect(at: sinks.address(room * listeners + index), room: name)
      }
    }
    // Its instants never decrease: the world's clock may be ahead of the machine's.
    while MonotonicClock.now() < world.now {}
    let shard = try Shard(
      sockets: sockets, relays: RelayMesh(wakes: [wake]).ends(of: 0), endpoint: world.endpoint,
      coalesceMax: coalesceMax)
    _ = try thread.start(ShardBox(shard), name: "roost-shard", on: nil) {
      PinnedThread.askForShortSlices()
    }
  }

  deinit {
    thread.stop()
  }

  /// Sends `rate` packets a second for `length`.
  func run(rate: Double, for length: Interval) -> Stretch {
    let before = settled(sending: rate)
    let end = MonotonicClock.now() + length
    send(rate, until: end)
    let after = settled(sending: rate)
    let elapsed = (after.at - before.at).seconds
    let received = after.received &- before.received
    let forwarded =
      (after.endpoint?.forwardedPackets ?? 0) &- (before.endpoint?.forwardedPackets ?? 0)
    return Stretch(
      latency: after.sends.latency.since(before.sends.latency),
      load: (after.busy.seconds - before.busy.seconds) / elapsed, received: Double(received) / elapsed,
      forwarded: Double(forwarded) / elapsed)
  }

  /// Statistics that are new, while the load goes on.
  private func settled(sending rate: Double) -> ShardStatistics {
    let old = thread.latestStatistics().at
    while true {
      send(rate, until: MonotonicClock.now() + .milliseconds(10))
      let newest = thread.latestStatistics()
      if newest.at > old { return newest }
    }
  }

  private func send(_ rate: Double, until end: Instant) {
    var due = MonotonicClock.now()
    while due < end {
      // Exponential gaps: speakers know nothing of each other.
      let gap = -log(1 - random.unit()) / rate
      due = due + Interval(nanoseconds: Int64(gap * 1e9))
      var now = MonotonicClock.now()
      while now < due { now = MonotonicClock.now() }
      // The processor was taken away: what was missed is not sent in one burst, which nobody asked for.
      if now > due + LoadedShard.lapse { due = now }
      let speaker = speakers[random.below(speakers.count)]
      speaker.sender.send(speaker.client.client.speak(payload), to: address)
    }
  }
}

/// Holds a client in an array.
final class ClientBox {
  var client: WebRTCClient

  init(_ client: consuming WebRTCClient) {
    self.client = client
  }
}
