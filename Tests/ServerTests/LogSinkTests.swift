import Base
import Testing

import Server

@Suite struct LogSinkTests {
  private let now = WallTime(milliseconds: 1_709_210_096_007)

  @Test func `People get one line of text with quotes where they are needed`() {
    let line = LogSink(isText: true).line(.info, "Started", [("port", "8443"), ("why", "a b\n")], at: now)
    #expect(line == "2024-02-29T12:34:56.007Z info    Started port=8443 why=\"a b\\n\"\n")
  }

  @Test func `Machines get one line of JSON`() {
    let line = LogSink(isText: false).line(.error, "Bad \"x\"", [("k", "\u{1}é")], at: now)
    #expect(
      line == "{\"time\":\"2024-02-29T12:34:56.007Z\",\"level\":\"error\",\"message\":\"Bad \\\"x\\\"\","
        + "\"k\":\"\\u0001é\"}\n")
  }

  @Test(arguments: [
    (Int64(0), "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (1_798_761_599_000, "2026-12-31T23:59:59.000Z"),
  ])
  func `Dates follow the Gregorian calendar`(_ milliseconds: Int64, _ text: String) {
    #expect(TimeText.iso8601(WallTime(milliseconds: milliseconds)) == text)
  }
}
