public import Base

/// Why the server refused, closed or paused something.
public enum LimitHit: String, CaseIterable, Hashable, Sendable {
  case malformed, url, headerCount, headerFields, bodyCount, bodyUnwritten
  case headerTimeout, bodyTimeout, responseTimeout, stall, handshake
  case halfOpen, halfOpenPerAddress, untrusted, connections, acceptFailed
  case messageCount, protocolError, invalidPayload, output, pongTimeout, closeTimeout
}

/// What a server has done, counted on its loop and read from any thread.
public final class HTTPStatistics: Sendable {
  let accepted = Counter()
  let ended = Counter()
  let upgrades = Counter()
  let socketsClosed = Counter()
  let messagesIn = Counter()
  let messagesOut = Counter()
  private let responses = [Counter(), Counter(), Counter(), Counter(), Counter(), Counter()]
  private let limits = LimitHit.allCases.map { (hit: $0, counter: Counter()) }
  private let closeCodes = CloseCodeLabel.all.map { (label: $0, counter: Counter()) }

  func count(_ hit: LimitHit) {
    limits.first { $0.hit == hit }?.counter.add()
  }

  func countResponse(_ status: Int) {
    let index = status / 100
    if responses.indices.contains(index) { responses[index].add() }
  }

  func countClose(_ code: UInt16?) {
    let label = CloseCodeLabel.label(code)
    closeCodes.first { $0.label == label }?.counter.add()
  }

  /// The counts of this moment.
  public var snapshot: HTTPStatisticsSnapshot {
    let ended = ended.value
    let socketsClosed = socketsClosed.value
    return HTTPStatisticsSnapshot(
      accepted: accepted.value, open: accepted.value &- ended, upgrades: upgrades.value,
      openSockets: upgrades.value &- socketsClosed, messagesIn: messagesIn.value,
      messagesOut: messagesOut.value,
      responses: (1..<responses.count).map { ("\($0)xx", responses[$0].value) },
      limits: limits.map { ($0.hit, $0.counter.value) },
      closeCodes: closeCodes.map { ($0.label, $0.counter.value) })
  }
}

/// One moment's counts.
public struct HTTPStatisticsSnapshot: Sendable {
  /// Connections accepted.
  public let accepted: UInt64
  /// Connections open now.
  public let open: UInt64
  /// WebSocket handshakes accepted.
  public let upgrades: UInt64
  /// WebSockets open now.
  public let openSockets: UInt64
  /// WebSocket messages received.
  public let messagesIn: UInt64
  /// WebSocket messages sent.
  public let messagesOut: UInt64
  /// Responses by class, `1xx` to `5xx`.
  public let responses: [(label: String, count: UInt64)]
  /// What was refused, by reason.
  public let limits: [(hit: LimitHit, count: UInt64)]
  /// Ends of WebSockets by the code of the first Close frame; `none` when TCP was lost without one.
  public let closeCodes: [(label: String, count: UInt64)]

  /// How often `hit` happened.
  public func count(_ hit: LimitHit) -> UInt64 {
    limits.first { $0.hit == hit }?.count ?? 0
  }

  /// The counts as Prometheus families, all with the prefix `roost_http_`.
  public var families: [MetricFamily] {
    func one(_ name: String, _ help: String, _ kind: MetricFamily.Kind, _ value: UInt64) -> MetricFamily {
      MetricFamily(
        name: "roost_http_" + name, help: help, kind: kind, samples: [.init(labels: [], value: Double(value))]
      )
    }
    func many(
      _ name: String, _ help: String, _ label: String, _ counts: [(String, UInt64)]
    ) -> MetricFamily {
      MetricFamily(
        name: "roost_http_" + name, help: help, kind: .counter,
        samples: counts.map { .init(labels: [(label, $0.0)], value: Double($0.1)) })
    }
    return [
      one("connections_total", "TCP connections accepted.", .counter, accepted),
      one("connections", "TCP connections open.", .gauge, open),
      one("upgrades_total", "WebSocket handshakes accepted.", .counter, upgrades),
      one("websockets", "WebSockets open.", .gauge, openSockets),
      one("websocket_messages_received_total", "WebSocket messages received.", .counter, messagesIn),
      one("websocket_messages_sent_total", "WebSocket messages sent.", .counter, messagesOut),
      many(
        "responses_total", "Responses by class of status.", "class", responses.map { ($0.label, $0.count) }),
      many("limits_total", "Refusals by reason.", "reason", limits.map { ($0.hit.rawValue, $0.count) }),
      many(
        "websocket_closes_total", "Ends of WebSockets by close code.", "code",
        closeCodes.map { ($0.label, $0.count) }),
    ]
  }
}

/// Close codes as labels: the defined ones and Discord's, the rest by range, so that peers choose no labels.
enum CloseCodeLabel {
  static let all =
    ["none", "other", "3xxx", "4xxx"] + (1000...1014).map { String($0) } + (4000...4022).map { String($0) }

  static func label(_ code: UInt16?) -> String {
    switch code {
    case nil: "none"
    case .some(let code) where 1000...1014 ~= code || 4000...4022 ~= code: String(code)
    case .some(let code) where 3000...3999 ~= code: "3xxx"
    case .some(let code) where 4000...4999 ~= code: "4xxx"
    default: "other"
    }
  }
}
