import Base
import Testing

@Suite struct ISO8601Tests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000000+00:00"), (1_767_323_045_678, "2026-01-02T03:04:05.678000+00:00"),
      (951_782_400_000, "2000-02-29T00:00:00.000000+00:00"), (-1, "1969-12-31T23:59:59.999000+00:00"),
      (4_107_542_399_999, "2100-02-28T23:59:59.999000+00:00"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999000+00:00"), (.max, "9999-12-31T23:59:59.999000+00:00"),
      (.min, "0000-01-01T00:00:00.000000+00:00"),
    ] as [(Int64, String)])
  func `Times are written as Discord writes them`(_ milliseconds: Int64, _ text: String) {
    #expect(ISO8601.text(WallTime(milliseconds: milliseconds)) == text)
  }

  @Test func `What is written reads back`() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<2_000 {
      let time = WallTime(milliseconds: Int64(random.below(250_000_000_000_000)))
      #expect(ISO8601.time(ISO8601.text(time)) == time)
    }
  }

  @Test(
    arguments: [
      ("2026-01-02T03:04:05Z", 1_767_323_045_000), ("2026-01-02T03:04:05.6789Z", 1_767_323_045_678),
      ("2026-01-02T05:04:05+02:00", 1_767_323_045_000), ("2026-01-02 03:04", 1_767_323_040_000),
      ("2026-01-01T22:04:05.5-0500", 1_767_323_045_500),
    ] as [(String, Int64)])
  func `Other forms of the same are understood`(_ text: String, _ milliseconds: Int64) {
    #expect(ISO8601.time(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "2026", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-02T24:00:00Z", "yesterday",
    "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+2:00", "2026-01-02T03:04:05Zx", "٢٠٢٦-01-02T03:04:05Z",
  ])
  func `What names no time is refused`(_ text: String) {
    #expect(ISO8601.time(text) == nil)
  }
}
