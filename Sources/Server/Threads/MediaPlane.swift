internal import Base
internal import Crypto
internal import MediaControl
internal import Net
internal import SFU

/// A shard that is bound but not running yet, and what clients must know of it.
struct MediaPlane: ~Copyable {
  let shard: Shard
  let description: MediaNodeDescription

  /// Room for an IPv6 header within the smallest path that WebRTC counts on (RFC 8261 §5, 1,280 octets).
  private static let mtu = 1_200
  /// `EADDRNOTAVAIL` and `EAFNOSUPPORT`: the machine has no IPv6.
  private static let noSuchFamily: Set<Int32> = [99, 97]

  /// Binds the sockets of `configuration` and makes the endpoint with a new DTLS certificate.
  init(_ configuration: Configuration, isDev: Bool, log: Log, at now: WallTime) throws {
    guard let address = configuration.mediaListen.first, configuration.mediaListen.count <= 2 else {
      throw ServerError.configuration("media.listen takes one or two addresses")
    }
    let first = try MediaPlane.bind(address)
    var second: UDPSocket?
    if configuration.mediaListen.count == 2 {
      let wanted = configuration.mediaListen[1]
      guard wanted.ip.isV4 != address.ip.isV4 else {
        throw ServerError.configuration("media.listen takes one IPv4 and one IPv6 address")
      }
      let port = wanted.port == 0 ? first.localAddress.port : wanted.port
      do throws(NetError) {
        second = try MediaPlane.bind(SocketAddress(ip: wanted.ip, port: port))
      } catch {
        guard isDev, MediaPlane.noSuchFamily.contains(error.code) else { throw error }
        log.write(.warning, "Media without a second address", [("error", error.description)])
      }
    }
    var bound = [first.localAddress]
    switch second {
    case .some(let socket): bound.append(socket.localAddress)
    case .none: break
    }
    let certificate = try Certificate.selfSigned(at: now)
    let dtls = try DTLSContext(certificate: certificate, mtu: MediaPlane.mtu)
    let addresses = try MediaPlane.announced(configuration, bound: bound)

    var endpoint = EndpointConfiguration()
    endpoint.limits.peers = configuration.voicePeersMax
    endpoint.limits.rooms = configuration.voicePeersMax
    endpoint.limits.addresses = configuration.voicePeersMax * 2
    let uptime = MonotonicClock.now() - Instant.zero
    endpoint.wallTimeAtZero = WallTime(
      milliseconds: WallClock.now().milliseconds - uptime.milliseconds)
    shard = try Shard(
      first: first, second: second,
      endpoint: Endpoint(configuration: endpoint, dtls: dtls, random: SystemRandom()),
      coalesceMax: .milliseconds(Int64(configuration.mediaCoalesceMax)))
    description = MediaNodeDescription(addresses: addresses, fingerprint: dtls.fingerprint)
  }

  private static func bind(_ address: SocketAddress) throws(NetError) -> UDPSocket {
    try UDPSocket(
      bind: address, receiveBuffer: Limits.socketBuffer, sendBuffer: Limits.socketBuffer)
  }

  /// What clients are told: the operator's addresses, a port of 0 standing for the bound one.
  private static func announced(
    _ configuration: Configuration, bound: [SocketAddress]
  ) throws(ServerError) -> [SocketAddress] {
    let port = bound.first?.port ?? 0
    let addresses = configuration.mediaAnnounce.map {
      SocketAddress(ip: $0.ip, port: $0.port == 0 ? port : $0.port)
    }
    if !addresses.isEmpty { return addresses }
    let wildcards: Set<IPAddress> = [IPAddress(v4: 0), IPAddress(high: 0, low: 0)]
    guard !bound.contains(where: { wildcards.contains($0.ip) }) else {
      throw .configuration("media.announce must name addresses when media.listen names none")
    }
    return bound
  }
}
