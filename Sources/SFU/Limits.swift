internal import Base

/// Every capacity of the media plane, with the sum that produced it.
///
/// A full table refuses the newcomer and counts it (``DropReason``): it never grows and never evicts
/// somebody who is there. Storage is reserved when the endpoint is made, but its pages are touched only
/// when used, so generous numbers cost address space, not memory.
public struct Limits: Hashable, Sendable {
  /// Peers of one shard.
  ///
  /// A shard forwards about 330,000 packets per second (`docs/benchmarks.md`): 8,192 listeners of one
  /// speaker at 50 packets per second already exceed it. Turn it up for mostly silent audiences.
  public var peers = 8_192
  /// Rooms of one shard: a room without a peer does not exist, so more than `peers` is useless.
  public var rooms = 8_192
  /// Members of one room; one packet of a speaker costs this many seals, 0.3 ms per thousand.
  public var membersPerRoom = 4_096
  /// Members on other shards of the rooms of one shard, 150 octets each.
  ///
  /// As many as peers: a room that spans shards names all its members to each. One that does not fit is not
  /// heard here, and its listening does not make streams cross.
  public var remotePeers = 8_192
  /// Pairs of publisher and subscriber, 152 octets each for audio and about 300 for video.
  ///
  /// A track whose pairs do not fit is not published, a member whose pairs do not fit is not admitted.
  public var subscriptions = 262_144
  /// Opened packets that wait to be sent, 1.5 KiB each.
  ///
  /// A coalescing window of 5 ms brings 500 when a shard takes 100,000 packets a second, more than it can
  /// seal; a turn of its loop takes 1,024 datagrams before it sends. Full: the oldest that is not being sent
  /// gives way and is counted, so that an overloaded shard forwards what is new.
  public var stagedFrames = 2_048
  /// Addresses that passed a check, of one peer: a browser with four interfaces, IPv4 and IPv6.
  public var addressesPerPeer = 8
  /// Addresses of all peers together: two a peer on average; 40 octets each and as much again empty.
  public var addresses = 16_384
  /// DTLS handshakes at once, 75 KB of OpenSSL's memory each: 38 MB when full.
  public var handshakes = 512
  /// DTLS datagrams of one peer that wait for their turn: a browser's longest flight is three.
  ///
  /// More cannot crowd out anybody: each peer has this share, and peers are served in turns.
  public var handshakeDatagramsPerPeer = 4
  /// DTLS datagrams of all peers that wait, at most 2 KiB each: the shares of 1,024 who join at once.
  public var handshakeDatagrams = 4_096
  /// New handshakes: a burst, then so many each second.
  ///
  /// A handshake costs half a millisecond of processor time, so this is half a core at most, however many
  /// are begun; those beyond it wait, and are not refused.
  public var handshakeBurst = 128
  /// New handshakes each second.
  public var handshakesPerSecond = 1_000
  /// IP discoveries that wait for an admission, 48 octets each: clients that overtake their commands.
  public var earlyDiscoveries = 256
  /// SSRCs of one WebRTC peer: each keeps a replay window until the keys change.
  ///
  /// None is ever evicted, because forgetting a window would let old packets in again.
  public var sourcesPerPeer = 16
  /// Egress streams of a subscriber whose publisher left, with the index at which they stopped.
  ///
  /// Should a publisher come back under the same SSRC, its index goes on where it was, so that no
  /// (key, index) pair is used twice. 16 octets each, allocated when the first one leaves.
  public var retiredStreamsPerPeer = 192
  /// STUN error replies: a burst, then so many each second.
  ///
  /// Each costs 2 µs and answers an unauthenticated datagram; a browser needs at most one.
  public var errorReplyBurst = 64
  /// STUN error replies each second.
  public var errorRepliesPerSecond = 100

  /// Video sources of one shard: at 300 packets per second each, more than it can take in.
  public var videos = 2_048
  /// Pictures of one room: Discord's channels have at most 50 (voice.md §8).
  public var videosPerRoom = 64
  /// Blocks of 16 KiB for retransmissions, of all layers together: 160 s of 3 Mbit/s.
  ///
  /// 64 MiB of address space, touched as it is needed. A layer without a block answers no NACK.
  public var retransmissionBlocks = 4_096

  /// Makes the limits of one ordinary shard.
  public init() {}
}

