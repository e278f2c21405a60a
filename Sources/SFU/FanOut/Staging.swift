internal import Base

/// An opened packet that waits to be sent to the members of its room, and what its header will say.
struct StagedFrame {
  /// Whose audio it is; `nil` when it is `video`.
  let track: Handle<PublishedTrack>?
  let video: StagedVideo?
  /// Its place in the stream that the track joins.
  let index: UInt64
  let timestamp: UInt32
  let isMarked: Bool
  /// RFC 6464's octet, when the sender gave one.
  let audioLevel: UInt8?
  /// When the packet reached the machine: forwarding latency counts from there.
  let arrival: Instant
  /// Octets of its payload.
  let count: Int
  /// Whether its publisher was muted since: it reaches nobody any more and leaves no gap.
  var isRevoked = false
  /// Octets of RTP padding for who takes padding, with an audio level in the header and without.
  fileprivate(set) var padding: (levelled: UInt8, plain: UInt8) = (0, 0)
  /// The frame behind it in its room, ``Staging/none`` for the last.
  fileprivate(set) var next = Staging.none

  /// Nothing: what an empty slot holds.
  fileprivate init() {
    (track, video, audioLevel) = (nil, nil, nil)
    (index, timestamp, isMarked, count) = (0, 0, false, 0)
    arrival = .zero
  }

  /// Whether it must keep its order with `other`: packets of one track, or of one layer of a picture.
  fileprivate func isOfStream(_ other: StagedFrame) -> Bool {
    if let video { return video.video == other.video?.video && video.layer == other.video?.layer }
    return track == other.track && other.video == nil
  }

  /// A packet of audio with `count` octets of payload.
  init(
    track: Handle<PublishedTrack>, index: UInt64, timestamp: UInt32, isMarked: Bool, audioLevel: UInt8?,
    arrival: Instant, count: Int
  ) {
    self.track = track
    video = nil
    self.index = index
    self.timestamp = timestamp
    self.isMarked = isMarked
    self.audioLevel = audioLevel
    self.arrival = arrival
    self.count = count
  }

  /// A packet of video with `count` octets of payload.
  init(_ video: StagedVideo, arrival: Instant, count: Int) {
    track = nil
    self.video = video
    index = video.index
    timestamp = video.shape.timestamp
    isMarked = video.shape.isMarked
    audioLevel = nil
    self.arrival = arrival
    self.count = count
  }
}

/// The frames of all rooms between their arrival and their transmission, in slots made at the start.
///
/// Owned by an ``Endpoint``. A room's frames form a chain in order of arrival, which the room's
/// ``StagedChain`` holds at both ends. The slot that was freed last is used next, so that a few warm slots
/// serve a shard whose window is closed. A full one refuses; its endpoint then gives up the oldest
/// (``DropReason/stagingFull``).
struct Staging: ~Copyable {
  /// No slot.
  static let none = -1
  /// Octets of a slot: the longest payload and a line more, so that slots do not compete for one cache set.
  private static let stride = Fixed.packetCountMax + 72

  private var frames: [StagedFrame]
  private var octets: [UInt8]
  private var free: [Int]
  let capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    frames = Array(repeating: StagedFrame(), count: capacity)
    octets = Array(repeating: 0, count: capacity * Staging.stride)
    free = Array((0..<capacity).reversed())
  }

  /// Frames that wait.
  var count: Int { capacity - free.count }
  var isFull: Bool { free.isEmpty }

  /// Copies `payload`, which has `frame.count` octets, and puts the frame behind those of `chain`; false
  /// when there is no slot or the payload does not fit one.
  mutating func append(_ frame: StagedFrame, _ payload: Span<UInt8>, to chain: inout StagedChain) -> Bool {
    guard payload.count <= Fixed.packetCountMax, payload.count == frame.count, let slot = free.popLast()
    else { return false }
    frames[slot] = frame
    let begin = slot * Staging.stride
    for position in payload.indices { octets[begin + position] = payload[position] }
    if chain.last == Staging.none { chain.first = slot } else { frames[chain.last].next = slot }
    chain.last = slot
    chain.count += 1
    return true
  }

  /// Frees the first frame of `chain`.
  mutating func removeFirst(of chain: inout StagedChain) {
    let slot = chain.first
    guard slot != Staging.none else { return }
    chain.first = frames[slot].next
    if chain.first == Staging.none { chain.last = Staging.none }
    chain.count -= 1
    free.append(slot)
  }

  /// Orders and pads the first `count` frames of `chain`, so that they leave as few sends.
  mutating func arrange(_ chain: inout StagedChain, count: Int) {
    guard count > 1, count <= Fixed.roundCountMax else { return }
    var slots = RunPlan.Sizes(repeating: 0)
    var (plain, levelled, streams) = (slots, slots, slots)
    var slot = chain.first
    for position in 0..<count {
      slots[position] = slot
      plain[position] = frames[slot].count
      levelled[position] = frames[slot].count
      // One octet of extension takes as much as another.
      if frames[slot].audioLevel != nil { levelled[position] += Fixed.oneOctetExtensionCount }
      if let shape = frames[slot].video?.shape, shape.orientation != VideoFrameShape.noOrientation {
        plain[position] += Fixed.oneOctetExtensionCount
        levelled[position] += Fixed.oneOctetExtensionCount
      }
      var first = 0
      while first < position, !frames[slots[first]].isOfStream(frames[slot]) { first += 1 }
      streams[position] = first
      slot = frames[slot].next
    }
    let order = RunPlan.order(levelled, streams: streams, count: count)
    let (slotsBefore, plainBefore, levelledBefore) = (slots, plain, levelled)
    for position in 0..<count {
      slots[position] = slotsBefore[order[position]]
      plain[position] = plainBefore[order[position]]
      levelled[position] = levelledBefore[order[position]]
    }
    let paddings = (
      levelled: RunPlan.paddings(levelled, count: count), plain: RunPlan.paddings(plain, count: count)
    )
    for position in 0..<count {
      frames[slots[position]].next = position + 1 < count ? slots[position + 1] : slot
      frames[slots[position]].padding = (
        UInt8(clamping: paddings.levelled[position]), UInt8(clamping: paddings.plain[position])
      )
    }
    chain.first = slots[0]
    if slot == Staging.none { chain.last = slots[count - 1] }
  }

  /// The frame in `slot`, which is one of a chain's.
  subscript(slot: Int) -> StagedFrame {
    // Lent, because a frame is two lines of cache and the fan-out wants a few words of it.
    @inline(__always) _read { yield frames[slot] }
  }

  /// The oldest frame of `chain`.
  func first(of chain: StagedChain) -> StagedFrame? {
    chain.first == Staging.none ? nil : frames[chain.first]
  }

  /// The payload of a frame of `count` octets in `slot`.
  @_lifetime(borrow self)
  func payload(_ slot: Int, count: Int) -> Span<UInt8> {
    let begin = slot * Staging.stride
    return octets.span.extracting(begin..<(begin + count))
  }

  /// Withdraws the frames of `track` in `chain`; gives how many had not been withdrawn before.
  mutating func revoke(_ track: Handle<PublishedTrack>, in chain: StagedChain) -> Int {
    var revoked = 0
    var slot = chain.first
    while slot != Staging.none {
      if frames[slot].track == track, !frames[slot].isRevoked {
        frames[slot].isRevoked = true
        revoked += 1
      }
      slot = frames[slot].next
    }
    return revoked
  }
}

/// One room's frames in ``Staging``, oldest first.
struct StagedChain {
  fileprivate(set) var first = Staging.none
  fileprivate(set) var last = Staging.none
  fileprivate(set) var count = 0
}
