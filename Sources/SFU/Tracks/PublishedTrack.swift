internal import Base
internal import MediaControl

/// One member's audio: where it comes from, how it is doing, and who receives it.
///
/// Owned by the endpoint's table of tracks. Made by the first audio packet, gone with its publisher. It
/// joins whatever the publisher sends (a second SSRC after a reload, a bot that starts again at 0) into one
/// stream of indices and timestamps that only goes forward, so that subscribers never see the seams.
struct PublishedTrack: ~Copyable {
  /// Who sends it, if its transport is here.
  let publisher: Handle<Peer>?
  /// Who sends it, if its transport is on another shard: then what comes is what that shard relayed.
  let remote: Handle<RemotePeer>?
  let room: Handle<Room>
  /// The SSRC under which every subscriber receives it: the publisher's admission SSRC.
  let ssrc: UInt32
  /// The SSRC under which the publisher sends at present.
  private(set) var sourceSSRC: UInt32
  /// Whether the next packet begins a new run, whatever its SSRC: the publisher's keys changed.
  private(set) var isDetached = false

  private var sequences = SequenceMap(first: 0)
  private(set) var timestamps = TimestampMap(first: 0, clockRate: Fixed.opusClockRate)
  /// Added to the source's indices so that a restarted source never looks late; modulo 2^64.
  private var indexOffset: UInt64 = 0
  private(set) var reception = ReceptionStatistics(clockRate: Fixed.opusClockRate)
  private(set) var lastAudio: Instant?
  /// The publisher's last sender report, for LSR and DLSR.
  private(set) var lastReport: (middle: UInt32, at: Instant)?
  /// The source's own highest index, as receiver reports state it.
  private(set) var highestSourceIndex: UInt64 = 0

  /// What each member of the room receives of it: parallel to ``Room/members``, the publisher's own row unused.
  var subscriptions: [SubscribedTrack] = []
  /// Where the stream stands on each of the room's links: parallel to ``Room/links``; of a remote one, none.
  var relays: [SequenceMap] = []
  /// Where the next round of sender reports goes on.
  var reportCursor = 0

  init(
    publisher: Handle<Peer>?, remote: Handle<RemotePeer>?, room: Handle<Room>, ssrc: UInt32,
    sourceSSRC: UInt32
  ) {
    self.publisher = publisher
    self.remote = remote
    self.room = room
    self.ssrc = ssrc
    self.sourceSSRC = sourceSSRC
  }

  /// Whether nothing has arrived for `silence`, or ever.
  func isSilent(for silence: Interval, at now: Instant) -> Bool {
    guard let lastAudio else { return true }
    return now - lastAudio >= silence
  }

  /// The publisher sends under another SSRC, or begins its sequence anew: the stream goes on.
  mutating func restart(sourceSSRC ssrc: UInt32, index: UInt64) {
    sourceSSRC = ssrc
    isDetached = false
    lastReport = nil
    // Far enough ahead that no packet of the old run looks like one of the new.
    indexOffset = sequences.lastInput &+ (1 << 20) &- index
    sequences.withhold()
    timestamps.restart()
    reception.interrupt()
  }

  /// The publisher's packets will be counted from new keys on.
  mutating func detach() {
    isDetached = true
  }

  /// A packet of the publisher is not forwarded on purpose; nobody sees a gap.
  mutating func withhold() {
    sequences.withhold()
    reception.interrupt()
  }

  /// Takes an authentic packet in; gives its place in the joined stream, `nil` when it came too late.
  mutating func receive(_ packet: IngressPacket, at now: Instant) -> (index: UInt64, timestamp: UInt32)? {
    let input = packet.index &+ indexOffset
    reception.record(
      index: input, timestamp: packet.timestamp, payloadCount: packet.payload.count, at: now)
    lastAudio = now
    let isNewer = sequences.isNewer(input)
    guard let index = sequences.map(input) else { return nil }
    guard isNewer else {
      guard let timestamp = timestamps.late(packet.timestamp, index: index) else { return nil }
      return (index, timestamp)
    }
    highestSourceIndex = packet.index
    return (index, timestamps.map(packet.timestamp, index: index, at: now))
  }

  /// Remembers the publisher's sender report.
  mutating func reported(middle: UInt32, at now: Instant) {
    lastReport = (middle, now)
  }

  /// The loss of the last reporting interval; begins the next.
  mutating func takeFractionLost() -> UInt8 {
    reception.takeFractionLost()
  }
}

/// An audio packet in plaintext in its receive slot, and what its header said.
struct IngressPacket {
  let ssrc: UInt32
  /// Sequence number with rollovers.
  let index: UInt64
  let timestamp: UInt32
  let isMarked: Bool
  /// Where the Opus payload lies in the slot, padding excluded.
  let payload: Range<Int>
  /// RFC 6464's octet, when the sender gave one.
  let audioLevel: UInt8?
}
