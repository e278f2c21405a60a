package import Wire

/// What the header and the descriptor of a video packet said, as far as a receiver's copy needs it.
///
/// A plain value of 16 octets: it waits with the packet, and is kept with it for retransmissions.
package struct VideoFrameShape: Hashable, Sendable {
  /// In the layer's joined clock, 90 kHz.
  package var timestamp: UInt32 = 0
  package var pictureID: UInt16 = 0
  /// Where the picture id stands in the payload; 0 for nowhere, for a descriptor begins before it.
  package var pictureIDOffset: UInt8 = 0
  package var baseLayerIndex: UInt8 = 0
  /// Where TL0PICIDX stands; 0 for nowhere.
  package var baseLayerIndexOffset: UInt8 = 0
  package var isPictureIDLong = false
  /// The marker bit: the last packet of a frame.
  package var isMarked = false
  /// Whether a decoder may begin here.
  package var beginsKeyFrame = false
  /// `urn:3gpp:video-orientation`, four bits; ``noOrientation`` when the packet did not say.
  package var orientation = noOrientation

  package static let noOrientation: UInt8 = 0xFF

  /// Says nothing.
  package init() {}

  /// Takes what `descriptor` says.
  package init(_ descriptor: VideoDescriptor, timestamp: UInt32, isMarked: Bool) {
    self.timestamp = timestamp
    self.isMarked = isMarked
    beginsKeyFrame = descriptor.beginsKeyFrame
    if let picture = descriptor.pictureID {
      pictureID = picture.value
      pictureIDOffset = picture.offset
      isPictureIDLong = picture.isLong
    }
    if let index = descriptor.baseLayerIndex {
      baseLayerIndex = index.value
      baseLayerIndexOffset = index.offset
    }
  }
}
