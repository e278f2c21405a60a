import Base
import ChatCore
import Foundation
import JSON
import Testing

@testable import Signaling

/// Hostile requests to every route: each ends as a command or as a documented refusal, never as 5xx or a trap.
@Suite struct RESTHostileTests {
  private static let runs =
    ProcessInfo.processInfo.environment["ROOST_FUZZ_RUNS"].flatMap { Int($0) } ?? 20_000
  private static let contentTypes = [
    "application/json", "application/json; charset=utf-8", "multipart/form-data; boundary=b",
    "multipart/form-data", "multipart/form-data; boundary=\"", "application/x-www-form-urlencoded",
    "application/octet-stream", "text/plain", "", "\u{0}",
  ]

  @Test func `Whatever is sent to whatever route is taken or refused in the documented form`() throws {
    var random = SeededRandom(seed: 7)
    let bench = RESTBench { $0 = $0.scaled(percent: 100_000) }
    let routes = RESTRoute.allCases
    for run in 0..<RESTHostileTests.runs {
      let route = routes[run % routes.count]
      let query = random.below(3) == 0 ? "?" + RESTHostileTests.query(&random) : ""
      let headers = [
        ("content-type", RESTHostileTests.contentTypes[random.below(RESTHostileTests.contentTypes.count)]),
        ("authorization", RESTBench.token(random.below(2) == 0 ? ChatFixtures.bot : ChatFixtures.alice)),
        ("x-audit-log-reason", RESTHostileTests.text(&random)),
      ]
      bench.now = bench.now + .milliseconds(50)
      let action = bench.send(
        String(route.method), RESTHostileTests.path(route, &random) + query,
        octets: RESTHostileTests.body(&random), headers: headers)
      switch action {
      case .respond(_, let response):
        let isDocumented = [200, 204, 400, 401, 403, 404, 405, 413, 429].contains(response.status)
        try #require(isDocumented, "run \(run), \(route): \(response.status)")
        guard response.status >= 400 else { continue }
        try #require(response.header("Content-Type") == "application/json", "run \(run), \(route)")
        try #require(response.value["message"]?.string != nil, "run \(run), \(route)")
      case .chat(let request): bench.api.cancel(request.id & (UInt64.max >> 2))
      case .hashPassword(let id, _), .keepPicture(let id, _): bench.api.cancel(id)
      case .verifyPassword(let id, _, _): bench.api.cancel(id)
      case .askEndpoint(let request): bench.api.cancel(request.id)
      case nil: Issue.record("run \(run), \(route): no answer")
      }
    }
    #expect(bench.api.statistics.pendingCount == 0)
  }

  /// Mostly ids, so that what lies behind the path is reached.
  private static func path(_ route: RESTRoute, _ random: inout SeededRandom) -> String {
    "/api/v10/"
      + route.segments.map { segment in
        guard segment.first == "{" else { return String(segment) }
        if random.below(4) > 0 { return String(random.next() % 1_000) }
        return [
          "@me", "%F0%9F%91%8D", "%FF", "%00", "-1", "99999999999999999999999", "..", "a:1", "%2e%2e%2f",
        ][
          random.below(9)]
      }.joined(separator: "/")
  }

  private static func query(_ random: inout SeededRandom) -> String {
    let names = ["limit", "before", "after", "around", "with_counts", "query", "user_id", "action_type", "%"]
    return (0..<random.below(4)).map { _ in
      names[random.below(names.count)] + "=" + PercentCoding.encode(text(&random))
    }.joined(separator: "&")
  }

  private static func text(_ random: inout SeededRandom) -> String {
    switch random.below(8) {
    case 0: String(random.next())
    case 1: "-" + String(random.next())
    case 2: "1e308"
    case 3: "9223372036854775808"
    case 4: String(repeating: "\u{202E}é👍\u{0}", count: random.below(20))
    case 5: "2026-13-45T99:99:99Z"
    case 6: "data:image/png;base64,////"
    default: ""
    }
  }

  private static func body(_ random: inout SeededRandom) -> [UInt8] {
    switch random.below(8) {
    case 0: return (0..<random.below(64)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    case 1: return Array(String(repeating: "[", count: random.below(2_000)).utf8)
    case 2: return Array(String(repeating: #"{"a":"#, count: random.below(500)).utf8)
    case 3:
      let part = "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n"
      return Array((part + json(&random, 0)).utf8) + Array((random.below(2) == 0 ? "\r\n--b--\r\n" : "").utf8)
    case 4: return Array("payload_json=\(PercentCoding.encode(json(&random, 0)))".utf8)
    case 5:
      var octets = Array(json(&random, 0).utf8)
      if !octets.isEmpty { octets[random.below(octets.count)] = UInt8(truncatingIfNeeded: random.next()) }
      return octets
    default: return Array(json(&random, 0).utf8)
    }
  }

  /// Names that some body has.
  private static let names =
    RouteDescription.all.values.flatMap { description -> [String] in
      switch description.body {
      case .none: []
      case .json(let schema), .form(let schema): schema.properties.map(\.name)
      }
    }.sorted()

  private static func json(_ random: inout SeededRandom, _ depth: Int) -> String {
    switch random.below(depth > 4 ? 8 : 12) {
    case 0: return "null"
    case 1: return "true"
    case 2: return "-9223372036854775809"
    case 3: return "18446744073709551615"
    case 4: return "1e400"
    case 5: return "0.1"
    case 6: return "\"\(random.next())\""
    case 7: return #""\ud800 \u0000""#
    case 8:
      return "[" + (0..<random.below(5)).map { _ in json(&random, depth + 1) }.joined(separator: ",") + "]"
    default:
      let fields = (0..<random.below(6)).map { _ in
        "\"\(names[random.below(names.count)])\":\(json(&random, depth + 1))"
      }
      return "{" + fields.joined(separator: ",") + "}"
    }
  }
}
