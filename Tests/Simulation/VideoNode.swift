import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers
import Wire

/// The shards of a node with one room, where commands and frames take their time and rings are sometimes full.
///
/// Each shard is told in order, but one hears of a member or a picture before the other does; frames of one
/// shard to another keep their order too. Every frame is checked on its way.
struct VideoNode: ~Copyable {
  private struct Way {
    let from: Int
    let to: Int
    var frames: [(at: Instant, frame: RelayedFrame)] = []
    /// Packets that crossed by themselves: run, layer and index.
    var crossed: Set<[UInt64]> = []
    /// When a packet of each layer crossed last.
    var lastPacket: [UInt8: Instant] = [:]
  }

  private var endpoints: Slab<Endpoint>
  private var shards: [Handle<Endpoint>] = []
  private var commands: [[(at: Instant, command: MediaCommand)]]
  private var ways: [Way] = []
  private var outboxes: [Outbox]
  private var log = EventLog()
  private var random: SeededRandom
  private var roster: [(shard: Int, admission: PeerAdmission)] = []
  private var publication: MediaCommand?
  private var permissions: MediaCommand?
  private var datagrams: [Datagram] = []
  private(set) var repeated = 0

  init(shards count: Int, _ configuration: EndpointConfiguration, seed: UInt64) throws {
    random = SeededRandom(seed: seed &+ 5)
    endpoints = Slab(capacity: count)
    commands = Array(repeating: [], count: count)
    outboxes = Array(repeating: Outbox(), count: count)
    let share = random.below(2) == 0 ? 0 : random.unit() * 0.1
    for shard in 0..<count {
      let endpoint = Endpoint(
        configuration: configuration, dtls: try Identity.server(),
        random: SeededRandom(seed: seed &+ UInt64(shard) &* 1_000_003))
      if let handle = endpoints.insert(endpoint) { shards.append(handle) }
      if share > 0 { outboxes[shard].refusal = (share, SeededRandom(seed: seed &+ 9 &+ UInt64(shard))) }
      for other in 0..<count where other != shard { ways.append(Way(from: shard, to: other)) }
    }
  }

  var shardCount: Int { shards.count }

  var deadline: Instant {
    var earliest = Instant.distantFuture
    for shard in shards { earliest = min(earliest, endpoints[shard].deadline) }
    for waiting in commands { earliest = min(earliest, waiting.first?.at ?? .distantFuture) }
    for way in ways { earliest = min(earliest, way.frames.first?.at ?? .distantFuture) }
    return earliest
  }

  /// Does everything whose time has come.
  mutating func expire(at now: Instant) throws {
    for shard in shards.indices {
      while let next = commands[shard].first, next.at <= now {
        commands[shard].removeFirst()
        perform(next.command, on: shard, at: now)
      }
      if endpoints[shards[shard]].deadline <= now {
        endpoints[shards[shard]].expire(at: now, into: &outboxes[shard], events: &log)
      }
      try collect(from: shard, at: now)
    }
    for position in ways.indices {
      while let next = ways[position].frames.first, next.at <= now {
        ways[position].frames.removeFirst()
        let (from, to) = (ways[position].from, ways[position].to)
        endpoints[shards[to]].receiveRelayed(
          next.frame.octets.span, from: ShardID(rawValue: UInt8(from)), arrival: next.frame.origin, at: now,
          into: &outboxes[to])
        try collect(from: to, at: now)
      }
    }
  }

  mutating func receive(_ octets: [UInt8], from source: SocketAddress, on shard: Int, at now: Instant) throws
  {
    give(octets, from: source, on: shard, at: now)
    try collect(from: shard, at: now)
  }

  /// Sends all that waits, in slices.
  mutating func transmit(budget: Int, at now: Instant) {
    for shard in shards.indices {
      while endpoints[shards[shard]].stagedSince != .distantFuture {
        endpoints[shards[shard]].transmitStaged(at: now, budget: budget, into: &outboxes[shard])
      }
      datagrams += outboxes[shard].take()
    }
  }

  mutating func takeDatagrams() -> [Datagram] {
    for shard in shards.indices { datagrams += outboxes[shard].take() }
    defer { datagrams = [] }
    return datagrams
  }

  func explain(_ peer: PeerID, on shard: Int) -> PeerExplanation? {
    endpoints[shards[shard]].explain(peer)
  }

  /// The layers of which a packet has crossed from the first shard to `shard` since `instant`.
  func layersCrossed(to shard: Int, since instant: Instant) -> Set<UInt8> {
    guard let way = ways.first(where: { $0.from == 0 && $0.to == shard }) else { return [] }
    return Set(way.lastPacket.filter { $0.value >= instant }.keys)
  }

  // What the voice gateway does.

  /// Commands one shard, after all that it was told before.
  mutating func tell(_ shard: Int, _ command: MediaCommand, at now: Instant) {
    let last = commands[shard].last?.at ?? now
    let delay: Interval = shards.count == 1 ? .zero : .microseconds(Int64(random.below(20_000)))
    // Alone, a shard is told at once.
    guard shards.count > 1 else { return perform(command, on: shard, at: now) }
    commands[shard].append((max(last, now + delay), command))
  }

  /// Commands every shard that has members, about the publisher.
  mutating func tellAll(_ command: MediaCommand, at now: Instant) {
    switch command {
    case .publishVideo: publication = command
    case .permit: permissions = command
    default: break
    }
    for shard in Set(roster.map(\.shard)).sorted() { tell(shard, command, at: now) }
  }

