public import Base
public import Wire

/// One simulcast layer as the command line asks for it.
public struct VideoLayerPlan: Hashable, Sendable {
  /// Bits a second, payloads only.
  public let bitrate: UInt64
  /// Frames a second.
  public let framerate: Int

  /// Makes a plan of its parts.
  public init(bitrate: UInt64, framerate: Int) {
    self.bitrate = bitrate
    self.framerate = framerate
  }

  /// The time between two frames.
  public var interval: Interval { Interval(nanoseconds: 1_000_000_000 / Int64(max(framerate, 1))) }
}

/// A packet that a synthetic camera sends.
public struct VideoPacket: Hashable, Sendable {
  /// Its RTP header.
  public let fields: RTPFields
  /// Its index for SRTP: rollover counter and sequence number of its SSRC.
  public let index: UInt64
  /// The number of the packet that it repeats, for a retransmission (RFC 4588).
  public let original: UInt16?
  /// What it carries.
  public let probe: VideoProbe
  /// Octets of the payload without the retransmission's number.
  public let length: Int

  /// Writes header and payload to the start of `slot`; octets of the header and of everything.
  public func write(into slot: inout MutableSpan<UInt8>) -> (header: Int, count: Int) {
    let header = fields.write(into: &slot, extensions: HeaderExtensionBlock(form: .oneByte))
    var offset = header
    if let original {
      slot.store(original, at: header)
      offset += RTXPayload.headerCount
    }
    probe.write(into: &slot, at: offset, length: length)
    return (header, offset + length)
  }
}

/// One layer of a synthetic camera: frames of the planned size, key frames on request, a memory of what was
/// sent for those who lost it.
///
/// A pure value: instants and feedback in, packets out.
public struct VideoLayerSender: Sendable {
  /// Octets of a packet's payload at most: with headers and tag it stays below 1,200.
  public static let lengthMax = 1_100
  /// How much larger a key frame is than others.
  static let keyFactor = 4
  /// Packets that can be sent again: a second of 4 Mbit/s.
  static let historyCount = 512
  /// The payload types that the load tool negotiates for VP8 and its retransmissions.
  public static let payloadType: UInt8 = 96
  /// RFC 4588's type for the same.
  public static let rtxPayloadType: UInt8 = 97
  /// Ticks of the RTP clock in a second.
  private static let clock: Int64 = 90_000

  private struct Sent {
    var number: UInt64
    var packet: VideoPacket
  }

  /// What the layer is to be.
  public let plan: VideoLayerPlan
  /// Under which SSRC it is sent.
  public let ssrc: UInt32
  /// Under which SSRC it is repeated.
  public let rtxSSRC: UInt32
  private let run: UInt32
  private let sender: UInt32
  private let layer: UInt8
  private var frameCount: UInt32 = 0
  // Sequence numbers begin where they wrap early: wrapping is part of the test.
  private var nextNumber: UInt64 = 65_000
  private var nextRTXNumber: UInt64 = 65_400
  private var wantsKey = true
  private var history: [Sent?]

  /// A layer of `sender`.
  public init(
    _ plan: VideoLayerPlan, run: UInt32, sender: UInt32, layer: UInt8, ssrc: UInt32, rtxSSRC: UInt32
  ) {
    self.plan = plan
    self.run = run
    self.sender = sender
    self.layer = layer
    self.ssrc = ssrc
    self.rtxSSRC = rtxSSRC
    history = [Sent?](repeating: nil, count: VideoLayerSender.historyCount)
  }

  /// Makes the next frame a key frame.
  public mutating func requestKeyFrame() {
    wantsKey = true
  }

  /// The packets of the next frame, which is due at `due`.
  public mutating func frame(due: Instant) -> [VideoPacket] {
    let isKey = wantsKey
    wantsKey = false
    let octets = Int(plan.bitrate) / 8 / max(plan.framerate, 1) * (isKey ? VideoLayerSender.keyFactor : 1)
    let count = max(1, (octets + VideoLayerSender.lengthMax - 1) / VideoLayerSender.lengthMax)
    let length = min(VideoLayerSender.lengthMax, max(VideoProbe.leastCount, octets / count))
    let timestamp = UInt32(
      truncatingIfNeeded: due.nanoseconds / 1_000 * VideoLayerSender.clock / 1_000_000)
    var packets: [VideoPacket] = []
    packets.reserveCapacity(count)
    for index in 0..<count {
      let fields = RTPFields(
        marker: index == count - 1, payloadType: VideoLayerSender.payloadType,
        sequenceNumber: UInt16(truncatingIfNeeded: nextNumber), timestamp: timestamp, ssrc: ssrc)
      let probe = VideoProbe(
        run: run, sender: sender, frame: frameCount, layer: layer, isKey: isKey,
        index: UInt16(clamping: index), count: UInt16(clamping: count), intended: due)
      let packet = VideoPacket(fields: fields, index: nextNumber, original: nil, probe: probe, length: length)
      history[Int(nextNumber % UInt64(history.count))] = Sent(number: nextNumber, packet: packet)
      nextNumber += 1
      packets.append(packet)
    }
    frameCount &+= 1
    return packets
  }

  /// The packet `sequenceNumber` again; `nil` when it was never sent or too long ago.
  public mutating func retransmission(of sequenceNumber: UInt16) -> VideoPacket? {
    let age = UInt64(UInt16(truncatingIfNeeded: nextNumber) &- sequenceNumber)
    guard age > 0, age <= UInt64(history.count), age <= nextNumber else { return nil }
    let number = nextNumber - age
    guard let sent = history[Int(number % UInt64(history.count))], sent.number == number else { return nil }
    var fields = sent.packet.fields
    fields.payloadType = VideoLayerSender.rtxPayloadType
    fields.ssrc = rtxSSRC
    fields.sequenceNumber = UInt16(truncatingIfNeeded: nextRTXNumber)
    defer { nextRTXNumber += 1 }
    return VideoPacket(
      fields: fields, index: nextRTXNumber, original: sequenceNumber, probe: sent.packet.probe,
      length: sent.packet.length)
  }
}
