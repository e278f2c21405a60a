public import Base

/// What one listener received of one speaker within the measured time: loss, order, gaps.
///
/// The speaker numbers its packets in the payload. The first packet heard must be opened: it ties the RTP
/// sequence number, which the server may have changed, to that number. Afterwards the clear header tells
/// the number, so that every packet is counted and only some need opening. A value of 64 octets or so: a
/// thousand listeners of ten speakers have ten thousand.
public struct StreamTally: Hashable, Sendable {
  /// What a packet was to the tally.
  public enum Verdict: Hashable, Sendable {
    /// New and in order.
    case next
    /// New, but overtaken by a later one.
    case reordered
    /// Came before.
    case duplicate
    /// Sent before the measured time, or too old to tell.
    case ignored
    /// The payload's number is not the one that the sequence number stands for.
    case renumbered
  }

  /// Distinct packets of the measured time.
  public private(set) var receivedCount: UInt64 = 0
  /// Packets that came again.
  public private(set) var duplicateCount: UInt64 = 0
  /// Packets that a later one had overtaken.
  public private(set) var reorderedCount: UInt64 = 0
  /// Packets whose payload did not have the number that the header said.
  public private(set) var renumberedCount: UInt64 = 0
  /// Packets at the beginning of a spurt that the server was not yet ready for, and that were excused.
  public private(set) var clippedCount: UInt64 = 0
  /// The longest time between two arrivals.
  public private(set) var gapMax = Interval.zero

  private var start: UInt64
  private var highest: UInt64?
  private var sequenceNumber: UInt16 = 0
  /// Bit n: the packet n before the highest has come.
  private var window: UInt64 = 0
  private var arrivedAt = Instant.zero
  /// The first packet of a spurt whose beginning may be missing.
  private var excusedFrom: UInt64?
  /// The first packet after a silence that was meant.
  private var silentFrom: UInt64?

  /// A tally whose measured time begins with the speaker's packet `number`.
  public init(from number: UInt64) {
    start = number
  }

  /// Whether a packet must be opened because its number is not known yet.
  public var needsNumber: Bool { highest == nil }

  /// Begins the measured time anew at the speaker's packet `number`; what ties header to payload stays.
  public mutating func restart(from number: UInt64) {
    self = StreamTally(from: number, tiedBy: self)
  }

  private init(from number: UInt64, tiedBy old: StreamTally) {
    start = number
    highest = old.highest
    sequenceNumber = old.sequenceNumber
    window = old.window
  }

  /// Counts a packet; `number` is its payload's, `nil` when it was not opened.
  public mutating func receive(
    sequenceNumber: UInt16, number: UInt64?, at now: Instant
  ) -> Verdict {
    guard let last = highest else {
      guard let number else { return .ignored }
      highest = number
      self.sequenceNumber = sequenceNumber
      window = 1
      return count(.next, number, at: now)
    }
    let step = Int64(Int16(bitPattern: sequenceNumber &- self.sequenceNumber))
    let (told, overflow) = last.addingReportingOverflow(UInt64(bitPattern: step))
    // A negative step wraps by design; only a number below zero is wrong.
    guard step < 0 ? overflow : !overflow else { return .ignored }
    if let number, number != told {
      renumberedCount += 1
      // The server began the stream anew: tie it again.
      highest = number
      self.sequenceNumber = sequenceNumber
      window = 1
      _ = count(.next, number, at: now)
      return .renumbered
    }
    guard step <= 0 else {
      highest = told
      self.sequenceNumber = sequenceNumber
      window = step < 64 ? window << UInt64(step) | 1 : 1
      return count(.next, told, at: now)
    }
    let age = UInt64(-step)
    guard age < 64, told >= start else { return .ignored }
    guard window >> age & 1 == 0 else {
      duplicateCount += 1
      return .duplicate
    }
    window |= 1 << age
    reorderedCount += 1
    return count(.reordered, told, at: now)
  }

  private mutating func count(_ verdict: Verdict, _ number: UInt64, at now: Instant) -> Verdict {
    guard number >= start else { return .ignored }
    if let from = excusedFrom, number >= from {
      clippedCount += number - max(from, start)
      excusedFrom = nil
    }
    receivedCount += 1
    if let from = silentFrom, number >= from {
      arrivedAt = .zero
      silentFrom = nil
    }
    if arrivedAt != .zero, now - arrivedAt > gapMax { gapMax = now - arrivedAt }
    arrivedAt = now
    return verdict
  }

  /// Says that the speaker rests before its packet `number`: a silence that was meant is no gap.
  public mutating func expectSilence(before number: UInt64) {
    silentFrom = number
  }

  /// Excuses what is missing between the speaker's packet `number` and the next one heard.
  ///
  /// A speaker who unmutes sends at once; the server lets it through when the unmuting has arrived.
  public mutating func excuse(from number: UInt64) {
    excusedFrom = number
    expectSilence(before: number)
  }

  /// How many packets a speaker whose next number is `end` should have brought here.
  public func expectedCount(until end: UInt64) -> UInt64 {
    end > start ? end - start - min(clippedCount, end - start) : 0
  }

  /// The number after the highest heard; for a listener that left early.
  public var heardEnd: UInt64 { highest.map { max($0 + 1, start) } ?? start }
}
