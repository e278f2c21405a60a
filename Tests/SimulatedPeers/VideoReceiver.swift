import Base
package import MediaControl
import Wire

/// A viewer's end of one picture: puts packets in order, asks for what is missing, and "decodes".
///
/// A key frame can be decoded when all its packets are there; any other frame when all its packets are there
/// and the frame directly before it, of the same layer and with the number before, was decoded. Everything
/// that a decoder or jitter buffer would stumble over is a ``problems`` entry.
package struct VideoReceiver: Sendable {
  private struct Packet {
    let payload: [UInt8]
    let timestamp: UInt32
    let isMarked: Bool
    let stamp: VideoStamp
  }

  package let ssrc: UInt32
  package let codec: VideoCodec
  private var packets: [UInt64: Packet] = [:]
  private var highest: UInt64?
  private var lowest: UInt64 = 0
  package private(set) var problems: [String] = []
  package private(set) var received = 0
  package private(set) var repaired = 0

  package init(ssrc: UInt32, codec: VideoCodec) {
    self.ssrc = ssrc
    self.codec = codec
  }

  /// Takes a packet that the client has opened at its stream's `index`; false when it is of another stream.
  package mutating func receive(_ heard: HeardPacket, index: UInt64) -> Bool {
    if heard.ssrc == ssrc {
      if heard.payloadType != codec.payloadType { problems.append("payload type \(heard.payloadType)") }
      received += 1
      insert(heard.payload, heard, at: index)
      return true
    }
    guard heard.ssrc == ssrc + 1 else { return false }
    if heard.payloadType != codec.rtxPayloadType { problems.append("RTX payload type \(heard.payloadType)") }
    guard let highest, heard.payload.count > 2 else {
      problems.append("a retransmission of nothing")
      return true
    }
    let original = UInt16(heard.payload[0]) << 8 | UInt16(heard.payload[1])
    let back = UInt64(UInt16(truncatingIfNeeded: highest) &- original)
    guard back < 0x8000, back <= highest else { return true }
    repaired += 1
    insert(Array(heard.payload.dropFirst(2)), heard, at: highest - back)
    return true
  }

  private mutating func insert(_ payload: [UInt8], _ heard: HeardPacket, at index: UInt64) {
    guard let stamp = VideoStamp(payload) else {
      problems.append("a payload was damaged")
      return
    }
    let packet = Packet(
      payload: payload, timestamp: heard.timestamp, isMarked: heard.isMarked, stamp: stamp)
    if let known = packets[index], known.payload != payload || known.timestamp != packet.timestamp {
      problems.append("two packets under index \(index)")
    }
    packets[index] = packet
    if highest == nil { lowest = index }
    highest = max(highest ?? 0, index)
    lowest = min(lowest, index)
  }

  /// Whether the first packet that came begins a key frame: one that was lost before it shows as no gap.
  package var hasBeginning: Bool {
    packets[lowest].map { $0.stamp.isKeyFrame && $0.stamp.packet == 0 } ?? true
  }

  /// The newest sequence number.
  package var newest: UInt16? { highest.map { UInt16(truncatingIfNeeded: $0) } }

  /// Packets that are missing between the first and the last, the latest `count` indices of them.
  package func missing(latest count: UInt64 = .max) -> [UInt16] {
    guard let highest, highest > lowest else { return [] }
    let start = highest - lowest > count ? highest - count : lowest
    return (start...highest).filter { packets[$0] == nil }.map { UInt16(truncatingIfNeeded: $0) }
  }

  /// What became of the stream: frames in order, each with whether it could be decoded.
  package struct Frame: Hashable, Sendable {
    package let layer: UInt8
    package let number: UInt32
    package let isKeyFrame: Bool
    package let isComplete: Bool
    package let isDecoded: Bool
    package let timestamp: UInt32
  }

  /// Decodes everything that has come and notes what is wrong with its order.
  package mutating func decode() -> [Frame] {
    var frames: [Frame] = []
    var index = lowest
    var before: (frame: Frame, pictureID: UInt16)?
    // Whether nothing is missing between `before` and the next packet.
    var isContinuous = false
    while let highest, index <= highest {
      guard let first = packets[index] else {
        isContinuous = false
        index += 1
        continue
      }
      var end = index
      while let next = packets[end + 1], !(packets[end]?.isMarked ?? false), next.timestamp == first.timestamp
      {
        end += 1
      }
      let stamp = first.stamp
      let count = UInt64(stamp.packetCount)
      let isComplete = stamp.packet == 0 && end - index + 1 == count && packets[end]?.isMarked == true
      let follows =
        isContinuous && before?.frame.isDecoded == true && before?.frame.layer == stamp.layer
        && before?.frame.number == stamp.frame &- 1
      let frame = Frame(
        layer: stamp.layer, number: stamp.frame, isKeyFrame: stamp.isKeyFrame, isComplete: isComplete,
        isDecoded: isComplete && (stamp.isKeyFrame || follows), timestamp: first.timestamp)
      let pictureID = UInt16(first.payload[2] & 0x7F) << 8 | UInt16(first.payload[3])
      if let before { check(frame, pictureID, after: before, isContinuous, isFirst: stamp.packet == 0) }
      frames.append(frame)
      before = (frame, pictureID)
      isContinuous = true
      index = end + 1
    }
    return frames
  }

  /// Numbers that must go on across layers as if there were none.
  private mutating func check(
    _ frame: Frame, _ pictureID: UInt16, after before: (frame: Frame, pictureID: UInt16),
    _ isContinuous: Bool, isFirst: Bool
  ) {
    let step = Int32(bitPattern: frame.timestamp &- before.frame.timestamp)
    let isSame = step == 0 && frame.number == before.frame.number && frame.layer == before.frame.layer
    if step < 0 || step == 0 && !isSame {
      problems.append("timestamp of frame \(frame.number) of layer \(frame.layer) steps by \(step)")
    }
    guard isContinuous, isFirst else { return }
    if (before.pictureID + 1) & 0x7FFF != pictureID {
      problems.append("picture id \(pictureID) after \(before.pictureID)")
    }
    if frame.layer != before.frame.layer, !frame.isKeyFrame {
      problems.append("layer \(frame.layer) began without a key frame")
    }
  }
}

