import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers
import Wire

/// A whole call in virtual time: members behind bad links, one to three shards, an auditor that sees everything.
struct World: ~Copyable {
  enum Event {
    case tick(Member)
    case check(Member)
    case handshakeTimer(Member)
    case atServer(octets: [UInt8], source: SocketAddress, sender: Member, number: UInt32?, run: Int)
    case atMember(Member, Datagram)
    case deferred
    case whim
  }

  var node: Node
  var outbox = Outbox()
  var log = EventLog()
  var agenda = Agenda<Event>()
  var auditor = Auditor()
  var random: SeededRandom
  /// Of its own, so that a seed's call is the same on any number of shards.
  private var shardRandom: SeededRandom
  var now = Instant.zero + .seconds(5_000)
  var members: [Member] = []
  var recorded: [(octets: [UInt8], source: SocketAddress, sender: Member, number: UInt32, run: Int)] = []
  /// The newest packet of a publisher that the endpoint was given, by peer.
  var newestGiven: [PeerID: (number: UInt32, run: Int)] = [:]
  /// Packets that the endpoint certainly accepted, by peer: to send one again is a replay.
  var given: [PeerID: Set<UInt32>] = [:]
  private var nextNumber: UInt64 = 1
  private var isDeferredPlanned = false
  let end: Instant

  init(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var configuration = EndpointConfiguration()
    configuration.reportInterval = .seconds(1)
    configuration.wallTimeAtZero = WallTime(milliseconds: 1_790_000_000_000)
    shardRandom = SeededRandom(seed: seed &+ 77)
    node = try Node(shards: 1 + shardRandom.below(3), configuration, seed: seed &+ 1)
    end = .zero + .milliseconds(Int64(5_002_000 + random.below(4_000)))
    self.random = random
  }

  /// Runs the call from its beginning to its end.
  mutating func run() throws {
    for _ in 0..<(2 + random.below(5)) { try join(reusing: nil) }
    agenda.plan(.whim, at: now + .milliseconds(300))
    while let next = agenda.next, next <= end {
      while node.deadline <= next {
        now = max(now, node.deadline)
        node.expire(at: now, into: &outbox, events: &log)
        try deliver(because: nil)
      }
      now = next
      if let event = agenda.pop() { try act(on: event) }
    }
  }

  private mutating func act(on event: Event) throws {
    switch event {
    case .tick(let member): tick(member)
    case .check(let member): check(member)
    case .handshakeTimer(let member):
      member.browser?.expire(at: now)
      sendHandshake(member)
    case .atServer(let octets, let source, let sender, let number, let run):
      try give(octets, from: source, on: sender.shard, cause: number.map { (sender, $0, run) })
    case .atMember(let member, let datagram): try receive(member, datagram)
    case .deferred: try performDeferred()
    case .whim: try whim()
    }
  }

  // MARK: Members

  mutating func join(reusing ssrc: UInt32?) throws {
    let number = nextNumber
    nextNumber += 1
    let room = RoomID(channel: Snowflake(rawValue: random.below(4) == 0 ? 2 : 1))
    let admission = PeerAdmission(
      peer: PeerID(rawValue: number), room: room, user: Snowflake(rawValue: number),
      ssrc: ssrc ?? UInt32(number) * 1_000,
      permissions: MediaPermissions(
        version: 1, maySpeak: random.below(8) != 0, mayShow: true, mayHear: random.below(8) != 0))
    let member = Member(
      number, admission, shard: shardRandom.below(node.shardCount), address: newAddress(), random: &random)
    members.append(member)
    node.admit(admission, on: member.shard, at: now, into: &outbox, events: &log)
    try takeEvents()
    if random.below(2) == 0 { try joinByVoice(member) } else { try joinByBrowser(member) }
    agenda.plan(.tick(member), at: now + .milliseconds(Int64(random.below(400))))
  }

  private mutating func joinByVoice(_ member: Member) throws {
    let offer = VoiceTransportOffer(
      mode: random.below(2) == 0 ? .aes256GCM : .xchacha20Poly1305, secretKey: random.octets(32),
      opusPayloadType: 120, videoCodecs: [])
    var client = try VoiceClient(
      member.admission, offer: offer, address: member.address,
      firstSequence: UInt16(truncatingIfNeeded: random.next()))
    client.repeatsNonce = random.below(4) == 0
    let discovery = client.discovery()
    member.voice = consume client
    // Some clients select the protocol before their discovery arrives.
    try connect(member, .connectVoice(member.admission.peer, offer))
    for attempt in 0..<4 {
      agenda.plan(
        .atServer(octets: discovery, source: member.address, sender: member, number: nil, run: 0),
        at: now + .milliseconds(Int64(5 + attempt * 30)))
    }
  }

