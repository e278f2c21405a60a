internal import Base
internal import MediaControl

/// One encoding of a publisher's picture: how it arrives, what of it is kept, and whether anybody watches.
///
/// Owned by its ``PublishedVideo``. Joins whatever the publisher sends of the layer (a new SSRC after a
/// reload, new keys) into one stream of indices and timestamps that only goes forward; between two runs the
/// indices jump by more than ``Fixed/videoGapMax``, so that subscribers wait for the next key frame.
struct PublishedLayer {
  /// What signaling said.
  private(set) var announced: VideoLayer
  /// The layer's name as its packets carry it.
  let rid: [UInt8]
  /// The SSRC under which it arrives: announced, or learnt from its `rid`; from another shard, the run.
  private(set) var sourceSSRC: UInt32?
  /// The SSRC of its retransmissions: announced, or learnt from their `repaired-rid`.
  var rtxSSRC: UInt32?

  /// Added to the source's indices; modulo 2^64.
  private var indexOffset: UInt64 = 0
  private var window = ReceptionWindow()
  private(set) var timestamps = TimestampMap(first: 0, clockRate: Fixed.videoClockRate)
  private(set) var reception = ReceptionStatistics(clockRate: Fixed.videoClockRate)
  /// The source's own highest index, as receiver reports state it.
  private(set) var highestSourceIndex: UInt64 = 0
  private(set) var lastPacket: Instant?
  var lastReport: (middle: UInt32, at: Instant)?
  /// Whether the next packet begins a new run: the publisher's keys changed.
  private var isDetached = false

  /// Whether it has arrived at all, here or on its publisher's shard: its publisher can be asked for it.
  var isSeen = false
  /// Whether it arrives while its siblings do; a stalled layer is chosen only when nothing else is there.
  var isLive = false
  /// Whether what lies between the packet before and the next one was not to come.
  private var isResumed = false
  var losses = LossList()
  var keyFrames = KeyFrameRequests()
  var ring = RetransmissionRing()
  /// Subscribers that get it or wait for it, and links that do.
  var watchers = 0

  // Counted for explanations.
  private(set) var keyFrameCount: UInt32 = 0
  var keyFrameRequestCount: UInt32 = 0
  private(set) var repairedCount: UInt32 = 0

  init(_ layer: VideoLayer) {
    announced = layer
    rid = Array(layer.rid.utf8)
    sourceSSRC = layer.sourceSSRC
    rtxSSRC = layer.rtxSSRC
  }

  /// Whether both name the same stream of packets.
  func isSame(as layer: VideoLayer) -> Bool {
    announced.sourceSSRC == layer.sourceSSRC && announced.rtxSSRC == layer.rtxSSRC
      && announced.rid == layer.rid
  }

  /// Takes a newer announcement of the same stream.
  mutating func announce(_ layer: VideoLayer) {
    announced = layer
  }

  /// Whether nothing has arrived for `silence`, or ever.
  func isSilent(for silence: Interval, at now: Instant) -> Bool {
    guard let lastPacket else { return true }
    return now - lastPacket >= silence
  }

  /// The publisher's packets will be counted from new keys on.
  mutating func detach() {
    isDetached = true
  }

  /// The layer is to come again over its link: what did not come meanwhile is no loss.
  mutating func resume() {
    isResumed = true
    losses.giveUp()
    reception.interrupt()
  }

  /// The index of the packet with `sequenceNumber` that is not newer than the newest.
  func index(of sequenceNumber: UInt16) -> UInt64? {
    guard let highest = window.highest else { return nil }
    let back = UInt64(UInt16(truncatingIfNeeded: highest) &- sequenceNumber)
    return back <= highest ? highest - back : nil
  }

