public import Base

/// What a synthetic video packet carries, behind the VP8 payload descriptor that servers read.
///
/// ```
///  descriptor (4)   │ frame header (10), first packet only │ probe (32)                         │ filler
///  X│S  I  PictureID│ P … 9D 01 2A width height            │ RLV1 run sender frame layer key … │
///
///  probe: magic 4 │ run 4 │ sender 4 │ frame 4 │ layer 1 │ key 1 │ index 2 │ count 2 │ 0 2 │ intended, ns 8
/// ```
/// All big endian. Descriptor and frame header follow RFC 7741 §4.2, §4.3 and RFC 6386 §9.1, so that a server
/// finds frames and key frames; it may change the descriptor's PictureID and nothing else. The filler is a
/// function of frame, packet and position, so that a changed octet anywhere is found. Nothing decodes it.
public struct VideoProbe: Hashable, Sendable {
  /// Octets of the descriptor.
  static let descriptorCount = 4
  /// Octets of a frame's header, which only its first packet has.
  static let frameHeaderCount = 10
  /// Octets of the probe itself.
  static let headerCount = 32
  /// Octets of the smallest payload that fits every packet.
  public static let leastCount = descriptorCount + frameHeaderCount + headerCount
  private static let magic: UInt32 = 0x524C_5631

  /// Tells this run's packets from those of another one on the same server.
  public let run: UInt32
  /// Which participant shows the picture.
  public let sender: UInt32
  /// Counts the frames of the layer from 0.
  public let frame: UInt32
  /// Which of the sender's layers, 0 being the smallest.
  public let layer: UInt8
  /// Whether the frame stands without earlier ones.
  public let isKey: Bool
  /// Which packet of the frame.
  public let index: UInt16
  /// How many packets the frame has.
  public let count: UInt16
  /// When the schedule wanted the frame sent, on the tool's monotonic clock.
  public let intended: Instant

  /// Makes a probe of its parts.
  public init(
    run: UInt32, sender: UInt32, frame: UInt32, layer: UInt8, isKey: Bool, index: UInt16, count: UInt16,
    intended: Instant
  ) {
    self.run = run
    self.sender = sender
    self.frame = frame
    self.layer = layer
    self.isKey = isKey
    self.index = index
    self.count = count
    self.intended = intended
  }

  /// Writes a payload of `length` octets, at least ``leastCount``, to `offset` of `packet`, which must have
  /// them.
  public func write(into packet: inout MutableSpan<UInt8>, at offset: Int, length: Int) {
    let picture = UInt16(truncatingIfNeeded: frame) | 0x8000
    packet[offset] = index == 0 ? 0x90 : 0x80
    packet[offset + 1] = 0x80
    packet.store(picture, at: offset + 2)
    var start = offset + VideoProbe.descriptorCount
    if index == 0 {
      // A shown frame of version 0; the lowest bit says that it needs earlier ones. Width and height: 640 × 360.
      for position in 0..<VideoProbe.frameHeaderCount { packet[start + position] = 0 }
      packet[start] = isKey ? 0x10 : 0x11
      packet[start + 3] = 0x9D
      packet.store(0x012A as UInt16, at: start + 4)
      packet.store(0x8002 as UInt16, at: start + 6)
      packet.store(0x6801 as UInt16, at: start + 8)
      start += VideoProbe.frameHeaderCount
    }
    packet.store(VideoProbe.magic, at: start)
    packet.store(run, at: start + 4)
    packet.store(sender, at: start + 8)
    packet.store(frame, at: start + 12)
    packet[start + 16] = layer
    packet[start + 17] = isKey ? 1 : 0
    packet.store(index, at: start + 18)
    packet.store(count, at: start + 20)
    packet.store(0 as UInt16, at: start + 22)
    packet.store(UInt64(bitPattern: intended.nanoseconds), at: start + 24)
    for position in start + VideoProbe.headerCount..<max(offset + length, start + VideoProbe.headerCount) {
      packet[position] = filler(position - start)
    }
  }

  /// Reads octets `range` of `packet`; `nil` unless the probe and every octet behind it are as
  /// ``write(into:at:length:)`` made them.
  public init?(_ packet: Span<UInt8>, in range: Range<Int>) {
    guard range.lowerBound >= 0, range.upperBound <= packet.count,
      let start = VideoProbe.start(packet, in: range),
      start + VideoProbe.headerCount <= range.upperBound, packet.uint32(at: start) == VideoProbe.magic
    else { return nil }
    run = packet.uint32(at: start + 4)
    sender = packet.uint32(at: start + 8)
    frame = packet.uint32(at: start + 12)
    layer = packet[start + 16]
    isKey = packet[start + 17] == 1
    index = packet.uint16(at: start + 18)
    count = packet.uint16(at: start + 20)
    intended = Instant(nanoseconds: Int64(bitPattern: packet.uint64(at: start + 24)))
    guard index < count, packet.uint16(at: start + 22) == 0 else { return nil }
    for position in start + VideoProbe.headerCount..<range.upperBound {
      guard packet[position] == filler(position - start) else { return nil }
    }
  }

  /// Where the probe begins: a server may have written the descriptor anew, and longer or shorter.
  private static func start(_ packet: Span<UInt8>, in range: Range<Int>) -> Int? {
    guard range.count > descriptorCount else { return nil }
    let first = packet[range.lowerBound]
    var offset = range.lowerBound + 1
    if first & 0x80 != 0 {
      let extensions = packet[offset]
      offset += 1
      if extensions & 0x80 != 0 { offset += packet[offset] & 0x80 != 0 ? 2 : 1 }
      if extensions & 0x40 != 0 { offset += 1 }
      if extensions & 0x30 != 0 { offset += 1 }
    }
    return first & 0x10 != 0 ? offset + frameHeaderCount : offset
  }

  private func filler(_ position: Int) -> UInt8 {
    UInt8(
      truncatingIfNeeded: UInt32(truncatingIfNeeded: position) &* 59 &+ frame &* 151 &+ UInt32(index) &* 31)
  }
}
