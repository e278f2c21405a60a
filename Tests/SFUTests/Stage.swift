import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers

/// An endpoint with its outputs, in virtual time: what the unit tests play on.
struct Stage: ~Copyable {
  var endpoint: Endpoint
  var outbox = Outbox()
  var log = EventLog()
  var now = Instant.zero + .seconds(1_000)
  /// Whether nothing urgent waits after a datagram, so that deferred work is done at once.
  var isIdle = true

  static let room = RoomID(channel: Snowflake(rawValue: 77))

  init(_ configuration: EndpointConfiguration = EndpointConfiguration(), seed: UInt64 = 1) throws {
    let context = try Identity.server()
    endpoint = Endpoint(configuration: configuration, dtls: context, random: SeededRandom(seed: seed))
  }

  mutating func perform(_ command: MediaCommand) {
    endpoint.perform(command, at: now, into: &outbox, events: &log)
  }

  /// Gives a datagram to the endpoint and returns what it sends because of it.
  @discardableResult
  mutating func receive(_ octets: [UInt8], from source: SocketAddress) -> [Datagram] {
    stage(octets, from: source)
    return transmit()
  }

  /// Gives a datagram to the endpoint; media waits there.
  mutating func stage(_ octets: [UInt8], from source: SocketAddress) {
    var buffer = octets + [UInt8](repeating: 0, count: 64)
    var span = buffer.mutableSpan
    endpoint.receive(
      &span, count: octets.count, from: source, arrival: now, at: now, into: &outbox, events: &log)
    if isIdle { performDeferred() }
  }

  /// Returns all that the endpoint has sent and has to send.
  mutating func transmit() -> [Datagram] {
    while endpoint.stagedSince != .distantFuture {
      endpoint.transmitStaged(at: now, budget: 64, into: &outbox)
    }
    return outbox.take()
  }

  /// Does one unit of deferred work.
  mutating func performOneDeferred() {
    endpoint.performDeferred(at: now, into: &outbox, events: &log)
  }

  /// Does all deferred work that may be done now.
  mutating func performDeferred() {
    while endpoint.deferredDeadline <= now { endpoint.performDeferred(at: now, into: &outbox, events: &log) }
  }

  /// Lets time pass, firing every deadline on the way.
  @discardableResult
  mutating func wait(_ interval: Interval) -> [Datagram] {
    let end = now + interval
    while endpoint.deadline <= end {
      now = max(now, endpoint.deadline)
      endpoint.expire(at: now, into: &outbox, events: &log)
    }
    now = end
    return outbox.take()
  }

  static func admission(
    _ number: UInt64, room: RoomID = Stage.room, maySpeak: Bool = true, mayHear: Bool = true
  ) -> PeerAdmission {
    PeerAdmission(
      peer: PeerID(rawValue: number), room: room, user: Snowflake(rawValue: 500 + number),
      ssrc: 1_000 + UInt32(number) * 10,
      permissions: MediaPermissions(version: 1, maySpeak: maySpeak, mayShow: true, mayHear: mayHear))
  }

  static func address(_ number: UInt64) -> SocketAddress {
    SocketAddress(ip: IPAddress(v4: 0x0A00_0000 | UInt32(number)), port: UInt16(40_000 + number))
  }

  /// Admits a UDP client, discovers its address and gives it keys.
  mutating func voiceClient(
    _ number: UInt64, room: RoomID = Stage.room, mode: VoiceEncryptionMode = .aes256GCM,
    videoCodecs: [VideoCodec] = []
  ) throws -> VoiceClient {
    let admission = Stage.admission(number, room: room)
    let key = (0..<32).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ Int(number)) }
    let offer = VoiceTransportOffer(
      mode: mode, secretKey: key, opusPayloadType: 120, videoCodecs: videoCodecs)
    let client = try VoiceClient(
      admission, offer: offer, address: Stage.address(number), firstSequence: UInt16(number))
    perform(.admit(admission))
    // Media that waits goes on waiting; the answer is nobody's concern.
    let sent = outbox.take()
    stage(client.discovery(), from: client.address)
    outbox.datagrams = sent
    perform(.connectVoice(admission.peer, offer))
    return client
  }
}
