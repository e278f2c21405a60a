import Base
import LoadTest
import Testing

@Suite struct StageModeratorTests {
  private func moderator() -> StageModerator {
    StageModerator(
      authority: "localhost:443", guild: Snowflake(rawValue: 7), channel: Snowflake(rawValue: 8), token: "mod"
    )
  }

  private func text(_ octets: [UInt8]?) -> String { String(decoding: octets ?? [], as: UTF8.self) }

  private func answer(_ status: String, _ rest: String = "") -> [UInt8] {
    Array("HTTP/1.1 \(status)\r\n\(rest)\r\n".utf8)
  }

  @Test func `Changes go out one after the other, with the token of who wants them`() {
    var moderator = moderator()
    let isTaken = [
      moderator.ask(.askToSpeak(token: "bot")), moderator.ask(.invite(user: Snowflake(rawValue: 9))),
    ]
    #expect(isTaken == [true, true])
    let first = text(moderator.request(at: .zero))
    #expect(first.hasPrefix("PATCH /api/v10/guilds/7/voice-states/@me HTTP/1.1\r\n"))
    #expect(first.contains("Authorization: Bot bot\r\n") && first.contains(#""channel_id":"8""#))
    let early = moderator.request(at: .zero)
    #expect(early == nil)
    let halves = answer("204 No Content", "Via: x\r\n")
    let half = moderator.receive(Array(halves.prefix(20)), at: .zero)
    let whole = moderator.receive(Array(halves.dropFirst(20)), at: .zero)
    #expect(half == nil && whole == .done)
    let second = text(moderator.request(at: .zero))
    #expect(second.contains("/voice-states/9 HTTP/1.1") && second.contains("Authorization: mod\r\n"))
    #expect(second.hasSuffix(#"{"channel_id":"8","suppress":false}"#))
    let last = moderator.receive(
      answer("403 Forbidden", "content-length: 2\r\n") + Array("{}".utf8), at: .zero)
    #expect(last == .refused(403) && moderator.isIdle)
  }

  @Test func `Whoever is told to wait waits, and asks again`() {
    var moderator = moderator()
    _ = moderator.ask(.stepDown(token: "bot"))
    let first = moderator.request(at: .zero)
    let limited = moderator.receive(answer("429 Too Many", "Retry-After: 2\r\n"), at: .zero)
    #expect(limited == nil)
    let soon = moderator.request(at: Instant.zero + .milliseconds(1_999))
    let again = moderator.request(at: Instant.zero + .seconds(2))
    #expect(soon == nil && again == first)
  }

  @Test func `What was under way on a lost connection is asked again`() {
    var moderator = moderator()
    _ = moderator.ask(.stepDown(token: "bot"))
    let first = moderator.request(at: .zero)
    _ = moderator.receive(Array("HTTP/1.1 20".utf8), at: .zero)
    moderator.disconnected()
    let again = moderator.request(at: .zero)
    #expect(again == first)
    let outcome = moderator.receive(answer("204 No Content"), at: .zero)
    #expect(outcome == .done)
  }

  @Test func `An answer without an end is given up`() {
    var moderator = moderator()
    _ = moderator.ask(.stepDown(token: "bot"))
    _ = moderator.request(at: .zero)
    var outcome: StageModerator.Outcome?
    for _ in 0..<70 where outcome == nil {
      outcome = moderator.receive([UInt8](repeating: 0x41, count: 1_000), at: .zero)
    }
    #expect(outcome == .refused(0))
  }
}