/// Capacities that the code's types fix; none is worth turning.
enum Fixed {
  /// Frames that one listener gets in a row: what leaves as one segmented send, see `NetLimits.runCountMax`.
  static let roundCountMax = 64
  /// Rooms in the middle of a round that are passed over in the search for the oldest packet.
  static let shedProbesMax = 16
  /// Owners whose deadline one call serves: when a network fails, thousands expire at once.
  static let expiriesMax = 64
  /// Octets of a local user fragment that the router keeps inline; signaling mints 8 to 16.
  static let ufragCountMax = 32
  /// Octets of an opened datagram that are forwarded: 1500 less the largest header and tag that egress adds.
  static let packetCountMax = 1_400
  /// Octets of a DTLS datagram that is taken: records stay within the path's MTU (RFC 6347 §4.1.1.1).
  static let handshakeDatagramMax = 2_048
  /// Octets of a header extension of one octet: block's head, the element, two of filling (RFC 8285 §4.2).
  static let oneOctetExtensionCount = 8
  /// Octets that egress may add to a payload: header 12, level extension 8, tag 16, nonce 4.
  static let egressOverhead = 40
  /// Sequence numbers that may be missing before a stream counts as begun anew: 60 s of 20 ms packets.
  ///
  /// Must stay far below 2^15, where a receiver's rollover counter could no longer be guessed.
  static let sequenceGapMax: UInt64 = 3_000
  /// While muted, one packet in so many is opened to keep the rollover counter; must be below 2^15.
  static let mutedOpenStride: UInt16 = 4_096
  /// SSRCs of pictures, originals and retransmissions, of one client with Discord's transport.
  ///
  /// Two sources of four layers each. Each SSRC keeps a replay window of 2.3 KiB until the key changes.
  static let voiceSourcesMax = 16
  /// Authentication tags of a Discord transport that are remembered against replays: 5 s of packets.
  static let rememberedTags = 256
  /// Subscribers that one firing of a report timer serves, so that reports never burst.
  static let reportsPerFiring = 64
  /// Ticks a second of the Opus RTP clock.
  static let opusClockRate: Int64 = 48_000
  /// Discord's egress nonces start here: its clients count up from 0 under the same key.
  static let egressNonceFirst: UInt32 = 0x8000_0000

  // Video.

  /// Layers of one video source: Discord's clients offer two, browsers three.
  static let layersPerSource = 4
  /// Ticks a second of every video RTP clock (RFC 7741 §4.1 and its like).
  static let videoClockRate: Int64 = 90_000
  /// Packets that may be missing before a layer counts as begun anew: 3 s of 10 Mbit/s.
  static let videoGapMax: UInt64 = 3_000
  /// Packets of a layer that can be asked for again, a power of two: 1.6 s of 3 Mbit/s, 28 octets each.
  static let packetsPerLayer = 512
  /// Blocks of payload that a layer may hold, 16 KiB each: 1.4 s of 3 Mbit/s.
  ///
  /// At most the 32 that a ring has places for.
  static let blocksPerLayer = 32
  /// Octets of a block: thirteen full packets, so that the last one wastes a thirteenth.
  static let blockSize = 16_384
  /// How long a payload is kept: a receiver with 300 ms of round trip asks three times.
  static let retentionMax = Interval.milliseconds(1_200)
  /// Packets of a layer that may be missing at once and are asked for; beyond, a key frame costs less.
  static let lossesMax = 128
  /// How long a missing packet may still come by itself: more than what Wi-Fi reorders.
  static let reorderTolerance = Interval.milliseconds(10)
  /// How often a missing packet is asked for: with 1.5 times the wait each, 20 round trips.
  static let lossRequestsMax: UInt8 = 6
  /// The least wait before a missing packet is asked for again.
  static let lossRequestIntervalMin = Interval.milliseconds(20)
  /// The round trip to a publisher that has not said any.
  static let roundTripDefault = Interval.milliseconds(100)
  /// The least time between two requests for a key frame of one layer.
  ///
  /// A key frame has the size of ten others: more than two a second would leave room for nothing else.
  static let keyFrameIntervalMin = Interval.milliseconds(500)
  /// The longest wait for a key frame before it is asked for again.
  static let keyFrameIntervalMax = Interval.seconds(4)
  /// One member's requests for key frames that are honoured: one each two seconds, four at once.
  static let keyFrameRequestCost = Interval.seconds(2)
  static let keyFrameRequestBurst = Interval.seconds(8)
  /// What an octet of retransmission costs a member's allowance: 2 Mbit/s.
  static let retransmissionCostPerOctet = Interval(nanoseconds: 4_000)
  /// A member's burst of retransmissions: 128 KiB, a second of a picture at 1 Mbit/s.
  static let retransmissionBurst = Interval(nanoseconds: 4_000 * 131_072)
  /// Packets that one RTCP datagram may ask for again; beyond, the rest is ignored.
  static let retransmissionsPerDatagram = 256
  /// How soon another shard is told what its ring had no room for: a turn of its loop takes less.
  static let relayRetry = Interval.milliseconds(10)
  /// A layer that is silent for so long while another of its source is not has stalled.
  static let layerStall = Interval.milliseconds(600)
  /// Wants of one member that are kept; a channel has at most 50 pictures (voice.md §8).
  static let wantsPerPeer = 128
}
