public import Base

/// What a synthetic audio packet carries: who sent it, which one it is, and when it should have left.
///
/// ```
///  0       4       8      12              20              28
///  ├───────┼───────┼───────┼───────────────┼───────────────┼─────────────┤
///  │ RLT1  │ run   │sender │ number        │ intended, ns  │ filler …    │   all big endian
///  └───────┴───────┴───────┴───────────────┴───────────────┴─────────────┘
/// ```
/// The filler is a function of number and position, so that a changed octet anywhere is found. The server
/// must carry it untouched; it is not Opus, and nothing decodes it.
public struct ProbePayload: Hashable, Sendable {
  /// Octets without filler: the smallest payload.
  public static let headerCount = 28
  private static let magic: UInt32 = 0x524C_5431

  /// Tells this run's packets from those of another one on the same server.
  public let run: UInt32
  /// Which participant speaks.
  public let sender: UInt32
  /// Counts the sender's packets from 0.
  public let number: UInt64
  /// When the schedule wanted it sent, on the tool's monotonic clock.
  public let intended: Instant

  /// Makes a payload of its parts.
  public init(run: UInt32, sender: UInt32, number: UInt64, intended: Instant) {
    self.run = run
    self.sender = sender
    self.number = number
    self.intended = intended
  }

  /// Writes `count` octets, at least ``headerCount``, to `offset` of `packet`, which must have them.
  public func write(into packet: inout MutableSpan<UInt8>, at offset: Int, count: Int) {
    packet.store(ProbePayload.magic, at: offset)
    packet.store(run, at: offset + 4)
    packet.store(sender, at: offset + 8)
    packet.store(number, at: offset + 12)
    packet.store(UInt64(bitPattern: intended.nanoseconds), at: offset + 20)
    for index in ProbePayload.headerCount..<max(count, ProbePayload.headerCount) {
      packet[offset + index] = ProbePayload.filler(number, index)
    }
  }

  /// Reads octets `range` of `packet`; `nil` unless every one is as ``write(into:at:count:)`` made it.
  public init?(_ packet: Span<UInt8>, in range: Range<Int>) {
    let offset = range.lowerBound
    guard offset >= 0, range.upperBound <= packet.count, range.count >= ProbePayload.headerCount,
      packet.uint32(at: offset) == ProbePayload.magic
    else { return nil }
    run = packet.uint32(at: offset + 4)
    sender = packet.uint32(at: offset + 8)
    number = packet.uint64(at: offset + 12)
    intended = Instant(nanoseconds: Int64(bitPattern: packet.uint64(at: offset + 20)))
    for index in ProbePayload.headerCount..<range.count {
      guard packet[offset + index] == ProbePayload.filler(number, index) else { return nil }
    }
  }

  private static func filler(_ number: UInt64, _ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: number &* 151 &+ UInt64(truncatingIfNeeded: index) &* 59)
  }
}
