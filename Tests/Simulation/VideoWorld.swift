import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers
import Wire

/// Somebody who watches: a browser behind two bad links.
final class Watcher {
  var client: WebRTCClient
  var receiver: VideoReceiver
  var uplink: Link
  var downlink: Link
  var quality: UInt8 = 100
  /// To whose port it sends.
  let shard: Int
  var isPresent = true
  var lastPictureLoss = Instant.zero
  /// What was sealed for it, by SSRC and index: an index may come again only with the same octets.
  var sealed: [UInt64: [UInt8]] = [:]
  var rollovers = RolloverCounter()

  init(
    _ client: consuming WebRTCClient, _ receiver: VideoReceiver, shard: Int, random: inout SeededRandom
  ) {
    self.shard = shard
    self.client = client
    self.receiver = receiver
    uplink = Link(random: &random)
    downlink = Link(random: &random)
  }
}

/// A camera in simulcast and its viewers, all behind bad links, on one to three shards, in virtual time.
///
/// In the end everything is calm for a while: then every viewer must have the best layer that it wants, whole.
struct VideoWorld: ~Copyable {
  enum Event {
    case frame(Int)
    case feedback(Watcher)
    case toShard(Int, [UInt8], SocketAddress)
    case toWatcher(Watcher, Datagram)
    case toPublisher([UInt8])
    case whim
  }

  var node: VideoNode
  var agenda = Agenda<Event>()
  var random: SeededRandom
  var now = Instant.zero + .seconds(3_000)
  var watchers: [Watcher] = []
  var publisher: WebRTCClient
  var layers: [VideoLayerSender]
  var stalledUntil: [Instant]
  private var uplink: Link
  private var downlink: Link
  private var version: UInt64 = 0
  private var nextNumber: UInt64 = 2
  /// Of its own, so that a seed's call is the same on any number of shards.
  private var shardRandom: SeededRandom
  private let calm: Instant
  private let end: Instant
  private(set) var repaired = 0
  private(set) var decoded = 0

  static let rtx = VideoCodec(name: .vp8, payloadType: 96, rtxPayloadType: 97, feedback: [.nack, .pli])
  static let plain = VideoCodec(name: .vp8, payloadType: 120, rtxPayloadType: nil, feedback: [.nack, .pli])
  static let room = RoomID(channel: Snowflake(rawValue: 9))

  init(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var configuration = EndpointConfiguration()
    configuration.reportInterval = .seconds(1)
    shardRandom = SeededRandom(seed: seed &+ 77)
    var node = try VideoNode(shards: 1 + shardRandom.below(3), configuration, seed: seed &+ 1)
    let start = now
    let publisher = try node.connect(1, VideoWorld.rtx, on: 0, at: start, random: &random)
    let isNamed = random.below(2) == 0
    layers = (0..<(1 + random.below(3))).map { layer in
      VideoLayerSender(
        layer: UInt8(layer), ssrc: 500 + UInt32(layer) * 2, rtxSSRC: 501 + UInt32(layer) * 2,
        rid: isNamed ? "\(layer)" : nil, codec: VideoWorld.rtx, random: &random)
    }
    stalledUntil = layers.map { _ in .zero }
    uplink = Link(random: &random)
    downlink = Link(random: &random)
    calm = start + .milliseconds(Int64(3_000 + random.below(3_000)))
    end = calm + .seconds(7)
    self.node = node
    self.publisher = publisher
    self.random = random
  }

  private var ssrc: UInt32 { VideoSource.camera.ssrc(after: publisher.admission.ssrc) }

  /// Runs the call from its beginning to its end; gives what was wrong with it.
  mutating func run() throws {
    announce()
    for _ in 0..<(1 + random.below(3)) { try join() }
    for layer in layers.indices { agenda.plan(.frame(layer), at: now + .milliseconds(Int64(layer))) }
    agenda.plan(.whim, at: now + .milliseconds(500))
    while let next = agenda.next, next <= end {
      while node.deadline <= next {
        now = max(now, node.deadline)
        try node.expire(at: now)
        transmit()
        try deliver()
      }
      now = next
      if let event = agenda.pop() { try act(on: event) }
    }
    for watcher in watchers where watcher.isPresent { try judge(watcher) }
    try judgeLinks()
  }

  private mutating func act(on event: Event) throws {
    switch event {
    case .frame(let layer): frame(layer)
    case .feedback(let watcher): feedback(watcher)
    case .toShard(let shard, let octets, let source): try give(octets, from: source, on: shard)
    case .toWatcher(let watcher, let datagram):
      if case .audio(let heard, let index) = watcher.client.receive(datagram.octets, at: now) {
        _ = watcher.receiver.receive(heard, index: index)
      }
    case .toPublisher(let octets):
      if case .report(let compound) = publisher.receive(octets, at: now) { obey(PublisherRequests(compound)) }
    case .whim: try whim()
    }
  }

