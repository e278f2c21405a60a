internal import Base
internal import MediaControl
internal import Wire

/// What one receiver's copy of a video packet says in its header, and which numbers of its payload change.
///
/// Made of what is kept and of a segment's constants alone, so that a packet is the same each time.
struct EgressVideo {
  var ssrc: UInt32
  var index: UInt64
  var payloadType: UInt8
  let shape: VideoFrameShape
  let shift: SwitchingMap.Shift
  /// The sequence number of the original, when this is its retransmission (RFC 4588).
  var original: UInt16?
  /// Octets of RTP padding behind the payload; only where it is never sent again under its own index.
  var padding: UInt8 = 0

  init(
    ssrc: UInt32, index: UInt64, payloadType: UInt8, shape: VideoFrameShape, shift: SwitchingMap.Shift
  ) {
    self.ssrc = ssrc
    self.index = index
    self.payloadType = payloadType
    self.shape = shape
    self.shift = shift
  }

  /// Writes the numbers that continue this receiver's stream into the payload at `offset`.
  func patch(_ slot: inout MutableSpan<UInt8>, payloadAt offset: Int) {
    // The descriptor's parser has proved both places, within the first ten octets of the payload.
    if shape.pictureIDOffset > 0, shift.pictureID != 0 {
      let place = offset + Int(shape.pictureIDOffset)
      let picture = shape.pictureID &+ shift.pictureID
      if shape.isPictureIDLong {
        slot.store(0x8000 | picture & 0x7FFF, at: place)
      } else {
        slot[place] = UInt8(picture & 0x7F)
      }
    }
    if shape.baseLayerIndexOffset > 0 {
      slot[offset + Int(shape.baseLayerIndexOffset)] = shape.baseLayerIndex &+ shift.baseLayerIndex
    }
  }
}

extension Peer {
  /// Writes and seals one video packet into a send slot; gives its octets, 0 when it does not fit.
  ///
  /// The caller never gives two different packets one SSRC and index.
  mutating func seal(
    _ frame: EgressVideo, payload: Span<UInt8>, into slot: inout MutableSpan<UInt8>
  ) -> Int {
    let padding = Int(frame.padding)
    guard slot.count >= payload.count + padding + RTXPayload.headerCount + Fixed.egressOverhead else {
      return 0
    }
    var extensions = HeaderExtensionBlock(form: .oneByte)
    if frame.shape.orientation != VideoFrameShape.noOrientation, let id = extensionIDs.videoOrientation {
      extensions.append(id: id, value: UInt32(frame.shape.orientation), count: 1)
    }
    let fields = RTPFields(
      marker: frame.shape.isMarked, payloadType: frame.payloadType,
      sequenceNumber: UInt16(truncatingIfNeeded: frame.index),
      timestamp: frame.shape.timestamp &+ frame.shift.timestamp, ssrc: frame.ssrc)
    let headerCount = fields.write(into: &slot, extensions: extensions)
    var start = headerCount
    if let original = frame.original {
      slot.store(original, at: start)
      start += RTXPayload.headerCount
    }
    for position in payload.indices { slot[start + position] = payload[position] }
    frame.patch(&slot, payloadAt: start)
    let count = Peer.pad(&slot, behind: start + payload.count, frame.padding)
    if voice != nil {
      return voice?.seal(&slot, clearCount: headerCount, count: count) ?? 0
    }
    return webRTC?.srtp?.sealRTP(
      &slot, headerCount: headerCount, count: count, ssrc: frame.ssrc, index: frame.index) ?? 0
  }
}
