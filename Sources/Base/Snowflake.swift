/// Discord's identifier: 42 bits of milliseconds since 2015, 10 of worker and process, 12 of increment.
///
/// A decimal string in every JSON that Roost emits; a string or an integer in what it accepts.
public struct Snowflake: RawRepresentable, Comparable, Hashable, Sendable {
  /// The 64-bit value.
  public let rawValue: UInt64

  /// 2015-01-01T00:00:00Z in Unix milliseconds, where Discord's time begins.
  public static let epoch: Int64 = 1_420_070_400_000

  /// Makes a snowflake of a 64-bit value.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Reads a decimal string of 1 to 20 digits; `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    guard !text.isEmpty, text.utf8.count <= 20, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      let value = UInt64(text)
    else { return nil }
    rawValue = value
  }

  /// When the snowflake was minted.
  public var time: WallTime {
    WallTime(milliseconds: Int64(rawValue >> 22) + Snowflake.epoch)
  }

  /// Whether `lhs` is older than `rhs`.
  public static func < (lhs: Snowflake, rhs: Snowflake) -> Bool {
    lhs.rawValue < rhs.rawValue
  }
}

extension Snowflake: CustomStringConvertible {
  /// The decimal form.
  public var description: String { String(rawValue) }
}

/// Mints snowflakes that are unique and strictly increasing, also through clock steps.
///
/// When the clock stands still or goes back, the last time is kept and the increment goes on; when the
/// increment is used up, the time runs ahead by a millisecond. Seed `newest` from the store at start, so
/// that a clock set back while the server was down repeats nothing.
public struct SnowflakeGenerator: Sendable {
  private let node: UInt64
  private var newest: UInt64

  /// Makes a generator for worker-and-process number `node` (0 to 1023) after the `newest` known id.
  public init(node: UInt16, newest: Snowflake?) {
    self.node = UInt64(node & 0x3FF)
    self.newest = newest?.rawValue ?? 0
    // Another node's number may be above ours in the same millisecond: begin in the next one.
    if self.newest >> 12 & 0x3FF != self.node {
      self.newest = (self.newest >> 22 &+ 1) << 22 | self.node << 12
    }
  }

  /// The next snowflake, minted at `now`.
  public mutating func next(at now: WallTime) -> Snowflake {
    let elapsed = UInt64(clamping: now.milliseconds - Snowflake.epoch)
    let newestTime = newest >> 22
    var time = max(elapsed & 0x3FF_FFFF_FFFF, newestTime)
    var increment: UInt64 = 0
    if time == newestTime {
      increment = (newest & 0xFFF) + 1
      if increment > 0xFFF {
        time += 1
        increment = 0
      }
    }
    newest = time << 22 | node << 12 | increment
    return Snowflake(rawValue: newest)
  }
}
