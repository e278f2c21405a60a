public import Base

/// What a sender chooses in an RTP header; ``write(into:extensions:)`` makes the octets.
public struct RTPFields: Hashable, Sendable {
  /// The marker bit.
  public var marker: Bool
  /// The payload type, 0 to 127.
  public var payloadType: UInt8
  /// The sequence number.
  public var sequenceNumber: UInt16
  /// The timestamp, in units of the payload's clock.
  public var timestamp: UInt32
  /// The synchronisation source.
  public var ssrc: UInt32

  /// Makes fields of their values.
  public init(marker: Bool, payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32, ssrc: UInt32) {
    self.marker = marker
    self.payloadType = payloadType
    self.sequenceNumber = sequenceNumber
    self.timestamp = timestamp
    self.ssrc = ssrc
  }

  /// Writes a header without CSRCs at the start of `packet` and gives its octets.
  ///
  /// An empty block writes no extension. 0, with nothing written, when `packet` is too short. Allocates
  /// nothing.
  @inlinable
  public func write(into packet: inout MutableSpan<UInt8>, extensions: HeaderExtensionBlock) -> Int {
    let body = extensions.paddedCount
    let count = RTPHeader.fixedCount &+ (body > 0 ? 4 &+ body : 0)
    guard packet.count >= count else { return 0 }
    packet[0] = body > 0 ? 0x90 : 0x80
    RTPHeader.rewrite(
      &packet, sequenceNumber: sequenceNumber, timestamp: timestamp, ssrc: ssrc,
      payloadType: payloadType, marker: marker)
    guard body > 0 else { return count }
    packet.store(extensions.form.profile, at: 12)
    packet.store(UInt16(truncatingIfNeeded: body >> 2), at: 14)
    extensions.copy(into: &packet, at: 16)
    return count
  }
}

extension RTPHeader {
  /// The fields that a sender chooses.
  public var fields: RTPFields {
    RTPFields(
      marker: marker, payloadType: payloadType, sequenceNumber: sequenceNumber, timestamp: timestamp,
      ssrc: ssrc)
  }
}
