internal import Base

/// One publisher's picture as one subscriber receives it: a row of its fan-out.
///
/// A plain value without references; its position in the parallel arrays of the ``Room`` names the
/// subscriber. `target` is the layer that the subscriber should get, `current` the one that it gets: it
/// changes to the target with the target's next key frame.
///
/// ```
///   target      ─ 0 ─────────────── 2 ────────────────────── 2 ── 1 (2 stalled) ────────
///   current     ─ none ── 0 ─────────────────── 2 ─────────────────────────── 1 ────────
///                         ▲ key frame of 0      ▲ key frame of 2              ▲ of 1
/// ```
struct SubscribedVideo: Sendable {
  /// No layer.
  static let none: UInt8 = .max

  private(set) var map: SwitchingMap
  /// The best quality that the subscriber wants of this picture, 0 to 100.
  var quality: UInt8 = 100
  private(set) var current = none
  var target = none
  /// The next index of its stream of retransmissions.
  private(set) var rtxNext: UInt64
  private(set) var keyEpoch: UInt32

  // Where the stream stands: a new segment continues it.
  private var lastTimestamp: UInt32
  private var lastArrival: Instant?
  private var lastPictureID: UInt16?
  private var lastBaseLayerIndex: UInt8?
  private var newestShift = SwitchingMap.Shift()

  private var retransmissions = Allowance()
  private var keyFrameRequests = Allowance()

  /// Packets and payload octets sent, modulo 2^32 as sender reports carry them.
  private(set) var packetCount: UInt32 = 0
  private(set) var octetCount: UInt32 = 0
  private(set) var retransmittedCount: UInt32 = 0
  private(set) var switchCount: UInt32 = 0
  private var reportedCount: UInt32 = 0
  private var isRTXUsed = false

  init(firstIndex: UInt64, firstRTXIndex: UInt64, timestamp: UInt32, keyEpoch: UInt32) {
    map = SwitchingMap(first: firstIndex)
    rtxNext = firstRTXIndex
    lastTimestamp = timestamp
    self.keyEpoch = keyEpoch
  }

  /// Whether it gets a layer or waits for one.
  var isWatching: Bool { current != SubscribedVideo.none || target != SubscribedVideo.none }

  /// Whether it waits for a key frame of its target.
  var isWaiting: Bool { target != SubscribedVideo.none && target != current }

  /// How the packet goes out; `nil` when it is not for this subscriber.
  ///
  /// New keys mean a receiver whose rollover counter is 0 (RFC 3711 §3.3.1): the indices fall back below
  /// 2^15, nothing of the past can be repeated, and a key frame begins anew.
  mutating func place(
    _ shape: VideoFrameShape, layer: UInt8, index: UInt64, isNewest: Bool, arrival: Instant
  ) -> SwitchingMap.Shift? {
    if let shift = map.shift(layer: layer, index: index) {
      if isNewest, layer == current { advance(shape, shift, arrival) }
      return shift
    }
    if layer == current, isNewest { stop() }
    guard layer == target, layer != current, isNewest, shape.beginsKeyFrame else { return nil }
    var shift = SwitchingMap.Shift()
    if let lastArrival {
      // At least a millisecond, so that two pictures never have one timestamp; at most six hours.
      let elapsed = min(max((arrival - lastArrival).milliseconds, 1), 20_000_000)
      lastTimestamp &+= UInt32(truncatingIfNeeded: elapsed * (Fixed.videoClockRate / 1_000))
    }
    shift.timestamp = lastTimestamp &- shape.timestamp
    if let lastPictureID { shift.pictureID = lastPictureID &+ 1 &- shape.pictureID }
    if let lastBaseLayerIndex { shift.baseLayerIndex = lastBaseLayerIndex &+ 1 &- shape.baseLayerIndex }
    shift = map.begin(layer: layer, index: index, shift: shift)
    current = layer
    switchCount &+= 1
    advance(shape, shift, arrival)
    return shift
  }

  private mutating func advance(
    _ shape: VideoFrameShape, _ shift: SwitchingMap.Shift, _ arrival: Instant
  ) {
    lastTimestamp = shape.timestamp &+ shift.timestamp
    lastArrival = arrival
    newestShift = shift
    if shape.pictureIDOffset > 0 { lastPictureID = shape.pictureID &+ shift.pictureID }
    if shape.baseLayerIndexOffset > 0 { lastBaseLayerIndex = shape.baseLayerIndex &+ shift.baseLayerIndex }
  }

  /// Gets nothing from now on until a key frame of its target begins.
  mutating func stop() {
    current = SubscribedVideo.none
    map.end()
  }

  /// Forgets what went out, so that nothing of it can be repeated: headers would not be the same.
  mutating func forget() {
    stop()
    map = SwitchingMap(first: map.next)
  }

  /// Sees to it that indices belong to the keys of `epoch`.
  mutating func adopt(_ epoch: UInt32) {
    guard epoch != keyEpoch else { return }
    keyEpoch = epoch
    stop()
    map = SwitchingMap(first: map.next & 0x7FFF)
    rtxNext &= 0x7FFF
    isRTXUsed = false
  }

  /// The first indices of both streams that were not used under the keys of `epoch`.
  func nextIndices(under epoch: UInt32) -> (media: UInt64, rtx: UInt64?)? {
    guard epoch == keyEpoch, packetCount > 0 else { return nil }
    return (map.next, isRTXUsed ? rtxNext : nil)
  }

  /// The index for a retransmission.
  mutating func takeRTXIndex() -> UInt64 {
    isRTXUsed = true
    defer { rtxNext &+= 1 }
    return rtxNext
  }

  /// The clock that its timestamps show, for sender reports: added to the layer's.
  var timestampShift: UInt32 { newestShift.timestamp }

  /// Whether so many octets may be sent again now.
  mutating func mayRetransmit(_ octets: Int, at now: Instant) -> Bool {
    retransmissions.take(
      Fixed.retransmissionCostPerOctet * Int64(octets), burst: Fixed.retransmissionBurst, at: now)
  }

  /// Whether the subscriber may ask for a key frame now.
  mutating func mayRequestKeyFrame(at now: Instant) -> Bool {
    keyFrameRequests.take(Fixed.keyFrameRequestCost, burst: Fixed.keyFrameRequestBurst, at: now)
  }

  /// Counts a packet that left.
  mutating func sent(payloadCount: Int) {
    packetCount &+= 1
    octetCount &+= UInt32(truncatingIfNeeded: payloadCount)
  }

  /// Counts a packet that left once more.
  mutating func resent() {
    retransmittedCount &+= 1
  }

  /// Whether packets left since the last call: only then is a sender report due.
  mutating func takeProgress() -> Bool {
    defer { reportedCount = packetCount }
    return reportedCount != packetCount
  }
}
