internal import Base
internal import Crypto
internal import Wire

/// The SRTP keys of one WebRTC peer in both directions, with what must be remembered as long as they live.
///
/// Made when a handshake's fingerprint was verified; replaced as a whole by the next one. The replay window
/// of an SSRC lives as long as the keys: forgetting it would let old packets in again.
struct SRTPSession: ~Copyable {
  private struct Source {
    let ssrc: UInt32
    var rtp = ReplayWindow()
    var rtcp = SRTCPReplayWindow()
  }

  private var opener: SRTPOpener
  private var sealer: SRTPSealer
  private var sources: [Source] = []
  private let sourcesMax: Int
  /// SRTCP's index, one sequence for all our SSRCs; 31 bits (RFC 3711 §3.4).
  private var reportIndex: UInt32 = 0
  /// Egress streams that ended under these keys, oldest first: where each SSRC would have to go on.
  private var retired: [(ssrc: UInt32, next: UInt64)] = []
  private let retiredMax: Int

  /// Keys both directions; `nil` when OpenSSL refuses.
  init?(ingress: SRTPMaterial, egress: SRTPMaterial, limits: Limits) {
    guard let opener = try? SRTPOpener(ingress), let sealer = try? SRTPSealer(egress) else { return nil }
    self.opener = opener
    self.sealer = sealer
    sourcesMax = limits.sourcesPerPeer
    retiredMax = limits.retiredStreamsPerPeer
    // Audio and its RTCP; who shows pictures takes a larger block once.
    sources.reserveCapacity(min(sourcesMax, 2))
  }

  /// Opens an RTP packet in place.
  ///
  /// With `isMuted`, a packet of a known SSRC is dropped unopened, but for one in every
  /// ``Fixed/mutedOpenStride``: the rollover counter must follow a sender that goes on while muted.
  mutating func openRTP(
    _ packet: inout MutableSpan<UInt8>, header: RTPHeader, count: Int, isMuted: Bool
  ) -> Opening {
    let known = sources.firstIndex { $0.ssrc == header.ssrc }
    guard known != nil || sources.count < sourcesMax else { return .dropped(.sourcesFull) }
    let window = known.map { sources[$0].rtp } ?? ReplayWindow()
    guard let index = window.index(of: header.sequenceNumber) else { return .dropped(.replayed) }
    if isMuted, let highest = window.highest, index < highest + UInt64(Fixed.mutedOpenStride) {
      return .dropped(.muted)
    }
    let plain = opener.openRTP(
      &packet, headerCount: header.headerCount, count: count, ssrc: header.ssrc, index: index)
    guard let plain else { return .dropped(.unauthentic) }
    if let known {
      sources[known].rtp.commit(index)
    } else {
      sources.append(Source(ssrc: header.ssrc))
      sources[sources.count - 1].rtp.commit(index)
    }
    return .opened(index: index, count: plain, isRestart: false)
  }

  /// Opens a compound RTCP packet in place; gives the octets of its plaintext.
  mutating func openRTCP(
    _ packet: inout MutableSpan<UInt8>, header: RTCPHeader, count: Int
  ) throws(DropReason) -> Int {
    guard let opened = opener.openRTCP(&packet, count: count) else { throw .unauthentic }
    var known = sources.firstIndex { $0.ssrc == header.ssrc }
    if known == nil {
      guard sources.count < sourcesMax else { throw .sourcesFull }
      sources.append(Source(ssrc: header.ssrc))
      known = sources.count - 1
    }
    guard let known, sources[known].rtcp.accepts(opened.index) else { throw .replayed }
    sources[known].rtcp.commit(opened.index)
    return opened.count
  }

  /// Seals an RTP packet in place; the caller never gives an SSRC and index twice.
  mutating func sealRTP(
    _ packet: inout MutableSpan<UInt8>, headerCount: Int, count: Int, ssrc: UInt32, index: UInt64
  ) -> Int? {
    sealer.sealRTP(&packet, headerCount: headerCount, count: count, ssrc: ssrc, index: index)
  }

  /// Seals a compound RTCP packet in place, under the next index.
  mutating func sealRTCP(_ packet: inout MutableSpan<UInt8>, count: Int) -> Int? {
    guard reportIndex < 0x7FFF_FFFF else { return nil }
    reportIndex += 1
    return sealer.sealRTCP(&packet, count: count, index: reportIndex)
  }

  /// Remembers where an egress stream ended.
  mutating func retire(ssrc: UInt32, next: UInt64) {
    if retired.count >= retiredMax, !retired.isEmpty { retired.removeFirst() }
    retired.append((ssrc, next))
  }

  /// Where a stream of `ssrc` must go on; `nil` when there was none under these keys.
  mutating func revive(ssrc: UInt32) -> UInt64? {
    guard let index = retired.lastIndex(where: { $0.ssrc == ssrc }) else { return nil }
    return retired.remove(at: index).next
  }
}
