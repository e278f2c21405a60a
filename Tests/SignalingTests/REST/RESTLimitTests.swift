import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// Rate limits, throttling and overload, in virtual time.
@Suite struct RESTLimitTests {
  private static let path = "/api/v10/channels/10/messages"

  @Test func `The sixth message in five seconds is 429 with everything that libraries look at`() throws {
    let bench = RESTBench()
    for round in 0..<5 {
      let request = try #require(bench.send("POST", RESTLimitTests.path, #"{"content":"x"}"#)?.request)
      let response = try #require(
        bench.complete(request, .message(ChatFixtures.message(ChatFixtures.bot)))?.response)
      #expect(response.header("X-RateLimit-Limit") == "5")
      #expect(response.header("X-RateLimit-Remaining") == String(4 - round))
      #expect(response.header("X-RateLimit-Reset-After") == "5.0")
      #expect(response.header("X-RateLimit-Reset") == "1790000005.0")
      #expect(response.header("X-RateLimit-Bucket")?.isEmpty == false)
    }
    bench.now = .zero + .milliseconds(1_500)
    let limited = try #require(bench.send("POST", RESTLimitTests.path, "{}")?.response)
    #expect(limited.status == 429)
    #expect(limited.value["retry_after"]?.double == 3.5)
    #expect(limited.value["global"]?.bool == false)
    #expect(limited.header("Via") != nil)
    #expect(limited.header("Retry-After") == "4")
    #expect(limited.header("X-RateLimit-Scope") == "user")
    #expect(limited.header("X-RateLimit-Remaining") == "0")
    #expect(limited.header("Content-Type") == "application/json")
    #expect(bench.send("POST", "/api/v10/channels/11/messages", "{}")?.request != nil, "another channel")
    #expect(bench.send("POST", RESTLimitTests.path, "{}", as: ChatFixtures.alice)?.request != nil)
    bench.now = .zero + .seconds(5)
    #expect(bench.send("POST", RESTLimitTests.path, "{}")?.request != nil)
  }

  @Test func `Fifty requests a second are enough for everything together`() throws {
    let bench = RESTBench()
    for _ in 0..<50 { #expect(bench.send("GET", "/api/v10/users/@me")?.request != nil) }
    let limited = try #require(bench.send("GET", "/api/v10/users/@me")?.response)
    #expect(limited.status == 429)
    #expect(limited.value["global"]?.bool == true)
    #expect(limited.header("X-RateLimit-Global") == "true")
    #expect(limited.header("X-RateLimit-Scope") == "global")
    bench.now = .zero + .seconds(1)
    #expect(bench.send("GET", "/api/v10/users/@me")?.request != nil)
  }

  @Test func `Guessing tokens ends in 429 for the address`() {
    let bench = RESTBench {
      $0.failureRate = RequestRate(countMax: 3, window: .seconds(60))
    }
    let statuses = (0..<5).map { _ in
      bench.send("GET", "/api/v10/users/@me", octets: [], headers: [("Authorization", "Bot a.b.c")])?
        .response?.status
    }
    #expect(statuses == [401, 401, 401, 429, 429])
    let other = IPAddress(v4: 1)
    #expect(bench.send("GET", "/api/v10/users/@me", from: other)?.request != nil)
    bench.now = .zero + .seconds(60)
    #expect(bench.send("GET", "/api/v10/users/@me")?.request != nil)
  }

  @Test func `Log-ins are throttled by account and by address`() {
    let bench = RESTBench {
      $0.accountLoginRate = RequestRate(countMax: 2, window: .seconds(60))
      $0.addressLoginRate = RequestRate(countMax: 4, window: .seconds(60))
    }
    func attempt(_ name: String, from address: UInt32) -> Int? {
      let body = #"{"login":"\#(name)","password":"x"}"#
      let action = bench.send(
        "POST", "/api/v10/auth/login", body, as: nil, from: IPAddress(v4: address))
      return action?.response?.status
    }
    #expect([attempt("a", from: 1), attempt("A", from: 2), attempt("a", from: 3)] == [nil, nil, 429])
    #expect([attempt("b", from: 1), attempt("c", from: 1), attempt("d", from: 1)] == [nil, nil, nil])
    #expect(attempt("e", from: 1) == 429)
    bench.now = .zero + .seconds(60)
    #expect(attempt("a", from: 1) == nil)
  }

  @Test func `Too many waiting exchanges are 503, and an answer makes room`() throws {
    let bench = RESTBench { $0.pendingCountMax = 2 }
    let first = try #require(bench.send("GET", "/api/v10/users/@me")?.request)
    _ = bench.send("GET", "/api/v10/users/@me")
    #expect(bench.send("GET", "/api/v10/users/@me")?.response?.status == 503)
    #expect(bench.api.statistics.overloadCount == 1)
    _ = bench.complete(first, .selfUser(SelfUser(user: ChatFixtures.bot, email: nil)))
    #expect(bench.send("GET", "/api/v10/users/@me")?.request != nil)
    bench.api.cancel(2)
    #expect(bench.api.statistics.pendingCount == 1)
    #expect(bench.complete(first, .done) == nil, "an exchange is answered once")
  }

  @Test func `A flood of addresses does not grow the tables`() {
    let bench = RESTBench { $0.rateTableCapacity = 10 }
    for address in 0..<100 {
      let action = bench.send("GET", "/api/v10/gateway", as: nil, from: IPAddress(v4: UInt32(address)))
      #expect(action?.response?.status == (address < 10 ? 200 : 429))
    }
    bench.now = .zero + .seconds(1)
    let action = bench.send("GET", "/api/v10/gateway", as: nil, from: IPAddress(v4: 500))
    #expect(action?.response?.status == 200)
  }
}
