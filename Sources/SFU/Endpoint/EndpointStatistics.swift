/// What an ``Endpoint`` counted since it was made; a plain value for metrics.
public struct EndpointStatistics: Hashable, Sendable {
  /// Datagrams and octets that arrived.
  public internal(set) var receivedPackets: UInt64 = 0
  /// Octets of the datagrams that arrived.
  public internal(set) var receivedOctets: UInt64 = 0
  /// Audio packets taken in: authentic, new, permitted.
  public internal(set) var audioPackets: UInt64 = 0
  /// Video packets taken in, retransmissions of publishers included.
  public internal(set) var videoPackets: UInt64 = 0
  /// Video packets sent, one a receiver; also counted as forwarded.
  public internal(set) var forwardedVideoPackets: UInt64 = 0
  /// Video packets that receivers asked for again.
  public internal(set) var packetsAskedFor: UInt64 = 0
  /// Video packets sent again.
  public internal(set) var retransmittedPackets: UInt64 = 0
  /// Video packets that publishers were asked for again, each time counted.
  public internal(set) var packetsRequested: UInt64 = 0
  /// Requests for a key frame sent to publishers.
  public internal(set) var keyFrameRequests: UInt64 = 0
  /// Audio and video packets sent, one a receiver.
  public internal(set) var forwardedPackets: UInt64 = 0
  /// Octets of these packets, with their headers and tags.
  public internal(set) var forwardedOctets: UInt64 = 0
  /// Packets sent to other shards, one a shard, repetitions included.
  public internal(set) var relayedPackets: UInt64 = 0
  /// Packets taken in from other shards.
  public internal(set) var relayedFrames: UInt64 = 0
  /// Video packets sent again to other shards, which had missed them.
  public internal(set) var repeatedRelays: UInt64 = 0
  /// RTCP reports sent.
  public internal(set) var reports: UInt64 = 0
  /// Connectivity checks answered.
  public internal(set) var checks: UInt64 = 0
  /// IP discoveries answered.
  public internal(set) var discoveries: UInt64 = 0
  /// Handshakes completed and verified.
  public internal(set) var handshakes: UInt64 = 0

  /// Peers at present.
  public internal(set) var peers = 0
  /// Members of rooms here whose media is on other shards, at present.
  public internal(set) var remotePeers = 0
  /// Peers with a transport that is up.
  public internal(set) var connectedPeers = 0
  /// Rooms at present.
  public internal(set) var rooms = 0
  /// Published tracks at present.
  public internal(set) var tracks = 0
  /// Published pictures at present.
  public internal(set) var videos = 0
  /// Blocks of video kept for retransmissions at present, 16 KiB each.
  public internal(set) var retransmissionBlocks = 0
  /// Pairs of publisher and subscriber at present.
  public internal(set) var subscriptions = 0
  /// DTLS handshakes that are not finished.
  public internal(set) var openHandshakes = 0
  /// DTLS datagrams that wait for a moment without media.
  public internal(set) var waitingHandshakeDatagrams = 0

  private var drops = [UInt64](repeating: 0, count: DropReason.allCases.count)

  /// Has counted nothing: the sum of no endpoints.
  public init() {}

  /// Adds what another shard's endpoint has counted.
  ///
  /// Gauges are added too: a room that spans shards counts once on each.
  public mutating func add(_ other: EndpointStatistics) {
    receivedPackets &+= other.receivedPackets
    receivedOctets &+= other.receivedOctets
    audioPackets &+= other.audioPackets
    videoPackets &+= other.videoPackets
    forwardedVideoPackets &+= other.forwardedVideoPackets
    packetsAskedFor &+= other.packetsAskedFor
    retransmittedPackets &+= other.retransmittedPackets
    packetsRequested &+= other.packetsRequested
    keyFrameRequests &+= other.keyFrameRequests
    forwardedPackets &+= other.forwardedPackets
    forwardedOctets &+= other.forwardedOctets
    relayedPackets &+= other.relayedPackets
    relayedFrames &+= other.relayedFrames
    repeatedRelays &+= other.repeatedRelays
    reports &+= other.reports
    checks &+= other.checks
    discoveries &+= other.discoveries
    handshakes &+= other.handshakes
    peers += other.peers
    remotePeers += other.remotePeers
    connectedPeers += other.connectedPeers
    rooms += other.rooms
    tracks += other.tracks
    videos += other.videos
    retransmissionBlocks += other.retransmissionBlocks
    subscriptions += other.subscriptions
    openHandshakes += other.openHandshakes
    waitingHandshakeDatagrams += other.waitingHandshakeDatagrams
    for index in drops.indices { drops[index] &+= other.drops[index] }
  }

  /// How often something was dropped for `reason`.
  public func dropped(_ reason: DropReason) -> UInt64 {
    drops[Int(reason.rawValue)]
  }

  mutating func drop(_ reason: DropReason) {
    drops[Int(reason.rawValue)] &+= 1
  }
}