  private mutating func joinByBrowser(_ member: Member) throws {
    let offer = try offer(member)
    try connect(member, .connectWebRTC(member.admission.peer, offer))
    let profiles: [SRTPProfile] = random.below(2) == 0 ? [.aeadAES128GCM] : [.aeadAES256GCM]
    member.browser = try WebRTCClient(
      member.admission, offer: offer, context: Identity.client(profiles), address: member.address,
      ssrc: UInt32(truncatingIfNeeded: random.next()), firstSequence: UInt16(random.below(0x8000)), at: now)
    member.isSettled = false
    check(member)
  }

  func offer(_ member: Member) throws -> WebRTCTransportOffer {
    var extensions = HeaderExtensionMap()
    extensions.audioLevel = UInt8(1 + member.number % 14)
    return WebRTCTransportOffer(
      localUfrag: "w\(member.number)g\(member.iceGeneration)", localPassword: "password of \(member.number)",
      remoteUfrag: "remote", remoteFingerprint: try Identity.client(SRTPProfile.allCases).fingerprint,
      opusPayloadType: 111, videoCodecs: [], extensions: extensions)
  }

  mutating func newAddress() -> SocketAddress {
    SocketAddress(
      ip: IPAddress(v4: 0x0A00_0000 | UInt32(random.below(0xFF_FFFF))),
      port: UInt16(1_024 + random.below(60_000)))
  }

  mutating func connect(_ member: Member, _ command: MediaCommand) throws {
    node.connect(member.admission.peer, command, at: now, into: &outbox, events: &log)
    try takeEvents()
  }

  // MARK: Traffic of members

  private mutating func tick(_ member: Member) {
    guard member.isPresent else { return }
    agenda.plan(.tick(member), at: now + .milliseconds(20))
    if member.talksUntil <= now, random.below(30) == 0 {
      member.talksUntil = now + .milliseconds(Int64(100 + random.below(3_000)))
    }
    guard member.talksUntil > now, member.voice != nil || member.browser?.isConnected == true else { return }
    let packet = member.speak(random.below(80))
    recorded.append((packet.octets, member.address, member, packet.number, member.run))
    uplink(packet.octets, member, number: packet.number)
  }

  mutating func check(_ member: Member) {
    guard member.isPresent, let octets = member.browser?.check(isNominating: true) else { return }
    uplink(octets, member, number: nil)
    agenda.plan(.check(member), at: now + .milliseconds(member.isSettled ? 500 : 60))
  }

  private mutating func sendHandshake(_ member: Member) {
    for datagram in member.browser?.handshakeDatagrams() ?? [] { uplink(datagram, member, number: nil) }
    if let deadline = member.browser?.deadline ?? nil {
      agenda.plan(.handshakeTimer(member), at: max(deadline, now + .milliseconds(1)))
    }
  }

  private mutating func uplink(_ octets: [UInt8], _ member: Member, number: UInt32?) {
    for arrival in member.uplink.arrivals(at: now, random: &random) {
      agenda.plan(
        .atServer(octets: octets, source: member.address, sender: member, number: number, run: member.run),
        at: arrival)
    }
  }

  private mutating func receive(_ member: Member, _ datagram: Datagram) throws {
    if member.voice != nil {
      if let heard = member.voice?.hear(datagram.octets) ?? nil { try audit(heard, by: member) }
      return
    }
    let wasConnected = member.browser?.isConnected ?? false
    switch member.browser?.receive(datagram.octets, at: now) {
    case .audio(let heard, _): try audit(heard, by: member)
    case .checkSucceeded:
      let isFirst = !member.isSettled && !wasConnected
      // Only an answer to the present address says that media from there is taken.
      guard datagram.address == member.address else { return }
      member.isSettled = true
      if isFirst { sendHandshake(member) }
    case .handshake: sendHandshake(member)
    default: break
    }
  }

