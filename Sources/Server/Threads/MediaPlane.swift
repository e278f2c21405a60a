package import Base
internal import Crypto
internal import MediaControl
internal import Net
internal import SFU

/// The shards of this node, bound but not running yet, and what clients must know of them.
///
/// A shard is a thread and a UDP port: the first takes the ports of `media.listen`, each further one the next,
/// so that the port alone leads a datagram to its thread. All show one DTLS certificate.
struct MediaPlane {
  /// The shards in the order of their ids.
  let shards: [ShardBox]
  /// What each shard's thread waits for besides its sockets.
  let wakes: [WakeDescriptor]
  /// Where each shard's thread belongs; `nil` leaves it to the scheduler.
  let processors: [Int?]
  let description: MediaNodeDescription

  /// Room for an IPv6 header within the smallest path that WebRTC counts on (RFC 8261 §5, 1,280 octets).
  private static let mtu = 1_200

  /// Binds the sockets of `configuration` and makes the endpoints with a new DTLS certificate.
  init(_ configuration: Configuration, isDev: Bool, log: Log, at now: WallTime) throws {
    let processors = MediaPlane.processors(for: configuration.mediaShards)
    let certificate = try Certificate.selfSigned(at: now)
    let wakes = try processors.map { _ in try WakeDescriptor() }
    let mesh = RelayMesh(wakes: wakes)
    var shards: [ShardBox] = []
    var addresses: [[SocketAddress]] = []
    var fingerprint: [UInt8] = []
    for index in processors.indices {
      let sockets = try ShardSockets(configuration, shard: index, isDev: isDev, log: log)
      // One each: sessions count their references to it, and threads would contend for the count.
      let dtls = try DTLSContext(certificate: certificate, mtu: MediaPlane.mtu)
      addresses.append(try MediaPlane.announced(configuration, shard: index, bound: sockets.addresses))
      fingerprint = dtls.fingerprint
      let endpoint = Endpoint(
        configuration: MediaPlane.endpointConfiguration(configuration), dtls: dtls, random: SystemRandom())
      shards.append(
        ShardBox(
          try Shard(
            sockets: sockets, relays: mesh.ends(of: index), endpoint: endpoint,
            coalesceMax: .milliseconds(Int64(configuration.mediaCoalesceMax)))))
    }
    self.shards = shards
    self.wakes = wakes
    self.processors = processors
    description = MediaNodeDescription(shards: addresses, fingerprint: fingerprint)
  }

  /// The processor of each of `wanted` shards; 0 stands for one a processor.
  ///
  /// Threads are pinned when there is one for each processor. With fewer or more the scheduler knows better
  /// which processor is idle, and several servers on one machine do not all choose the first.
  static func processors(for wanted: Int, among allowed: [Int?] = PinnedThread.allowedProcessors()) -> [Int?]
  {
    let count = wanted == 0 ? min(allowed.count, Limits.shards) : wanted
    return count == allowed.count ? allowed : [Int?](repeating: nil, count: count)
  }

  private static func endpointConfiguration(_ configuration: Configuration) -> EndpointConfiguration {
    var endpoint = EndpointConfiguration()
    // All may be in rooms of one shard. What is not used costs no memory.
    endpoint.limits.peers = configuration.voicePeersMax
    endpoint.limits.rooms = configuration.voicePeersMax
    endpoint.limits.remotePeers = configuration.voicePeersMax
    endpoint.limits.addresses = configuration.voicePeersMax * 2
    let uptime = MonotonicClock.now() - Instant.zero
    endpoint.wallTimeAtZero = WallTime(
      milliseconds: WallClock.now().milliseconds - uptime.milliseconds)
    return endpoint
  }

  /// What clients of `shard` are told: the operator's addresses, a port of 0 standing for the bound one.
  static func announced(
    _ configuration: Configuration, shard: Int, bound: [SocketAddress]
  ) throws(ServerError) -> [SocketAddress] {
    let port = bound.first?.port ?? 0
    var addresses: [SocketAddress] = []
    for address in configuration.mediaAnnounce {
      addresses.append(
        SocketAddress(
          ip: address.ip,
          port: address.port == 0 ? port : try ShardSockets.port(address.port, of: shard, "media.announce")))
    }
    if !addresses.isEmpty { return addresses }
    let wildcards: Set<IPAddress> = [IPAddress(v4: 0), IPAddress(high: 0, low: 0)]
    guard !bound.contains(where: { wildcards.contains($0.ip) }) else {
      throw .configuration("media.announce must name addresses when media.listen names none")
    }
    return bound
  }
}

/// The one or two sockets of a shard, of different families, bound.
package struct ShardSockets: ~Copyable {
  let first: UDPSocket
  let second: UDPSocket?
  /// Where they are bound, the first socket's first.
  package let addresses: [SocketAddress]

  /// `EADDRNOTAVAIL` and `EAFNOSUPPORT`: the machine has no IPv6.
  private static let noSuchFamily: Set<Int32> = [99, 97]

  /// Binds the sockets of `shard`, whose ports are so many above those of `media.listen`.
  package init(_ configuration: Configuration, shard: Int, isDev: Bool, log: Log) throws {
    guard let address = configuration.mediaListen.first, configuration.mediaListen.count <= 2 else {
      throw ServerError.configuration("media.listen takes one or two addresses")
    }
    let firstPort = try ShardSockets.port(address.port, of: shard, "media.listen")
    let first = try ShardSockets.bind(address.ip, firstPort)
    var addresses = [first.localAddress]
    var second: UDPSocket?
    if configuration.mediaListen.count == 2 {
      let wanted = configuration.mediaListen[1]
      guard wanted.ip.isV4 != address.ip.isV4 else {
        throw ServerError.configuration("media.listen takes one IPv4 and one IPv6 address")
      }
      let port =
        wanted.port == 0
        ? first.localAddress.port : try ShardSockets.port(wanted.port, of: shard, "media.listen")
      do throws(NetError) {
        let bound = try ShardSockets.bind(wanted.ip, port)
        addresses.append(bound.localAddress)
        second = consume bound
      } catch {
        guard isDev, ShardSockets.noSuchFamily.contains(error.code) else { throw error }
        log.write(.warning, "Media without a second address", [("error", error.description)])
      }
    }
    self.first = first
    self.second = second
    self.addresses = addresses
  }

  /// The port of `shard` where the first has `base`; 0, any port, stays 0.
  static func port(_ base: UInt16, of shard: Int, _ key: String) throws(ServerError) -> UInt16 {
    guard base > 0 else { return 0 }
    guard let port = UInt16(exactly: Int(base) + shard) else {
      throw .configuration("\(key): there is no port \(Int(base) + shard) for the shard \(shard)")
    }
    return port
  }

  private static func bind(_ ip: IPAddress, _ port: UInt16) throws(NetError) -> UDPSocket {
    try UDPSocket(
      bind: SocketAddress(ip: ip, port: port), receiveBuffer: Limits.socketBuffer,
      sendBuffer: Limits.socketBuffer)
  }
}
