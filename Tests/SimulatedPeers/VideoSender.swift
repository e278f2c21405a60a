package import Base
package import MediaControl
package import Wire

/// A packet of synthetic video before it is sealed.
package struct VideoPacket: Hashable, Sendable {
  package var fields: RTPFields
  package var payload: [UInt8]
  /// What goes into `rid`, for layers that are told by name.
  package var rid: String?
}

/// What a synthetic frame's packets say of themselves, behind the VP8 headers.
package struct VideoStamp: Hashable, Sendable {
  package let layer: UInt8
  /// Counts the frames of its layer.
  package let frame: UInt32
  package let isKeyFrame: Bool
  /// Which packet of the frame it is, and how many the frame has.
  package let packet: UInt8
  package let packetCount: UInt8

  private static let mark: [UInt8] = [0xC0, 0xDE]

  var octets: [UInt8] {
    var octets = VideoStamp.mark
    octets.append(layer)
    for shift in [24, 16, 8, 0] as [UInt32] { octets.append(UInt8(truncatingIfNeeded: frame >> shift)) }
    return octets + [isKeyFrame ? 1 : 0, packet, packetCount]
  }

  /// Reads the stamp of a VP8 payload that a ``VideoLayerSender`` made; `nil` when it is damaged.
  package init?(_ payload: [UInt8]) {
    // Descriptor of six octets, then either a key frame's ten or an interframe's three.
    guard payload.count > 6 else { return nil }
    let isFirst = payload[0] & 0x10 != 0
    let start = 6 + (isFirst ? (payload[6] & 1 == 0 ? 10 : 3) : 0)
    guard payload.count >= start + 10, Array(payload[start..<(start + 2)]) == VideoStamp.mark else {
      return nil
    }
    layer = payload[start + 2]
    frame = payload[(start + 3)..<(start + 7)].reduce(0) { $0 << 8 | UInt32($1) }
    isKeyFrame = payload[start + 7] == 1
    packet = payload[start + 8]
    packetCount = payload[start + 9]
  }

  init(layer: UInt8, frame: UInt32, isKeyFrame: Bool, packet: UInt8, packetCount: UInt8) {
    self.layer = layer
    self.frame = frame
    self.isKeyFrame = isKeyFrame
    self.packet = packet
    self.packetCount = packetCount
  }
}

