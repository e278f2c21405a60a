public import Base

/// A time in NTP's 64-bit format (RFC 3550 §4): seconds since 1900 and their fraction.
public struct NTPTime: Hashable, Sendable {
  /// From 1900 to 1970, in seconds.
  private static let unixEpoch: Int64 = 2_208_988_800

  /// Seconds, modulo 2^32: the era ends in 2036.
  public let seconds: UInt32
  /// Fraction of a second in units of 2^-32 s.
  public let fraction: UInt32

  /// Makes a time of its two words.
  public init(seconds: UInt32, fraction: UInt32) {
    self.seconds = seconds
    self.fraction = fraction
  }

  /// The NTP form of `wall`, exact to the millisecond.
  public init(_ wall: WallTime) {
    var whole = wall.milliseconds / 1_000
    var rest = wall.milliseconds % 1_000
    if rest < 0 {
      rest += 1_000
      whole -= 1
    }
    seconds = UInt32(truncatingIfNeeded: whole &+ NTPTime.unixEpoch)
    // rest < 1000, so that the product is below 2^42 and the quotient below 2^32.
    fraction = UInt32(truncatingIfNeeded: (UInt64(rest) << 32) / 1_000)
  }

  /// The middle 32 bits, as LSR carries them: units of 2^-16 s.
  public var middle: UInt32 { seconds << 16 | fraction >> 16 }
}

/// What a sender report says of its sender (RFC 3550 §6.4.1).
public struct RTCPSenderReport: Hashable, Sendable {
  /// The sender.
  public var ssrc: UInt32
  /// When the report was sent.
  public var ntp: NTPTime
  /// The same instant in the stream's RTP clock.
  public var rtpTime: UInt32
  /// Packets sent, modulo 2^32.
  public var packetCount: UInt32
  /// Payload octets sent, modulo 2^32.
  public var octetCount: UInt32

  /// Makes a report of its fields.
  public init(ssrc: UInt32, ntp: NTPTime, rtpTime: UInt32, packetCount: UInt32, octetCount: UInt32) {
    self.ssrc = ssrc
    self.ntp = ntp
    self.rtpTime = rtpTime
    self.packetCount = packetCount
    self.octetCount = octetCount
  }

  // The caller has proved 24 octets at `offset`.
  init(at offset: Int, in compound: Span<UInt8>) {
    ssrc = compound.uint32(at: offset)
    ntp = NTPTime(seconds: compound.uint32(at: offset &+ 4), fraction: compound.uint32(at: offset &+ 8))
    rtpTime = compound.uint32(at: offset &+ 12)
    packetCount = compound.uint32(at: offset &+ 16)
    octetCount = compound.uint32(at: offset &+ 20)
  }
}

/// What a receiver says of one source (RFC 3550 §6.4.1).
public struct RTCPReportBlock: Hashable, Sendable {
  /// Octets of a block.
  public static let count = 24
  /// Most blocks that one report holds: its count has five bits.
  public static let countMax = 31

  /// The source that is reported on.
  public var ssrc: UInt32
  /// Lost since the last report, in 1/256 of what was expected.
  public var fractionLost: UInt8
  /// Lost in all, 24 bits with sign; what does not fit is clamped when written.
  public var lost: Int32
  /// Highest sequence number with its count of cycles above.
  public var highestSequence: UInt32
  /// Interarrival jitter in RTP clock units.
  public var jitter: UInt32
  /// ``NTPTime/middle`` of the last sender report, 0 when there was none.
  public var lastReport: UInt32
  /// Delay since that report in units of 2^-16 s.
  public var delay: UInt32

  /// Makes a block of its fields.
  public init(
    ssrc: UInt32, fractionLost: UInt8, lost: Int32, highestSequence: UInt32, jitter: UInt32,
    lastReport: UInt32, delay: UInt32
  ) {
    self.ssrc = ssrc
    self.fractionLost = fractionLost
    self.lost = lost
    self.highestSequence = highestSequence
    self.jitter = jitter
    self.lastReport = lastReport
    self.delay = delay
  }

  // The caller has proved 24 octets at `offset`.
  init(at offset: Int, in compound: Span<UInt8>) {
    ssrc = compound.uint32(at: offset)
    let loss = compound.uint32(at: offset &+ 4)
    fractionLost = UInt8(truncatingIfNeeded: loss >> 24)
    // Shifting up and arithmetically down again extends the sign of the 24-bit number.
    lost = Int32(bitPattern: loss << 8) >> 8
    highestSequence = compound.uint32(at: offset &+ 8)
    jitter = compound.uint32(at: offset &+ 12)
    lastReport = compound.uint32(at: offset &+ 16)
    delay = compound.uint32(at: offset &+ 20)
  }
}

/// Where the report blocks of a report lie; blocks are read one at a time.
public struct RTCPReportBlocks: Hashable, Sendable {
  let offset: Int
  /// How many blocks there are, 0 to 31.
  public let count: Int

  /// Block `index` of the report in `compound`; `nil` when there is no such block.
  public func block(_ index: Int, in compound: Span<UInt8>) -> RTCPReportBlock? {
    guard index >= 0, index < count else { return nil }
    let start = offset &+ RTCPReportBlock.count &* index
    guard start &+ RTCPReportBlock.count <= compound.count else { return nil }
    return RTCPReportBlock(at: start, in: compound)
  }
}
