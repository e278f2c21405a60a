public import Base

/// What an emulated link does to datagrams, the same in both directions.
public struct LinkConditions: Hashable, Sendable {
  /// The share of datagrams that vanish, 0 to 1.
  public var loss = 0.0
  /// How long every datagram takes.
  public var delay = Interval.zero
  /// How much longer or shorter it may take, evenly spread; the order stays.
  public var jitter = Interval.zero
  /// The share of datagrams that are held back so long that later ones overtake them, 0 to 1.
  public var reorder = 0.0
  /// Bits a second that pass; `nil` for any number.
  public var rate: UInt64?

  /// A link that does nothing.
  public init() {}

  /// Whether anything is emulated.
  public var isPerfect: Bool { self == LinkConditions() }
}

/// One direction of one member's emulated link: octets and instants in, fates out.
///
/// ```
///  admit ── lost ──▶ gone
///    │ queue of the bottleneck ── full ──▶ gone
///    ▼
///  octets / rate ──▶ delay ± jitter, in order ──▶ due        held back: 30 ms more, out of order
/// ```
/// A pure value: what happens to datagram n depends on the seed, on n, and on the instants that it was
/// given. The order in which the fates are drawn never depends on the conditions, so that the same
/// datagrams are lost with and without a delay.
public struct EmulatedLink: Sendable {
  /// What happens to a datagram.
  public enum Fate: Hashable, Sendable {
    /// It arrives at this instant, which is never before it was sent.
    case arrives(Instant)
    /// The link lost it.
    case lost
    /// The bottleneck had no room for it.
    case overflowed
  }

  /// How much longer a datagram is held back: more than a frame of audio, so that the next one overtakes it.
  public static let holdTime = Interval.milliseconds(30)
  /// What a bottleneck may hold; longer queues are cut at the tail.
  public static let queueMax = Interval.milliseconds(200)
  /// Octets of IP and UDP that the rate counts for each datagram.
  private static let headerCount = 28

  private let conditions: LinkConditions
  private var random: SeededRandom
  private var freeAt = Instant.zero
  private var lastDue = Instant.zero

  /// A link under `conditions`, whose choices follow from `seed`.
  public init(_ conditions: LinkConditions, seed: UInt64) {
    self.conditions = conditions
    random = SeededRandom(seed: seed)
  }

  /// Decides about a datagram of `count` octets that is sent at `now`; instants never decrease.
  public mutating func admit(_ count: Int, at now: Instant) -> Fate {
    let isLost = random.unit() < conditions.loss
    let isHeld = random.unit() < conditions.reorder
    let spread = 2 * random.unit() - 1
    guard !isLost else { return .lost }
    var sent = now
    if let rate = conditions.rate {
      let start = max(now, freeAt)
      guard start - now <= EmulatedLink.queueMax else { return .overflowed }
      let bits = Double(count + EmulatedLink.headerCount) * 8
      freeAt = start + Interval(nanoseconds: Int64(bits * 1e9 / Double(max(rate, 1))))
      sent = freeAt
    }
    let shift = Interval(nanoseconds: Int64(Double(conditions.jitter.nanoseconds) * spread))
    let due = max(sent + conditions.delay + shift, sent)
    guard !isHeld else { return .arrives(due + EmulatedLink.holdTime) }
    lastDue = max(lastDue, due)
    return .arrives(lastDue)
  }
}
