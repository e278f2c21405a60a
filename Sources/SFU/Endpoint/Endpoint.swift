public import Base
public import Crypto
public import MediaControl
internal import Wire

/// The media plane of one shard: datagrams and commands in, datagrams and events out.
///
/// ```
///   receive ─▶ kind of datagram ─▶ peer by address, user fragment or SSRC ─▶ open in place ─▶ PublishedTrack
///          ─▶ Staging, and at once to the room's other shards
///   receiveRelayed ─▶ remote peer by SSRC ─▶ PublishedTrack ─▶ Staging
///   transmitStaged ─▶ for each member of a Room, for each of its frames: map, copy into a send slot, seal
///   perform ─▶ admit, connect, permit, remove          expire ─▶ consent, handshakes, reports
///   performDeferred ─▶ one waiting DTLS datagram
/// ```
///
/// Owned by a shard's thread; pure: it has no socket, no clock and no thread. Instants given to it never
/// decrease. After any call, read ``deadline`` again and call ``expire(at:into:events:)`` when it passes;
/// when ``stagedSince`` says that packets wait, call ``transmitStaged(at:budget:into:)`` at once or, to let
/// more of them gather, soon; when ``deferredDeadline`` has passed and nothing urgent waits,
/// ``performDeferred(at:into:events:)``.
/// Whatever arrives, nothing traps: it has an effect or a counted ``DropReason``. Forwarding allocates
/// nothing once the tables of a room have settled. Limits are ``Limits``.
public struct Endpoint: ~Copyable {
  let configuration: EndpointConfiguration
  let dtls: DTLSContext
  var responder = STUNResponder()
  var random: any RandomSource

  var peers: Slab<Peer>
  var rooms: Slab<Room>
  var tracks: Slab<PublishedTrack>
  var videos: Slab<PublishedVideo>
  /// The plaintext of video packets that may be asked for again.
  var history: OctetArena
  var remotes: Slab<RemotePeer>

  /// Packets of all rooms that wait to be sent.
  var staging: Staging
  /// The first and the last room that have some; the rooms between are each other's ``Room/successor``.
  var turns: (first: Handle<Room>, last: Handle<Room>)?
  /// The slot of the frame that was staged just now and has yet to go to other shards.
  var unrelayed = Staging.none

  // By command: cold, looked up and never iterated.
  var peersByID: [PeerID: Handle<Peer>] = [:]
  var roomsByID: [RoomID: Handle<Room>] = [:]
  var remotesByID: [PeerID: Handle<RemotePeer>] = [:]

  // By datagram.
  var addresses: OpenTable<SocketAddress, Handle<Peer>>
  var ssrcs: OpenTable<UInt32, Handle<Peer>>
  /// The SSRCs of pictures that clients with Discord's transport have announced.
  var videoSSRCs: OpenTable<UInt32, Handle<Peer>>
  var ufrags: OpenTable<Ufrag, Handle<Peer>>
  var remoteSSRCs: OpenTable<UInt32, Handle<RemotePeer>>

  /// Deadlines: owner `n` is peer slot `n`, owner `peers.capacity + n` is track slot `n`, and
  /// behind both come the videos.
  var deadlines: OwnerDeadlines
  var errorReplies: TokenBucket
  var handshakeStarts: TokenBucket
  var earlyDiscoveries: EarlyDiscoveries
  /// Peers with waiting DTLS datagrams: those whose handshake runs, and those who would begin one.
  var running: PeerLine<Peer>
  var beginning: PeerLine<Peer>
  /// Whose turn it is when both lines could go on.
  var isBeginnersTurn = false
  var counters = EndpointStatistics()
  /// Events of the call in progress.
  var pending: [MediaEvent] = []
  /// Under which receiver reports are sent: we have no media of our own.
  let reporterSSRC: UInt32
  let canonicalName: [UInt8]

  /// Makes an empty endpoint whose DTLS sessions use `dtls` and whose choices come from `random`.
  public init(
    configuration: EndpointConfiguration, dtls: DTLSContext, random: some RandomSource
  ) {
    let limits = configuration.limits
    var random = random
    self.configuration = configuration
    self.dtls = dtls
    peers = Slab(capacity: limits.peers)
    rooms = Slab(capacity: limits.rooms)
    tracks = Slab(capacity: limits.peers + limits.remotePeers)
    videos = Slab(capacity: limits.videos)
    history = OctetArena(blockCount: limits.retransmissionBlocks, blockSize: Fixed.blockSize)
    remotes = Slab(capacity: limits.remotePeers)
    staging = Staging(capacity: limits.stagedFrames)
    addresses = OpenTable(capacity: limits.addresses, seed: random.next())
    ssrcs = OpenTable(capacity: limits.peers, seed: random.next())
    videoSSRCs = OpenTable(capacity: limits.videos * Fixed.layersPerSource, seed: random.next())
    // During an ICE restart a peer has two.
    ufrags = OpenTable(capacity: limits.peers * 2, seed: random.next())
    remoteSSRCs = OpenTable(capacity: limits.remotePeers, seed: random.next())
    deadlines = OwnerDeadlines(owners: limits.peers * 2 + limits.remotePeers + limits.videos)
    errorReplies = TokenBucket(burst: limits.errorReplyBurst, perSecond: limits.errorRepliesPerSecond)
    earlyDiscoveries = EarlyDiscoveries(capacity: limits.earlyDiscoveries)
    handshakeStarts = TokenBucket(burst: limits.handshakeBurst, perSecond: limits.handshakesPerSecond)
    running = PeerLine(capacity: limits.handshakeDatagrams)
    beginning = PeerLine(capacity: limits.handshakeDatagrams)
    reporterSSRC = UInt32(truncatingIfNeeded: random.next()) | 1
    canonicalName = Array(random.text(16, of: .alphanumeric).utf8)
    pending.reserveCapacity(16)
    self.random = random
  }