  /// The run goes on under `ssrc` at `index`, if it does not already.
  ///
  /// - Returns: whether another run ended, so that everybody needs a key frame.
  /// - Throws: `secondSource` while the SSRC so far still sends.
  mutating func bind(
    _ ssrc: UInt32, index: UInt64, silence: Interval, at now: Instant
  ) throws(DropReason) -> Bool {
    guard ssrc != sourceSSRC || isDetached else { return false }
    guard isDetached || sourceSSRC == nil || isSilent(for: silence, at: now) else { throw .secondSource }
    sourceSSRC = ssrc
    isDetached = false
    lastReport = nil
    guard let highest = window.highest else { return false }
    // Low sixteen bits stay: what is missing is asked for by the source's own numbers.
    indexOffset = (highest &+ (1 << 20) &- index) & ~0xFFFF
    window.restart(at: index &+ indexOffset)
    losses.giveUp()
    timestamps.restart()
    reception.interrupt()
    return true
  }

  /// The index that the source gave `sequenceNumber`, which it sent a while ago.
  func sourceIndex(of sequenceNumber: UInt16) -> UInt64? {
    guard window.highest != nil, !isDetached else { return nil }
    let back = UInt64(UInt16(truncatingIfNeeded: highestSourceIndex) &- sequenceNumber)
    return back <= highestSourceIndex ? highestSourceIndex - back : nil
  }

  /// Whether the packet at the source's `index` is missing.
  func isMissing(_ index: UInt64) -> Bool {
    window.isMissing(index &+ indexOffset)
  }

  /// What became of a packet that was taken in.
  struct Place {
    let index: UInt64
    let timestamp: UInt32
    let isNewest: Bool
    /// So many packets are missing before it that a key frame is needed.
    let isBroken: Bool
  }

  /// Takes an authentic packet in, as the original or as its retransmission.
  ///
  /// - Throws: `repeated` when it had arrived, `stale` when it is too old to have a place.
  mutating func receive(
    _ packet: IngressPacket, isRetransmission: Bool, at now: Instant
  ) throws(DropReason) -> Place {
    // A repetition belongs to the run before, whose place is lost.
    guard !(isRetransmission && isDetached) else { throw .stale }
    let index = packet.index &+ indexOffset
    let arrival = window.receive(index)
    if !isRetransmission {
      if isSilent(for: Fixed.layerStall, at: now) { keyFrames.hurry() }
      reception.record(
        index: index, timestamp: packet.timestamp, payloadCount: packet.payload.count, at: now)
      lastPacket = now
      isSeen = true
    }
    switch arrival {
    case .duplicate: throw .repeated
    case .tooOld: throw .stale
    case .late:
      losses.found(index)
      guard let timestamp = timestamps.late(packet.timestamp, index: index) else { throw .stale }
      repairedCount &+= isRetransmission ? 1 : 0
      return Place(index: index, timestamp: timestamp, isNewest: false, isBroken: false)
    case .newest(let missing):
      highestSourceIndex = packet.index
      let timestamp = timestamps.map(packet.timestamp, index: index, at: now)
      let isExpected = missing == 0 || isResumed
      isResumed = false
      let isListed = isExpected || losses.miss(before: index, count: missing, at: now)
      return Place(index: index, timestamp: timestamp, isNewest: true, isBroken: !isListed)
    }
  }

  /// Takes an authentic packet in that carries nothing and goes nowhere.
  mutating func skip(_ packet: IngressPacket, at now: Instant) {
    guard !isDetached, window.highest != nil else { return }
    let index = packet.index &+ indexOffset
    reception.record(index: index, timestamp: packet.timestamp, payloadCount: 0, at: now)
    switch window.receive(index) {
    case .newest(let missing):
      highestSourceIndex = packet.index
      if missing > 0 { _ = losses.miss(before: index, count: missing, at: now) }
    case .late: losses.found(index)
    case .duplicate, .tooOld: break
    }
  }

  /// A key frame begins with a packet that reached the machine at `arrival`.
  mutating func beganKeyFrame(at arrival: Instant) {
    keyFrameCount &+= 1
    keyFrames.answered(at: arrival)
  }

  /// The loss of the last reporting interval; begins the next.
  mutating func takeFractionLost() -> UInt8 {
    reception.takeFractionLost()
  }
}