  // MARK: The publisher

  private mutating func frame(_ layer: Int) {
    agenda.plan(.frame(layer), at: now + .milliseconds(33))
    guard stalledUntil[layer] <= now else { return }
    let count = 1 + random.below(4)
    for packet in layers[layer].frame(packets: count, size: 150 + random.below(900)) { show(packet) }
  }

  private mutating func show(_ packet: VideoPacket) {
    let octets = publisher.show(packet)
    for arrival in link(uplink).arrivals(at: now, random: &random) {
      agenda.plan(.toShard(0, octets, publisher.address), at: arrival)
    }
  }

  private mutating func obey(_ asked: PublisherRequests) {
    for layer in layers.indices {
      if asked.keyFrames.contains(layers[layer].ssrc) { layers[layer].isKeyFrameDue = true }
      for lost in asked.lost[layers[layer].ssrc] ?? [] {
        if let packet = layers[layer].retransmission(of: lost) { show(packet) }
      }
    }
  }

  private mutating func announce() {
    version += 1
    let announced = layers.indices.map { layers[$0].announcement(quality: UInt8(30 * ($0 + 1))) }
    node.tellAll(
      .publishVideo(
        publisher.admission.peer, VideoPublication(version: version, source: .camera, layers: announced)),
      at: now)
  }

  // MARK: Watchers

  private mutating func join() throws {
    let codec = random.below(2) == 0 ? VideoWorld.rtx : VideoWorld.plain
    let shard = shardRandom.below(node.shardCount)
    let client = try node.connect(nextNumber, codec, on: shard, at: now, random: &random)
    nextNumber += 1
    let watcher = Watcher(client, VideoReceiver(ssrc: ssrc, codec: codec), shard: shard, random: &random)
    watchers.append(watcher)
    agenda.plan(.feedback(watcher), at: now + .milliseconds(50))
  }

  /// Asks for what is missing every 40 ms or so, and for a key frame when that does not help.
  private mutating func feedback(_ watcher: Watcher) {
    guard watcher.isPresent else { return }
    agenda.plan(.feedback(watcher), at: now + .milliseconds(Int64(30 + random.below(30))))
    let missing = watcher.receiver.missing(latest: 150)
    guard !missing.isEmpty || !watcher.receiver.hasBeginning else { return }
    if !missing.isEmpty { send(ViewerFeedback.nack(missing, of: ssrc, from: 77), from: watcher) }
    if now - watcher.lastPictureLoss > .seconds(1) {
      watcher.lastPictureLoss = now
      send(ViewerFeedback.pictureLoss(of: ssrc, from: 77), from: watcher)
    }
  }

  private mutating func send(_ compound: [UInt8], from watcher: Watcher) {
    let octets = watcher.client.sealReport(compound)
    for arrival in link(watcher.uplink).arrivals(at: now, random: &random) {
      agenda.plan(.toShard(watcher.shard, octets, watcher.client.address), at: arrival)
    }
  }

  /// A link as it is now: without loss in the calm at the end.
  private func link(_ link: Link) -> Link { now < calm ? link : link.calmed }

  // MARK: Whims

  private mutating func whim() throws {
    guard now < calm else { return }
    agenda.plan(.whim, at: now + .milliseconds(Int64(50 + random.below(400))))
    let present = watchers.filter(\.isPresent)
    switch random.below(7) {
    case 0: if watchers.count < 6 { try join() }
    case 1:
      guard present.count > 1 else { return }
      present[0].isPresent = false
      node.remove(present[0].client.admission.peer, at: now)
    case 2:
      let layer = random.below(layers.count)
      stalledUntil[layer] = now + .milliseconds(Int64(random.below(2_000)))
    case 3: reload()
    case 4:
      let isShown = random.below(3) != 0
      version += 1
      node.tellAll(
        .permit(
          publisher.admission.peer,
          MediaPermissions(version: version, maySpeak: true, mayShow: isShown, mayHear: true)), at: now)
      if !isShown { agenda.plan(.whim, at: now + .milliseconds(200)) }
    default:
      guard !present.isEmpty else { return }
      want(present[random.below(present.count)], UInt8(random.below(11) * 10))
    }
  }

  /// The page is loaded again: a layer that is told by name goes on under another SSRC after a while.
  private mutating func reload() {
    let layer = random.below(layers.count)
    guard layers[layer].rid != nil else { return }
    stalledUntil[layer] = now + .milliseconds(900)
    layers[layer].ssrc &+= 1_000
    layers[layer].sequenceNumber = UInt16(random.below(0x8000))
    layers[layer].timestamp = UInt32(truncatingIfNeeded: random.next())
    layers[layer].isKeyFrameDue = true
  }