  private func audit(_ heard: HeardPacket, by member: Member) throws {
    // An SSRC may have been given to a second member after the first had left.
    let publishers = members.filter { $0.admission.ssrc == heard.ssrc }
    guard let publisher = publishers.first(where: { Member.number(in: heard.payload, of: $0) != nil }) else {
      throw Violation(description: "audio of nobody was heard")
    }
    try auditor.heard(heard, by: member, from: publisher)
  }

  // MARK: The endpoint

  /// Gives a datagram to the endpoint and audits all that it sends.
  mutating func give(
    _ octets: [UInt8], from source: SocketAddress, on shard: Int,
    cause: (sender: Member, number: UInt32, run: Int)?
  ) throws {
    let cause = cause.map { judge($0.sender, $0.number, $0.run, source) }
    try node.receive(
      octets, from: source, on: shard, at: now, random: &random, into: &outbox, events: &log)
    planDeferred()
    try deliver(because: cause?.cause)
    guard let cause else { return }
    for subscriber in members where isAudience(subscriber, of: cause.cause.publisher) {
      if !subscriber.permissions.mayHear || !cause.cause.publisher.permissions.maySpeak {
        auditor.withheld(cause.cause, from: subscriber, isNewest: cause.isNewest)
      } else if cause.cause.mustBeForwarded {
        try auditor.check(cause.cause, reached: subscriber)
      }
    }
  }

  /// The shard finds a moment for deferred work sooner or later.
  private mutating func planDeferred() {
    guard !isDeferredPlanned, node.deferredDeadline < .distantFuture else { return }
    isDeferredPlanned = true
    let moment = max(now, node.deferredDeadline) + .microseconds(Int64(random.below(5_000)))
    agenda.plan(.deferred, at: moment)
  }

  private mutating func performDeferred() throws {
    isDeferredPlanned = false
    node.performDeferred(at: now, into: &outbox, events: &log)
    try deliver(because: nil)
    planDeferred()
  }

  private func isAudience(_ subscriber: Member, of publisher: Member) -> Bool {
    subscriber !== publisher && subscriber.isPresent && subscriber.isUp && publisher.isPresent
      && subscriber.admission.room == publisher.admission.room
  }

  /// What must become of a packet that is about to be given to the endpoint.
  private mutating func judge(
    _ sender: Member, _ number: UInt32, _ run: Int, _ source: SocketAddress
  ) -> (cause: Cause, isNewest: Bool) {
    let peer = sender.admission.peer
    let newest = newestGiven[peer]
    let isRepeated = given[peer]?.contains(number) ?? false
    let isNewest = newest.map { number > $0.number } ?? true
    let isAccepted = sender.isPresent && sender.isUp
    if isAccepted, isNewest { newestGiven[peer] = (number, run) }
    let mustBeForwarded =
      isAccepted && isNewest && !isRepeated && run >= sender.firstRunOfKey && sender.permissions.maySpeak
      && (sender.voice != nil || sender.isSettled && source == sender.address) && !sender.isAmbiguous
    if mustBeForwarded { given[peer, default: []].insert(number) }
    return (Cause(publisher: sender, number: number, run: run, mustBeForwarded: mustBeForwarded), isNewest)
  }

  mutating func deliver(because cause: Cause?) throws {
    try takeEvents()
    for datagram in outbox.take() {
      guard let member = members.last(where: { $0.addresses.contains(datagram.address) }) else {
        throw Violation(description: "a datagram was sent to an address of nobody")
      }
      switch DatagramKind.classify(datagram.octets.span) {
      case .rtp: try auditor.sent(datagram.octets, to: member, because: cause)
      case .rtcp: try auditor.sentReport(datagram.octets, to: member)
      default: break
      }
      for arrival in member.downlink.arrivals(at: now, random: &random) {
        agenda.plan(.atMember(member, datagram), at: arrival)
      }
    }
  }

  mutating func takeEvents() throws {
    for event in log.take() {
      switch event {
      case .connected(let peer): members.first { $0.admission.peer == peer }?.isUp = true
      case .failed(let peer, _): members.first { $0.admission.peer == peer }?.isUp = false
      case .audioStarted(let peer, _):
        guard let member = members.first(where: { $0.admission.peer == peer }) else { break }
        guard member.startedAt.map({ now - $0 >= .seconds(5) }) ?? true else {
          throw Violation(description: "audio was announced twice")
        }
        member.startedAt = now
      }
    }
  }
}
