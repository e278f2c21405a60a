public import Base
internal import JSON

/// A bot at the main gateway: identifies, joins voice channels, keeps the connection alive.
///
/// ```
/// awaitingHello ── HELLO, IDENTIFY ──▶ identifying ── READY ──▶ identified ◀─┐ op 4, VOICE_SERVER_UPDATE
///       └───────────────┬──────────────────┘                        │ ───────┘
///                       └── INVALID_SESSION, RECONNECT, silence ──▶ failed
/// ```
/// A pure value: messages and instants in, events out. It subscribes to nothing, so that a thousand of
/// them do not flood each other with events; what concerns itself comes anyway.
public struct GatewayClient: Sendable {
  private enum Phase {
    case awaitingHello, identifying
    case identified(user: Snowflake, sessionID: String)
    case failed
  }

  private let token: String
  private let heartbeatPhase: Double
  private var phase = Phase.awaitingHello
  private var heartbeat: Heartbeat?
  private var sequence: Int?

  /// A client for the bot of `token`.
  public init(token: String, heartbeatPhase: Double) {
    self.token = token
    self.heartbeatPhase = heartbeatPhase
  }

  /// The bot's user id, once identified.
  public var user: Snowflake? {
    guard case .identified(let user, _) = phase else { return nil }
    return user
  }

  /// Takes a message of the server.
  public mutating func receive(_ octets: [UInt8], at now: Instant) -> [SignalingEvent] {
    guard let message = Envelope.parse(octets), let opcode = message["op"]?.int else {
      return fail("the gateway sent something that is no message")
    }
    if let number = message["s"]?.int { sequence = number }
    switch opcode {
    case 10: return hello(message["d"], at: now)
    case 11:
      heartbeat?.acknowledge()
      return []
    case 1: return [.send(beat)]
    case 0: return dispatch(message["t"]?.string ?? "", message["d"] ?? .null)
    case 7: return fail("the gateway asked to reconnect")
    case 9: return fail("the gateway refused the session (rate limit or overload)")
    default: return []
    }
  }

  /// Does what is due at `now`.
  public mutating func expire(at now: Instant) -> [SignalingEvent] {
    switch heartbeat?.expire(at: now) {
    case .beat: [.send(beat)]
    case .giveUp: fail("the gateway answered no heartbeat")
    case .wait, nil: []
    }
  }

  /// Op 4: joins `channel`, or leaves with `nil`.
  public func voiceState(guild: Snowflake, channel: Snowflake?, isMuted: Bool) -> [UInt8] {
    GatewayClient.message(4) {
      $0.object("d") {
        $0.field("guild_id", guild)
        $0.field("channel_id", channel)
        $0.field("self_mute", isMuted)
        $0.field("self_deaf", false)
      }
    }
  }

  private mutating func hello(_ d: JSONValue?, at now: Instant) -> [SignalingEvent] {
    guard case .awaitingHello = phase, let milliseconds = d?["heartbeat_interval"]?.int,
      milliseconds > 0
    else { return fail("the gateway's HELLO has no heartbeat interval or came twice") }
    phase = .identifying
    heartbeat = Heartbeat(every: .milliseconds(Int64(milliseconds)), phase: heartbeatPhase, at: now)
    let identify = GatewayClient.message(2) {
      $0.object("d") {
        $0.field("token", token)
        $0.field("intents", 0)
        $0.object("properties") {
          $0.field("os", "linux")
          $0.field("browser", "roost-loadtest")
          $0.field("device", "roost-loadtest")
        }
      }
    }
    return [.send(identify)]
  }

  private mutating func dispatch(_ name: String, _ d: JSONValue) -> [SignalingEvent] {
    switch (name, phase) {
    case ("READY", .identifying):
      guard let user = d["user"]?["id"]?.snowflake, let session = d["session_id"]?.string else {
        return fail("READY has no user or session")
      }
      phase = .identified(user: user, sessionID: session)
      return [.identified]
    case ("VOICE_SERVER_UPDATE", .identified(let user, let session)):
      guard let guild = d["guild_id"]?.snowflake, let token = d["token"]?.string,
        let endpoint = d["endpoint"]?.string
      else { return fail("VOICE_SERVER_UPDATE names no voice server") }
      return [
        .assigned(
          VoiceServer(guild: guild, user: user, sessionID: session, token: token, endpoint: endpoint))
      ]
    default: return []
    }
  }

  private var beat: [UInt8] {
    GatewayClient.message(1) {
      if let sequence { $0.field("d", sequence) } else { $0.null("d") }
    }
  }

  private mutating func fail(_ reason: String) -> [SignalingEvent] {
    if case .failed = phase { return [] }
    phase = .failed
    heartbeat = nil
    return [.failed(reason)]
  }

  static func message(_ opcode: Int, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.object {
      $0.field("op", opcode)
      body(&$0)
    }
    return writer.octets
  }
}