  private mutating func want(_ watcher: Watcher, _ quality: UInt8) {
    version += 1
    watcher.quality = quality
    node.tell(
      watcher.shard,
      .wantVideo(
        watcher.client.admission.peer, VideoWants(version: version, others: quality, streams: [])), at: now)
  }

  /// What must be true after the calm.
  private mutating func judge(_ watcher: Watcher) throws {
    let frames = watcher.receiver.decode()
    let peer = watcher.client.admission.peer.rawValue
    if let problem = watcher.receiver.problems.first {
      throw Violation(description: "watcher \(peer): \(problem)")
    }
    repaired += watcher.receiver.repaired
    decoded += frames.count(where: \.isDecoded)
    guard watcher.quality > 0, isShown else { return }
    let best = layers.indices.last { UInt8(30 * ($0 + 1)) <= watcher.quality } ?? 0
    // The newest may still be on their way.
    let last = frames.dropLast(3).suffix(40)
    guard last.count == 40, last.allSatisfy({ $0.isDecoded && $0.layer == UInt8(best) }) else {
      let tail = last.map { "\($0.layer):\($0.number)\($0.isDecoded ? "" : "!")" }.joined(separator: " ")
      let picture = node.explain(publisher.admission.peer, on: 0)?.pictures.first.map { "\($0)" } ?? "nothing"
      let view =
        node.explain(watcher.client.admission.peer, on: watcher.shard)?.views.first.map { "\($0)" }
        ?? "nothing"
      throw Violation(
        description: "watcher \(peer) wants layer \(best) and has \(tail); shown: \(picture); seen: \(view)")
    }
  }

  /// What must be true of the ways between shards after the calm.
  ///
  /// That each packet crosses once, unless it is asked for again, the node has seen to.
  private func judgeLinks() throws {
    for shard in 1..<max(node.shardCount, 1) {
      let beyond = watchers.filter { $0.isPresent && $0.shard == shard }
      let wanted = Set(
        beyond.filter { $0.quality > 0 }.map { watcher in
          UInt8(layers.indices.last { UInt8(30 * ($0 + 1)) <= watcher.quality } ?? 0)
        })
      let crossed = node.layersCrossed(to: shard, since: end - .seconds(1))
      guard crossed == (isShown ? wanted : []) else {
        throw Violation(description: "layers \(crossed) cross to shard \(shard), wanted are \(wanted)")
      }
    }
  }

  private var isShown: Bool { node.explain(publisher.admission.peer, on: 0)?.permissions.mayShow == true }

  // MARK: The endpoint

  private mutating func give(_ octets: [UInt8], from source: SocketAddress, on shard: Int) throws {
    try node.receive(octets, from: source, on: shard, at: now)
    // Sometimes packets gather.
    if random.below(3) != 0 { transmit() }
    try deliver()
  }

  private mutating func transmit() {
    node.transmit(budget: 1 + random.below(20), at: now)
  }

  private mutating func deliver() throws {
    for datagram in node.takeDatagrams() {
      if datagram.address == publisher.address {
        guard DatagramKind.classify(datagram.octets.span) == .rtcp else {
          throw Violation(description: "the publisher was sent media")
        }
        for arrival in link(downlink).arrivals(at: now, random: &random) {
          agenda.plan(.toPublisher(datagram.octets), at: arrival)
        }
        continue
      }
      guard let watcher = watchers.first(where: { $0.client.address == datagram.address }) else { continue }
      guard watcher.isPresent else { throw Violation(description: "media for somebody who has left") }
      try audit(datagram.octets, for: watcher)
      for arrival in link(watcher.downlink).arrivals(at: now, random: &random) {
        agenda.plan(.toWatcher(watcher, datagram), at: arrival)
      }
    }
  }

  /// No key and index is sealed with two contents.
  private func audit(_ octets: [UInt8], for watcher: Watcher) throws {
    guard DatagramKind.classify(octets.span) == .rtp, let header = try? RTPHeader(octets.span) else { return }
    guard header.ssrc == ssrc || header.ssrc == ssrc + 1 else {
      throw Violation(description: "SSRC \(header.ssrc) is nobody's")
    }
    guard watcher.quality > 0 || header.ssrc == ssrc + 1 || watcher.sealed.count > 0 else {
      throw Violation(description: "video for somebody who wants none")
    }
    let index = watcher.rollovers.index(of: header.sequenceNumber, header.ssrc)
    let key = UInt64(header.ssrc) << 32 | index
    if let before = watcher.sealed[key] {
      guard before == octets, header.ssrc == ssrc else {
        throw Violation(description: "key and index \(index) of SSRC \(header.ssrc) were used twice")
      }
    }
    watcher.sealed[key] = octets
  }
}
