internal import Base
internal import MediaControl
internal import Wire

/// What one of the room's links wants of a picture that is published here.
struct PictureDemand {
  /// The layers that cross, by their bits.
  fileprivate(set) var layers: UInt8 = 0
  /// Whether the other shard has yet to be told what layers there are.
  var isStateDue = true
}

/// What was asked of the shard that publishes a picture.
struct PictureRequest {
  /// The layers that cross, as they were asked for last.
  var layers: UInt8 = 0
  /// Whether that shard has yet to be asked what layers there are.
  var isGreetingDue = true
}

/// A picture's stand on the links of its room: who wants what, and who has yet to be told.
extension PublishedVideo {
  /// Tells two announcements of different layers apart: FNV-1a over what ``PublishedLayer/isSame(as:)`` compares.
  var layout: UInt32 {
    var hash: UInt32 = 2_166_136_261
    func mix(_ octet: UInt8) { hash = (hash ^ UInt32(octet)) &* 16_777_619 }
    func mixSSRC(_ ssrc: UInt32?) {
      mix(ssrc == nil ? 0 : 1)
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        mix(UInt8(truncatingIfNeeded: (ssrc ?? 0) >> shift))
      }
    }
    for index in layers.indices {
      mixSSRC(layers[index].announced.sourceSSRC)
      mixSSRC(layers[index].announced.rtxSSRC)
      for octet in layers[index].rid { mix(octet) }
      // No name has it.
      mix(0xFF)
    }
    return hash
  }

  /// The layers that somebody here gets or waits for, by their bits.
  var watchedLayers: UInt8 {
    var bits: UInt8 = 0
    for index in layers.indices where layers[index].watchers > 0 { bits |= 1 << UInt8(index) }
    return bits
  }

  /// Whether some shard is to be told something.
  var isRelayDue: Bool {
    if remote != nil {
      return request.isGreetingDue || run != 0 && request.layers != watchedLayers
    }
    for position in demands.indices where demands[position].isStateDue { return true }
    return false
  }

  // Of a picture that is published here.

  /// A link of the room begins; it comes last.
  mutating func addLink() {
    demands.append(PictureDemand())
  }

  /// The link at `position` ends, and wants nothing any more.
  mutating func removeLink(at position: Int) {
    demand(0, over: position)
    demands.remove(at: position)
  }

  /// The link at `position` wants `wanted` from now on.
  mutating func demand(_ wanted: UInt8, over position: Int) {
    let before = demands[position].layers
    var after: UInt8 = 0
    for index in layers.indices {
      let bit: UInt8 = 1 << UInt8(index)
      after |= wanted & bit
      if wanted & bit != before & bit { layers[index].watchers += wanted & bit != 0 ? 1 : -1 }
    }
    demands[position].layers = after
  }

  /// Whether packets of `layer` cross the link at `position`.
  func crosses(_ layer: UInt8, over position: Int) -> Bool {
    demands[position].layers >> layer & 1 == 1
  }

  /// What layers there are has changed: every other shard is to be told.
  mutating func stateChanged() {
    for position in demands.indices { demands[position].isStateDue = true }
  }

  /// The other shard at `position` is to be told what layers there are, or has been.
  mutating func setStateDue(_ isDue: Bool, over position: Int) {
    demands[position].isStateDue = isDue
  }

  /// What the other shard at `position` is told of the layers.
  func state(ssrc: UInt32, over position: Int) -> RelayPicture {
    var (seen, live): (UInt8, UInt8) = (0, 0)
    for index in layers.indices {
      if layers[index].isSeen { seen |= 1 << UInt8(index) }
      if layers[index].isLive { live |= 1 << UInt8(index) }
    }
    return RelayPicture(
      ssrc: ssrc, source: source.rawValue, codec: codec?.relayNumber ?? RelayPicture.noCodec, run: run,
      layout: layout, seen: seen, live: live, crosses: demands[position].layers)
  }

  // Of a picture that another shard relays.

  /// Takes what its shard says of its layers; what changed for those who watch it here.
  mutating func take(_ state: RelayPicture, at now: Instant) -> (codec: Bool, layers: Bool) {
    if state.run != run {
      run = state.run
      for index in layers.indices { layers[index].detach() }
    }
    // A link that ended and began again has forgotten what was asked.
    request.layers = state.crosses
    var isChanged = false
    for index in layers.indices {
      let isSeen = state.seen >> UInt8(index) & 1 == 1
      let isLive = state.live >> UInt8(index) & 1 == 1
      isChanged = isChanged || layers[index].isSeen != isSeen || layers[index].isLive != isLive
      layers[index].isSeen = isSeen
      layers[index].isLive = isLive
    }
    guard let codec = VideoCodecName(relayNumber: state.codec) else { return (false, isChanged) }
    let isNewCodec = (try? adopt(codec, isKeyFrame: true, at: now)) ?? false
    return (isNewCodec, isChanged)
  }

  /// Its shard has been asked for `wanted`: what is new among it comes from here on.
  mutating func asked(for wanted: UInt8) {
    for index in layers.indices where (wanted & ~request.layers) >> UInt8(index) & 1 == 1 {
      layers[index].resume()
    }
    request.layers = wanted
    request.isGreetingDue = false
  }
}

extension VideoCodecName {
  /// The codec's number on links: its place among all cases.
  var relayNumber: UInt8 {
    switch self {
    case .vp8: 0
    case .vp9: 1
    case .h264: 2
    case .h265: 3
    case .av1: 4
    }
  }

  /// The codec of a number; `nil` for none.
  init?(relayNumber: UInt8) {
    switch relayNumber {
    case 0: self = .vp8
    case 1: self = .vp9
    case 2: self = .h264
    case 3: self = .h265
    case 4: self = .av1
    default: return nil
    }
  }
}
