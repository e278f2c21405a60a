import Base
import Crypto
import MediaControl
import Net
import SFU
import SimulatedPeers

/// An endpoint with peers that are really connected: checks, handshakes, keys.
struct World: ~Copyable {
  var endpoint: Endpoint
  var events = EventLog()
  var now = Instant(nanoseconds: 1_000_000_000_000)
  /// Processor time that the endpoint spent on connecting peers, clients excluded.
  private(set) var connectBusy: Int64 = 0
  private(set) var peerCount = 0
  private var outbox = Outbox()
  private let context: DTLSContext

  /// An endpoint for so many peers, each with so many others whose audio or picture it gets at once.
  init(peers: Int, pairsPerPeer: Int = 8) throws {
    let server = try Identity.server()
    let client = try Identity.client([.aeadAES128GCM])
    var configuration = EndpointConfiguration()
    configuration.limits.peers = peers + 64
    configuration.limits.membersPerRoom = peers + 64
    configuration.limits.addresses = 2 * peers + 64
    configuration.limits.subscriptions = pairsPerPeer * (peers + 64)
    // Two clocks run here, and only the machine's is measured: nothing may fall due.
    configuration.consentTimeout = .seconds(1_000_000)
    configuration.reportInterval = .seconds(1_000_000)
    context = client
    endpoint = Endpoint(
      configuration: configuration, dtls: server, random: SeededRandom(seed: 1))
  }

  /// Connects one more peer, which receives at `address`; everybody is in room 1 unless told otherwise.
  mutating func connect(
    at address: SocketAddress, room: UInt64 = 1, videoCodecs: [VideoCodec] = []
  ) throws -> WebRTCClient {
    var client = try admit(at: address, room: room, videoCodecs: videoCodecs)
    _ = receive(client.check(isNominating: true), from: address)
    var toServer = client.handshakeDatagrams()
    while !toServer.isEmpty {
      var toClient: [Datagram] = []
      for datagram in toServer { toClient += receive(datagram, from: address) }
      for datagram in toClient { _ = client.receive(datagram.octets, at: now) }
      toServer = client.handshakeDatagrams()
    }
    guard client.isConnected else { throw BenchError.notConnected }
    now = now + .milliseconds(1)
    expire()
    return client
  }

  private mutating func admit(
    at address: SocketAddress, room: UInt64 = 1, videoCodecs: [VideoCodec] = []
  ) throws -> WebRTCClient {
    peerCount += 1
    let number = UInt64(peerCount)
    let admission = PeerAdmission(
      peer: PeerID(rawValue: number), room: RoomID(channel: Snowflake(rawValue: room)),
      user: Snowflake(rawValue: number),
      // Pictures have the SSRCs that follow.
      ssrc: UInt32(peerCount * 16),
      permissions: MediaPermissions(version: 1, maySpeak: true, mayShow: true, mayHear: true))
    let offer = WebRTCTransportOffer(
      localUfrag: "local\(number)", localPassword: "password-of-22-octets-\(number)",
      remoteUfrag: "remote\(number)", remoteFingerprint: context.fingerprint, opusPayloadType: 111,
      videoCodecs: videoCodecs, extensions: HeaderExtensionMap())
    perform(.admit(admission))
    perform(.connectWebRTC(admission.peer, offer))
    return try WebRTCClient(
      admission, offer: offer, context: context, address: address, ssrc: 0xB000_0000 + UInt32(number),
      firstSequence: 100, at: now)
  }

  /// The first datagram of a client that has a transport, but whose address was never checked.
  mutating func stranger(at address: SocketAddress) throws -> [UInt8] {
    var client = try admit(at: address)
    return client.handshakeDatagrams()[0]
  }

  /// Lets the endpoint do what has fallen due, such as freeing finished handshakes.
  mutating func expire() {
    if endpoint.deadline <= now { endpoint.expire(at: now, into: &outbox, events: &events) }
    events.events.removeAll()
    _ = outbox.take()
  }

  /// Says what a peer shows.
  mutating func publish(_ peer: PeerID, _ layer: VideoLayer) {
    perform(.publishVideo(peer, VideoPublication(version: 1, source: .camera, layers: [layer])))
    _ = outbox.take()
  }

  /// Forwards a packet to everybody, into memory.
  mutating func forward(_ octets: [UInt8], from source: SocketAddress, into sink: inout MemorySink) {
    var buffer = octets
    var span = buffer.mutableSpan
    endpoint.receive(
      &span, count: octets.count, from: source, arrival: now, at: now, into: &sink, events: &events)
    while endpoint.stagedSince != .distantFuture {
      endpoint.transmitStaged(at: now, budget: .max, into: &sink)
    }
    events.events.removeAll(keepingCapacity: true)
  }

  private mutating func perform(_ command: MediaCommand) {
    let start = ThreadClock.busy().nanoseconds
    endpoint.perform(command, at: now, into: &outbox, events: &events)
    connectBusy += ThreadClock.busy().nanoseconds - start
  }

  private mutating func receive(_ octets: [UInt8], from source: SocketAddress) -> [Datagram] {
    var buffer = octets
    var span = buffer.mutableSpan
    let start = ThreadClock.busy().nanoseconds
    endpoint.receive(
      &span, count: octets.count, from: source, arrival: now, at: now, into: &outbox, events: &events)
    while endpoint.deferredDeadline <= now {
      endpoint.performDeferred(at: now, into: &outbox, events: &events)
    }
    connectBusy += ThreadClock.busy().nanoseconds - start
    return outbox.take()
  }
}

enum BenchError: Error {
  case notConnected, nothingForwarded
  case sinks(Int32)
  case floor(Int64)
  case file(String)
}