  mutating func remove(_ peer: PeerID, at now: Instant) {
    guard let index = roster.firstIndex(where: { $0.admission.peer == peer }) else { return }
    let shard = roster[index].shard
    // It is gone at once where it was: nothing is sent to it any more.
    flush(shard, at: now)
    perform(.remove(peer), on: shard, at: now)
    for other in Set(roster.map(\.shard)).sorted() where other != shard {
      tell(other, .remove(peer), at: now)
    }
    roster.remove(at: index)
    if !roster.contains(where: { $0.shard == shard }) {
      perform(.closeRoom(VideoWorld.room), on: shard, at: now)
    }
  }

  /// Admits a browser on `shard` and shakes hands without losses.
  mutating func connect(
    _ number: UInt64, _ codec: VideoCodec, on shard: Int, at now: Instant, random: inout SeededRandom
  ) throws -> WebRTCClient {
    let admission = PeerAdmission(
      peer: PeerID(rawValue: number), room: VideoWorld.room, user: Snowflake(rawValue: number),
      ssrc: UInt32(number) * 10_000,
      permissions: MediaPermissions(version: 0, maySpeak: true, mayShow: true, mayHear: true))
    var extensions = HeaderExtensionMap()
    extensions.rid = 3
    extensions.repairedRid = 4
    let offer = WebRTCTransportOffer(
      localUfrag: "video\(number)", localPassword: "password-of-22-octets-\(number)", remoteUfrag: "remote",
      remoteFingerprint: try Identity.client(SRTPProfile.allCases).fingerprint, opusPayloadType: 111,
      videoCodecs: [codec], extensions: extensions)
    let address = SocketAddress(ip: IPAddress(v4: 0x0A01_0000 | UInt32(number)), port: 5_000)
    var client = try WebRTCClient(
      admission, offer: offer, context: Identity.client([.aeadAES128GCM]), address: address,
      ssrc: UInt32(truncatingIfNeeded: random.next()), firstSequence: 0, at: now)
    datagrams += outboxes[shard].take()
    admit(admission, on: shard, at: now)
    perform(.connectWebRTC(admission.peer, offer), on: shard, at: now)
    var waiting = [client.check(isNominating: true)] + client.handshakeDatagrams()
    while !waiting.isEmpty {
      for octets in waiting {
        give(octets, from: address, on: shard, at: now)
        while endpoints[shards[shard]].deferredDeadline <= now {
          endpoints[shards[shard]].performDeferred(at: now, into: &outboxes[shard], events: &log)
        }
      }
      for datagram in outboxes[shard].take() where datagram.address == address {
        _ = client.receive(datagram.octets, at: now)
      }
      waiting = client.handshakeDatagrams()
    }
    return client
  }

  private mutating func admit(_ admission: PeerAdmission, on shard: Int, at now: Instant) {
    flush(shard, at: now)
    let others = roster
    roster.append((shard, admission))
    perform(.admit(admission), on: shard, at: now)
    let newcomer = RemoteMember(shard: ShardID(rawValue: UInt8(shard)), admission: admission)
    for other in Set(others.map(\.shard)).sorted() where other != shard {
      tell(other, .admitRemote([newcomer]), at: now)
    }
    guard !others.contains(where: { $0.shard == shard }) else { return }
    let known = others.map {
      RemoteMember(shard: ShardID(rawValue: UInt8($0.shard)), admission: $0.admission)
    }
    guard !known.isEmpty else { return }
    tell(shard, .admitRemote(known), at: now)
    if let permissions { tell(shard, permissions, at: now) }
    if let publication { tell(shard, publication, at: now) }
  }

  /// Has a shard carry out everything that it has been told.
  private mutating func flush(_ shard: Int, at now: Instant) {
    let waiting = commands[shard]
    commands[shard] = []
    for next in waiting { perform(next.command, on: shard, at: now) }
  }

  private mutating func perform(_ command: MediaCommand, on shard: Int, at now: Instant) {
    endpoints[shards[shard]].perform(command, at: now, into: &outboxes[shard], events: &log)
  }

  private mutating func give(_ octets: [UInt8], from source: SocketAddress, on shard: Int, at now: Instant) {
    var buffer = octets + [UInt8](repeating: 0, count: 32)
    var span = buffer.mutableSpan
    endpoints[shards[shard]].receive(
      &span, count: octets.count, from: source, arrival: now, at: now, into: &outboxes[shard], events: &log)
  }

  /// Sends the frames that `shard` has written on their way, after a look at each.
  private mutating func collect(from shard: Int, at now: Instant) throws {
    for frame in outboxes[shard].takeFrames() {
      let target = Int(frame.shard.rawValue)
      guard let position = ways.firstIndex(where: { $0.from == shard && $0.to == target }) else {
        throw Violation(description: "a frame went from shard \(shard) to \(target)")
      }
      if let video = try? RelayVideoFrame(frame.octets.span) {
        guard shard == 0 else { throw Violation(description: "a picture was relayed onward") }
        ways[position].lastPacket[video.place.layer] = now
        if video.isRepeated { repeated += 1 }
        let packet = [UInt64(video.place.run), UInt64(video.place.layer), video.index]
        guard ways[position].crossed.insert(packet).inserted || video.isRepeated else {
          throw Violation(description: "packet \(video.index) of layer \(video.place.layer) crossed twice")
        }
      }
      let arrival = now + .microseconds(Int64(random.below(3_000)))
      ways[position].frames.append((max(arrival, ways[position].frames.last?.at ?? now), frame))
    }
  }
}
