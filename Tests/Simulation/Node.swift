import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers

/// The shards of a simulated media node, what signaling tells them, and the way of frames between them.
///
/// Frames cross in no time and none is lost, so that the rules of a call hold across shards unchanged.
struct Node: ~Copyable {
  private var endpoints: Slab<Endpoint>
  private var shards: [Handle<Endpoint>] = []
  /// Who is where, in order of arrival, as the voice gateway knows it.
  private var roster: [(shard: Int, admission: PeerAdmission)] = []
  /// Frames that crossed.
  private(set) var crossed = 0

  init(shards count: Int, _ configuration: EndpointConfiguration, seed: UInt64) throws {
    endpoints = Slab(capacity: count)
    for shard in 0..<UInt64(count) {
      let endpoint = Endpoint(
        configuration: configuration, dtls: try Identity.server(),
        random: SeededRandom(seed: seed &+ shard &* 1_000_003))
      if let handle = endpoints.insert(endpoint) { shards.append(handle) }
    }
  }

  var shardCount: Int { shards.count }

  /// The sum of what the endpoints have counted.
  var statistics: EndpointStatistics {
    var sum = EndpointStatistics()
    for shard in shards { sum.add(endpoints[shard].statistics) }
    return sum
  }

  var deadline: Instant {
    var earliest = Instant.distantFuture
    for shard in shards { earliest = min(earliest, endpoints[shard].deadline) }
    return earliest
  }

  var deferredDeadline: Instant {
    var earliest = Instant.distantFuture
    for shard in shards { earliest = min(earliest, endpoints[shard].deferredDeadline) }
    return earliest
  }

  mutating func expire(at now: Instant, into outbox: inout Outbox, events: inout EventLog) {
    for shard in shards where endpoints[shard].deadline <= now {
      endpoints[shard].expire(at: now, into: &outbox, events: &events)
    }
  }

  mutating func performDeferred(at now: Instant, into outbox: inout Outbox, events: inout EventLog) {
    for shard in shards where endpoints[shard].deferredDeadline <= now {
      endpoints[shard].performDeferred(at: now, into: &outbox, events: &events)
    }
  }

  /// Gives a datagram to the port of `shard` and lets everything that waits be sent.
  mutating func receive(
    _ octets: [UInt8], from source: SocketAddress, on shard: Int, at now: Instant,
    random: inout SeededRandom, into outbox: inout Outbox, events: inout EventLog
  ) throws {
    var buffer = octets + [UInt8](repeating: 0, count: 32)
    var span = buffer.mutableSpan
    endpoints[shards[shard]].receive(
      &span, count: octets.count, from: source, arrival: now, at: now, into: &outbox, events: &events)
    for frame in outbox.takeFrames() {
      let target = Int(frame.shard.rawValue)
      guard target != shard, target < shards.count else {
        throw Violation(description: "a frame went from shard \(shard) to \(target)")
      }
      crossed += 1
      endpoints[shards[target]].receiveRelayed(
        frame.octets.span, from: ShardID(rawValue: UInt8(shard)), arrival: frame.origin, at: now,
        into: &outbox)
    }
    for shard in shards {
      while endpoints[shard].stagedSince != .distantFuture {
        endpoints[shard].transmitStaged(at: now, budget: 1 + random.below(4), into: &outbox)
      }
    }
    guard outbox.takeFrames().isEmpty else {
      throw Violation(description: "a frame was relayed onward")
    }
  }

  // What the voice gateway does.

  mutating func admit(
    _ admission: PeerAdmission, on shard: Int, at now: Instant, into outbox: inout Outbox,
    events: inout EventLog
  ) {
    let others = roster.filter { $0.admission.room == admission.room }
    roster.append((shard, admission))
    tell(shard, .admit(admission), at: now, &outbox, &events)
    let newcomer = RemoteMember(shard: ShardID(rawValue: UInt8(shard)), admission: admission)
    for other in Set(others.map(\.shard)).sorted() where other != shard {
      tell(other, .admitRemote([newcomer]), at: now, &outbox, &events)
    }
    guard !others.contains(where: { $0.shard == shard }) else { return }
    let known = others.map {
      RemoteMember(shard: ShardID(rawValue: UInt8($0.shard)), admission: $0.admission)
    }
    if !known.isEmpty { tell(shard, .admitRemote(known), at: now, &outbox, &events) }
  }

  mutating func permit(
    _ peer: PeerID, _ permissions: MediaPermissions, at now: Instant, into outbox: inout Outbox,
    events: inout EventLog
  ) {
    guard let index = roster.firstIndex(where: { $0.admission.peer == peer }) else { return }
    let old = roster[index].admission
    // Whoever hears of this member later hears of its present permissions.
    roster[index].admission = PeerAdmission(
      peer: peer, room: old.room, user: old.user, ssrc: old.ssrc, permissions: permissions)
    for shard in span(of: old.room) { tell(shard, .permit(peer, permissions), at: now, &outbox, &events) }
  }

  mutating func remove(
    _ peer: PeerID, at now: Instant, into outbox: inout Outbox, events: inout EventLog
  ) {
    guard let index = roster.firstIndex(where: { $0.admission.peer == peer }) else { return }
    let room = roster[index].admission.room
    let before = span(of: room)
    let gone = roster.remove(at: index)
    for shard in before { tell(shard, .remove(peer), at: now, &outbox, &events) }
    if before.count > 1, !span(of: room).contains(gone.shard) {
      tell(gone.shard, .closeRoom(room), at: now, &outbox, &events)
    }
  }

  /// A command for the shard of `peer` alone.
  mutating func connect(
    _ peer: PeerID, _ command: MediaCommand, at now: Instant, into outbox: inout Outbox,
    events: inout EventLog
  ) {
    guard let place = roster.first(where: { $0.admission.peer == peer }) else { return }
    tell(place.shard, command, at: now, &outbox, &events)
  }

  private func span(of room: RoomID) -> [Int] {
    Set(roster.filter { $0.admission.room == room }.map(\.shard)).sorted()
  }

  private mutating func tell(
    _ shard: Int, _ command: MediaCommand, at now: Instant, _ outbox: inout Outbox, _ events: inout EventLog
  ) {
    endpoints[shards[shard]].perform(command, at: now, into: &outbox, events: &events)
  }
}
