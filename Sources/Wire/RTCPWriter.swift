import Base

/// Appends RTCP packets to a compound packet; allocates nothing.
///
/// Each verb writes one whole packet and answers `true`, or writes nothing and answers `false` when the
/// space or the format's count is used up.
public struct RTCPWriter: Sendable {
  /// Octets written so far.
  public private(set) var count = 0

  /// Starts at the first octet.
  public init() {}

  /// Appends a sender report with up to 31 `blocks`.
  @discardableResult
  public mutating func senderReport(
    _ report: RTCPSenderReport, blocks: Span<RTCPReportBlock>, into packet: inout MutableSpan<UInt8>
  ) -> Bool {
    let body = 24 &+ RTCPReportBlock.count &* blocks.count
    guard blocks.count <= RTCPReportBlock.countMax,
      begin(RTCPType.senderReport, format: blocks.count, body: body, into: &packet)
    else { return false }
    push(report.ssrc, &packet)
    push(report.ntp.seconds, &packet)
    push(report.ntp.fraction, &packet)
    push(report.rtpTime, &packet)
    push(report.packetCount, &packet)
    push(report.octetCount, &packet)
    push(blocks, &packet)
    return true
  }

  /// Appends a receiver report of `ssrc` with up to 31 `blocks`.
  @discardableResult
  public mutating func receiverReport(
    ssrc: UInt32, blocks: Span<RTCPReportBlock>, into packet: inout MutableSpan<UInt8>
  ) -> Bool {
    let body = 4 &+ RTCPReportBlock.count &* blocks.count
    guard blocks.count <= RTCPReportBlock.countMax,
      begin(RTCPType.receiverReport, format: blocks.count, body: body, into: &packet)
    else { return false }
    push(ssrc, &packet)
    push(blocks, &packet)
    return true
  }

  /// Appends a source description with one chunk: the canonical name of `ssrc`, at most 255 octets.
  @discardableResult
  public mutating func sourceDescription(
    ssrc: UInt32, canonicalName: Span<UInt8>, into packet: inout MutableSpan<UInt8>
  ) -> Bool {
    // RFC 3550 §6.5: item type and length, the name, then one to four NULs up to a whole word.
    let body = 4 &+ (2 &+ canonicalName.count &+ 4) & ~3
    guard canonicalName.count <= 255,
      begin(RTCPType.sourceDescription, format: 1, body: body, into: &packet)
    else { return false }
    let end = count &+ body
    push(ssrc, &packet)
    packet[count] = 1
    packet[count &+ 1] = UInt8(truncatingIfNeeded: canonicalName.count)
    packet.store(canonicalName, at: count &+ 2)
    for index in (count &+ 2 &+ canonicalName.count)..<end { packet[index] = 0 }
    count = end
    return true
  }

  /// Appends a goodbye of one source.
  @discardableResult
  public mutating func bye(ssrc: UInt32, into packet: inout MutableSpan<UInt8>) -> Bool {
    guard begin(RTCPType.bye, format: 1, body: 4, into: &packet) else { return false }
    push(ssrc, &packet)
    return true
  }

  /// Appends a generic NACK (RFC 4585 §6.2.1) of `items` about the source `media`.
  @discardableResult
  public mutating func nack(
    sender: UInt32, media: UInt32, items: Span<NACKItem>, into packet: inout MutableSpan<UInt8>
  ) -> Bool {
    let body = 8 &+ NACKItem.count &* items.count
    let format = Int(RTCPFeedbackFormat.nack)
    guard !items.isEmpty, begin(RTCPType.transportFeedback, format: format, body: body, into: &packet)
    else { return false }
    push(sender, &packet)
    push(media, &packet)
    for index in items.indices {
      push(UInt32(items[index].first) << 16 | UInt32(items[index].following), &packet)
    }
    return true
  }

  /// Appends a picture loss indication (RFC 4585 §6.3.1): asks `media` for a key frame.
  @discardableResult
  public mutating func pictureLoss(
    sender: UInt32, media: UInt32, into packet: inout MutableSpan<UInt8>
  ) -> Bool {
    let format = Int(RTCPFeedbackFormat.pictureLoss)
    guard begin(RTCPType.payloadFeedback, format: format, body: 8, into: &packet) else { return false }
    push(sender, &packet)
    push(media, &packet)
    return true
  }

  /// Appends a full intra request (RFC 5104 §4.3.1) with one entry: command `number` to `media`.
  @discardableResult
  public mutating func fullIntra(
    sender: UInt32, media: UInt32, number: UInt8, into packet: inout MutableSpan<UInt8>
  ) -> Bool {
    let format = Int(RTCPFeedbackFormat.fullIntra)
    guard begin(RTCPType.payloadFeedback, format: format, body: 16, into: &packet) else { return false }
    push(sender, &packet)
    push(0, &packet)
    push(media, &packet)
    push(UInt32(number) << 24, &packet)
    return true
  }

  private mutating func begin(
    _ type: UInt8, format: Int, body: Int, into packet: inout MutableSpan<UInt8>
  ) -> Bool {
    guard count &+ 4 &+ body <= packet.count else { return false }
    packet[count] = 0x80 | UInt8(truncatingIfNeeded: format) & 0x1F
    packet[count &+ 1] = type
    packet.store(UInt16(truncatingIfNeeded: body >> 2), at: count &+ 2)
    count &+= 4
    return true
  }

  private mutating func push(_ word: UInt32, _ packet: inout MutableSpan<UInt8>) {
    packet.store(word, at: count)
    count &+= 4
  }

  private mutating func push(_ blocks: Span<RTCPReportBlock>, _ packet: inout MutableSpan<UInt8>) {
    for index in blocks.indices {
      let block = blocks[index]
      let lost = UInt32(bitPattern: min(max(block.lost, -0x80_0000), 0x7F_FFFF)) & 0xFF_FFFF
      push(block.ssrc, &packet)
      push(UInt32(block.fractionLost) << 24 | lost, &packet)
      push(block.highestSequence, &packet)
      push(block.jitter, &packet)
      push(block.lastReport, &packet)
      push(block.delay, &packet)
    }
  }
}