  /// Takes in one datagram: `datagram[0 ..< count]`, which is decrypted in place.
  ///
  /// It reached the machine at `arrival`, which is not after `now`. Media that is to be forwarded waits for
  /// ``transmitStaged(at:budget:into:)``; when no more of it may wait, the oldest gives way. O(1), but for the
  /// first packet of a track, which makes a row for every member of the room.
  public mutating func receive(
    _ datagram: inout MutableSpan<UInt8>, count: Int, from source: SocketAddress, arrival: Instant,
    at now: Instant, into sink: inout some TransmitSink & ~Copyable,
    events: inout some MediaEventSink & ~Copyable
  ) {
    counters.receivedPackets &+= 1
    guard count > 0, count <= datagram.count else { return counters.drop(.unrecognised) }
    counters.receivedOctets &+= UInt64(count)
    let arrival = Arrival(count: count, source: source, stamp: arrival, at: now)
    let kind = DatagramKind.classify(datagram.span.extracting(first: count))
    switch kind {
    case .rtp: receiveRTP(&datagram, arrival)
    case .rtcp: receiveRTCP(&datagram, arrival, into: &sink)
    case .stun: receiveSTUN(datagram.span.extracting(first: count), arrival, into: &sink)
    case .dtls: receiveDTLS(datagram.span.extracting(first: count), arrival)
    case .ipDiscovery: receiveDiscovery(datagram.span.extracting(first: count), arrival, into: &sink)
    case .voicePing: receivePing(datagram.span.extracting(first: count), arrival, into: &sink)
    case .keepalive: counters.drop(.keepalive)
    case .unknown: counters.drop(.unrecognised)
    }
    if unrelayed != Staging.none { relay(into: &sink) }
    report(to: &events)
  }

  /// Carries out a command of signaling.
  public mutating func perform(
    _ command: MediaCommand, at now: Instant,
    into sink: inout some TransmitSink & ~Copyable, events: inout some MediaEventSink & ~Copyable
  ) {
    switch command {
    case .admit(let admission):
      admit(admission)
      answerEarlyDiscovery(of: admission.peer, admission.ssrc, at: now, into: &sink)
    case .connectVoice(let peer, let offer): connectVoice(peer, offer, at: now)
    case .connectWebRTC(let peer, let offer): connectWebRTC(peer, offer, at: now)
    case .permit(let peer, let permissions): permit(peer, permissions, at: now)
    case .publishVideo(let peer, let publication): publishVideo(peer, publication, at: now)
    case .wantVideo(let peer, let wants): wantVideo(peer, wants, at: now)
    case .remove(let peer): remove(peer)
    case .admitRemote(let members): admitRemote(members)
    case .closeRoom(let room): closeRoom(room)
    }
    report(to: &events)
  }

  /// Does what has fallen due, oldest first; ``deadline`` says whether more is left than one call may do.
  public mutating func expire(
    at now: Instant,
    into sink: inout some TransmitSink & ~Copyable, events: inout some MediaEventSink & ~Copyable
  ) {
    for _ in 0..<Fixed.expiriesMax {
      guard let owner = deadlines.popExpired(at: now) else { break }
      if let peer = peers.handle(at: owner) {
        expirePeer(peer, at: now, into: &sink)
      } else if let track = tracks.handle(at: owner - peers.capacity) {
        sendReports(of: track, at: now, into: &sink)
      } else if let video = videos.handle(at: owner - peers.capacity - tracks.capacity) {
        expireVideo(video, at: now, into: &sink)
      }
    }
    report(to: &events)
  }

  /// Does one unit of what is dear and may wait: at most one DTLS datagram, 0.4 ms at most.
  ///
  /// For moments in which no media waits, and now and then however much waits, so that joining goes on.
  public mutating func performDeferred(
    at now: Instant,
    into sink: inout some TransmitSink & ~Copyable, events: inout some MediaEventSink & ~Copyable
  ) {
    advanceHandshakes(at: now, into: &sink)
    report(to: &events)
  }

  /// When ``performDeferred(at:into:events:)`` has something to do; `.distantFuture` while nothing waits.
  public var deferredDeadline: Instant {
    if running.count > 0 { return .zero }
    return beginning.count > 0 ? handshakeStarts.nextToken : .distantFuture
  }

  /// When ``expire(at:into:events:)`` is due next.
  public var deadline: Instant { deadlines.earliest }

  /// Counters and gauges.
  public var statistics: EndpointStatistics {
    var statistics = counters
    statistics.peers = peers.count
    statistics.remotePeers = remotes.count
    statistics.rooms = rooms.count
    statistics.tracks = tracks.count
    statistics.videos = videos.count
    statistics.retransmissionBlocks = history.count
    return statistics
  }

  private mutating func report(to events: inout some MediaEventSink & ~Copyable) {
    guard !pending.isEmpty else { return }
    for event in pending { events.emit(event) }
    pending.removeAll(keepingCapacity: true)
  }
}

/// What came with a datagram besides its octets.
struct Arrival {
  let count: Int
  let source: SocketAddress
  /// When it reached the machine.
  let stamp: Instant
  /// When it is handled.
  let at: Instant
}
