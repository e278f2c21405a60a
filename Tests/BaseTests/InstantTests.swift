import Base
import Testing

@Suite struct InstantTests {
  private let last = Instant.distantFuture
  private let first = Instant(nanoseconds: .min)

  @Test func `Instants and intervals add up`() {
    let start = Instant(nanoseconds: 1_000)
    #expect(start + .microseconds(2) == Instant(nanoseconds: 3_000))
    #expect(start - .microseconds(2) == Instant(nanoseconds: -1_000))
    #expect(start + .milliseconds(1) - start == .milliseconds(1))
    #expect(start < start + Interval(nanoseconds: 1))
  }

  @Test func `Instants saturate at both ends`() {
    let longest = Interval(nanoseconds: .max)
    let backwards = Interval(nanoseconds: .min)
    #expect(last + Interval(nanoseconds: 1) == last && first + Interval(nanoseconds: -1) == first)
    #expect(last - Interval(nanoseconds: -1) == last && first - Interval(nanoseconds: 1) == first)
    #expect(last - first == longest && first - last == backwards)
    #expect(Instant.zero - backwards == last)
  }

  @Test func `Intervals saturate at both ends`() {
    let longest = Interval(nanoseconds: .max)
    let backwards = Interval(nanoseconds: .min)
    #expect(Interval.seconds(.max) == longest && Interval.seconds(.min) == backwards)
    #expect(Interval.milliseconds(.max) == longest && Interval.microseconds(.min) == backwards)
    #expect(longest + longest == longest && backwards + backwards == backwards)
    #expect(longest * 2 == longest && longest * -2 == backwards && backwards * -1 == longest)
    #expect(Interval.seconds(2) * 3 == .seconds(6))
  }

  @Test func `Intervals read back in their units`() {
    let interval = Interval.milliseconds(1_500)
    #expect(interval.milliseconds == 1_500 && interval.microseconds == 1_500_000 && interval.seconds == 1.5)
    #expect(Interval(nanoseconds: -1_999_999).milliseconds == -1)
  }
}

@Suite struct SnowflakeTests {
  @Test func `Discord's own example has its documented time`() throws {
    let id = try #require(Snowflake("175928847299117063"))
    #expect(id.time == WallTime(milliseconds: 1_462_015_105_796) && id.description == "175928847299117063")
  }

  @Test(arguments: [
    "", "-1", "+1", "1.0", " 1", "1 ", "18446744073709551616", "000000000000000000001", "١", "0x1",
  ])
  func `What is not a decimal number is refused`(_ text: String) {
    #expect(Snowflake(text) == nil)
  }

  @Test func `The largest number is taken`() {
    #expect(Snowflake("18446744073709551615")?.rawValue == .max)
  }

  @Test func `A million ids are unique and increasing while the clock steps both ways`() {
    let seed: UInt64 = 0x5EED_0030
    var random = SeededRandom(seed: seed)
    var generator = SnowflakeGenerator(node: 5, newest: nil)
    var now: Int64 = 1_700_000_000_000
    var newest = Snowflake(rawValue: 0)
    var failures = 0
    for _ in 0..<1_000_000 {
      switch random.below(1_000) {
      case 0: now -= Int64(random.below(3_600_000))
      case 1: now += Int64(random.below(3_600_000))
      case 2..<20: now += 1
      default: break
      }
      let id = generator.next(at: WallTime(milliseconds: now))
      if id <= newest || id.rawValue >> 12 & 0x3FF != 5 { failures += 1 }
      newest = id
    }
    #expect(failures == 0, "seed \(seed)")
  }

  @Test func `More ids than one millisecond holds run ahead of the clock`() {
    var generator = SnowflakeGenerator(node: 0, newest: nil)
    let now = WallTime(milliseconds: 1_700_000_000_000)
    var last = Snowflake(rawValue: 0)
    for _ in 0..<4_097 { last = generator.next(at: now) }
    #expect(last.time == WallTime(milliseconds: 1_700_000_000_001) && last.rawValue & 0xFFF == 0)
  }

  @Test func `A clock set back while the server was down repeats nothing`() {
    let stored = Snowflake(rawValue: 900_000_000_000_000_000)
    var generator = SnowflakeGenerator(node: 1, newest: stored)
    #expect(generator.next(at: WallTime(milliseconds: 0)) > stored)
  }
}