/// Writes the feedback of a viewer as compound packets in plaintext.
package enum ViewerFeedback {
  /// Asks for `lost` packets of `ssrc` again.
  package static func nack(_ lost: [UInt16], of ssrc: UInt32, from sender: UInt32) -> [UInt8] {
    var items: [NACKItem] = []
    for number in lost {
      if !items.isEmpty, items[items.count - 1].add(number) { continue }
      items.append(NACKItem(first: number, following: 0))
    }
    return compound(sender) { writer, slot in
      writer.nack(sender: sender, media: ssrc, items: items.span, into: &slot)
    }
  }

  /// Asks for a key frame of `ssrc`.
  package static func pictureLoss(of ssrc: UInt32, from sender: UInt32) -> [UInt8] {
    compound(sender) { writer, slot in writer.pictureLoss(sender: sender, media: ssrc, into: &slot) }
  }

  /// Asks for a key frame of `ssrc`, the other way.
  package static func fullIntra(of ssrc: UInt32, from sender: UInt32, number: UInt8) -> [UInt8] {
    compound(sender) { writer, slot in
      writer.fullIntra(sender: sender, media: ssrc, number: number, into: &slot)
    }
  }

  private static func compound(
    _ sender: UInt32, _ body: (inout RTCPWriter, inout MutableSpan<UInt8>) -> Void
  ) -> [UInt8] {
    edited([], room: 1_400) { slot in
      var writer = RTCPWriter()
      let none: [RTCPReportBlock] = []
      writer.receiverReport(ssrc: sender, blocks: none.span, into: &slot)
      body(&writer, &slot)
      return writer.count
    } ?? []
  }
}