/// One layer of a browser's camera: VP8 whose frames carry numbers instead of pictures.
///
/// Every frame refers to the one before it, but for key frames. Remembers what it sent, as long as a
/// browser does, to answer NACKs.
package struct VideoLayerSender: Sendable {
  package let layer: UInt8
  package var ssrc: UInt32
  package let rtxSSRC: UInt32
  package let rid: String?
  package let codec: VideoCodec
  package var sequenceNumber: UInt16
  package var timestamp: UInt32
  package private(set) var frameCount: UInt32 = 0
  package var pictureID: UInt16
  private var baseLayerIndex: UInt8
  private var rtxSequenceNumber: UInt16
  private var sent: [UInt16: VideoPacket] = [:]
  /// Whether the next frame is a key frame.
  package var isKeyFrameDue = true
  package private(set) var keyFrameCount = 0
  package private(set) var retransmissionCount = 0

  package init(
    layer: UInt8, ssrc: UInt32, rtxSSRC: UInt32, rid: String?, codec: VideoCodec, random: inout SeededRandom
  ) {
    self.layer = layer
    self.ssrc = ssrc
    self.rtxSSRC = rtxSSRC
    self.rid = rid
    self.codec = codec
    sequenceNumber = UInt16(random.below(0x8000))
    timestamp = UInt32(truncatingIfNeeded: random.next())
    pictureID = UInt16(random.below(0x8000))
    baseLayerIndex = UInt8(random.below(256))
    rtxSequenceNumber = UInt16(random.below(0x8000))
  }

  /// The next frame in `count` packets of `size` octets each, `ticks` of 1/90000 s after the last.
  package mutating func frame(packets count: Int, size: Int, ticks: UInt32 = 3_000) -> [VideoPacket] {
    let isKey = isKeyFrameDue
    isKeyFrameDue = false
    keyFrameCount += isKey ? 1 : 0
    timestamp &+= ticks
    pictureID = (pictureID + 1) & 0x7FFF
    baseLayerIndex &+= 1
    defer { frameCount += 1 }
    return (0..<count).map { packet in
      let stamp = VideoStamp(
        layer: layer, frame: frameCount, isKeyFrame: isKey, packet: UInt8(packet), packetCount: UInt8(count))
      let made = make(stamp, isFirst: packet == 0, isLast: packet == count - 1, size: size)
      sent[made.fields.sequenceNumber] = made
      // What a browser keeps: a second or so.
      sent[made.fields.sequenceNumber &- 1_024] = nil
      return made
    }
  }

  private mutating func make(_ stamp: VideoStamp, isFirst: Bool, isLast: Bool, size: Int) -> VideoPacket {
    // RFC 7741 §4.2: X and S; I, L and T; a picture id of 15 bits, TL0PICIDX, TID 0.
    var payload: [UInt8] = [isFirst ? 0x90 : 0x80, 0xE0]
    payload += [0x80 | UInt8(pictureID >> 8), UInt8(pictureID & 0xFF), baseLayerIndex, 0x00]
    if isFirst {
      payload +=
        stamp.isKeyFrame ? [0x10, 0x02, 0x0A, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00] : [0x11, 2, 0]
    }
    payload += stamp.octets
    payload += [UInt8](repeating: UInt8(truncatingIfNeeded: stamp.frame), count: max(size - payload.count, 0))
    defer { sequenceNumber &+= 1 }
    return VideoPacket(
      fields: RTPFields(
        marker: isLast, payloadType: codec.payloadType, sequenceNumber: sequenceNumber, timestamp: timestamp,
        ssrc: ssrc),
      payload: payload, rid: rid)
  }

  /// The retransmission of a packet that is asked for, if it is remembered (RFC 4588).
  package mutating func retransmission(of sequenceNumber: UInt16) -> VideoPacket? {
    guard var packet = sent[sequenceNumber] else { return nil }
    retransmissionCount += 1
    guard let rtx = codec.rtxPayloadType else { return packet }
    packet.payload = [UInt8(sequenceNumber >> 8), UInt8(sequenceNumber & 0xFF)] + packet.payload
    packet.fields.payloadType = rtx
    packet.fields.ssrc = rtxSSRC
    packet.fields.sequenceNumber = rtxSequenceNumber
    rtxSequenceNumber &+= 1
    return packet
  }

  /// What signaling would say of the layer.
  package func announcement(quality: UInt8, isActive: Bool = true) -> VideoLayer {
    VideoLayer(
      sourceSSRC: rid == nil ? ssrc : nil, rtxSSRC: rid == nil ? rtxSSRC : nil, rid: rid ?? "\(quality)",
      quality: quality, isActive: isActive, bounds: .unknown)
  }
}

/// What a publisher is asked in one RTCP datagram.
package struct PublisherRequests: Hashable, Sendable {
  package var lost: [UInt32: [UInt16]] = [:]
  package var keyFrames: [UInt32] = []

  /// Reads a compound packet in plaintext.
  package init(_ compound: [UInt8]) {
    var walk = RTCPWalk()
    while let packet = try? walk.next(in: compound.span) {
      switch packet {
      case .transportFeedback(RTCPFeedbackFormat.nack, _, let media, let range):
        let items = NACKItems(range)
        for index in 0..<items.count {
          guard let item = items.item(index, in: compound.span) else { break }
          for step in 0...16 as ClosedRange<UInt16> where item.contains(step: step) {
            lost[media, default: []].append(item.first &+ step)
          }
        }
      case .payloadFeedback(RTCPFeedbackFormat.pictureLoss, _, let media, _):
        keyFrames.append(media)
      case .payloadFeedback(RTCPFeedbackFormat.fullIntra, _, _, let range):
        if let entry = FullIntraEntries(range).entry(0, in: compound.span) { keyFrames.append(entry.ssrc) }
      default: break
      }
    }
  }
}
