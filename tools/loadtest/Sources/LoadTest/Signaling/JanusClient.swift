public import Base
internal import JSON

/// A member of a Janus VideoRoom: a session, a handle, and either a publisher or a subscriber.
///
/// ```
/// idle ── create ──▶ opening ── attach ──▶ attaching ─┬─ speaker: create the room ──▶ preparing ─┐
///                                                      └───────────────────────────────────────┴─▶ ready
/// ready ── join ──▶ joining ─┬─ speaker: the answer ──────────────────────────────────▶ joined
///                            └─ listener: the offer ── start ──▶ starting ── started ──▶ joined
/// any ── error, hangup, silence ──▶ failed
/// ```
/// One WebSocket, session and handle a member, as a page would have it. Speakers are publisher 1, 2, … of
/// their room, so that listeners know whom to subscribe to without asking.
public struct JanusClient: Sendable, SignalingClient {
  private enum Phase {
    case idle, opening, attaching, preparing, ready, joining, starting, joined, failed
  }

  /// Sessions time out after 60 s without one.
  private static let keepaliveInterval = Interval.seconds(25)
  /// VIDEOROOM_ERROR_NO_SUCH_FEED: the publisher's connection is not quite up yet.
  private static let noSuchFeed = 428
  /// VIDEOROOM_ERROR_ROOM_EXISTS.
  private static let roomExists = 427
  /// Speakers that a room is made for.
  private static let publisherCountMax = 1_000

  private let room: Snowflake
  private let isSpeaker: Bool
  private let heartbeatPhase: Double
  private var phase = Phase.idle
  private var heartbeat: Heartbeat?
  private var session = 0
  private var handle = 0
  private var request: JoinRequest?
  private var offered: PeerAnswer?
  private var isRetryDue = false

  /// A client that will speak or listen in `room`.
  public init(room: Snowflake, isSpeaker: Bool, heartbeatPhase: Double) {
    self.room = room
    self.isSpeaker = isSpeaker
    self.heartbeatPhase = heartbeatPhase
  }

  /// None: a VideoRoom knows its participants by numbers of its own.
  public var user: Snowflake? { nil }

  /// Asks for a session.
  public mutating func begin(at now: Instant) -> [SignalingEvent] {
    phase = .opening
    return [.send(message("create") { _ in })]
  }

  /// Takes a message of the server.
  public mutating func receive(_ octets: [UInt8], at now: Instant) -> [SignalingEvent] {
    guard let message = Envelope.parse(octets), let word = message["janus"]?.string else {
      return fail("Janus sent something that is no message")
    }
    heartbeat?.acknowledge()
    switch word {
    case "success": return succeeded(message, at: now)
    case "event": return happened(message["plugindata"]?["data"] ?? .null, message["jsep"]?["sdp"]?.string)
    case "error": return fail("Janus refused: \(message["error"]?["reason"]?.string ?? "no reason given")")
    case "hangup": return fail("Janus hung up: \(message["reason"]?.string ?? "no reason given")")
    case "timeout", "detached": return fail("Janus ended the session (\(word))")
    default: return []
    }
  }

  /// Keeps the session alive, and asks again for a speaker who was not there yet.
  public mutating func expire(at now: Instant) -> [SignalingEvent] {
    var events: [SignalingEvent] = []
    if isRetryDue, let request {
      isRetryDue = false
      events.append(.send(subscription(request)))
    }
    switch heartbeat?.expire(at: now) {
    case .beat: events.append(.send(message("keepalive") { _ in }))
    case .giveUp: return fail("Janus answered no keepalive")
    case .wait, nil: break
    }
    return events
  }

  /// Publishes or subscribes.
  public mutating func join(_ request: JoinRequest) -> [UInt8] {
    self.request = request
    phase = .joining
    guard let speaker = request.speaker else { return subscription(request) }
    return toPlugin(jsep: ("offer", request.peer?.offer ?? "")) {
      $0.field("request", "joinandconfigure")
      $0.field("ptype", "publisher")
      $0.field("room", Int64(bitPattern: room.rawValue))
      $0.field("id", JanusClient.feed(speaker))
    }
  }

  private func subscription(_ request: JoinRequest) -> [UInt8] {
    toPlugin {
      $0.field("request", "join")
      $0.field("ptype", "subscriber")
      $0.field("room", Int64(bitPattern: room.rawValue))
      $0.array("streams") {
        for speaker in 0..<request.speakerCount {
          $0.object { $0.field("feed", JanusClient.feed(speaker)) }
        }
      }
    }
  }

  private mutating func succeeded(_ message: JSONValue, at now: Instant) -> [SignalingEvent] {
    switch phase {
    case .opening:
      guard let id = message["data"]?["id"]?.int else { return fail("Janus made a session without an id") }
      session = id
      heartbeat = Heartbeat(every: JanusClient.keepaliveInterval, phase: heartbeatPhase, at: now)
      phase = .attaching
      return [.send(self.message("attach") { $0.field("plugin", "janus.plugin.videoroom") })]
    case .attaching:
      guard let id = message["data"]?["id"]?.int else { return fail("Janus made a handle without an id") }
      handle = id
      guard isSpeaker else { return ready() }
      phase = .preparing
      return [.send(creation)]
    case .preparing:
      let code = message["plugindata"]?["data"]?["error_code"]?.int
      guard code == nil || code == JanusClient.roomExists else {
        return fail("Janus makes no room: \(code ?? 0)")
      }
      return ready()
    default: return []
    }
  }

  private mutating func ready() -> [SignalingEvent] {
    phase = .ready
    return [.identified]
  }

  private var creation: [UInt8] {
    toPlugin {
      $0.field("request", "create")
      $0.field("room", Int64(bitPattern: room.rawValue))
      $0.field("publishers", JanusClient.publisherCountMax)
      $0.field("audiocodec", "opus")
      $0.field("videocodec", "vp8")
      // No REMB that would ask the sender for less.
      $0.field("bitrate", 0)
      $0.field("notify_joining", false)
    }
  }

  private mutating func happened(_ data: JSONValue, _ sdp: String?) -> [SignalingEvent] {
    if let code = data["error_code"]?.int {
      guard phase == .joining, code == JanusClient.noSuchFeed else {
        return fail("Janus refused: \(data["error"]?.string ?? "error \(code)")")
      }
      isRetryDue = true
      return []
    }
    switch phase {
    case .joining:
      guard let sdp, let answer = PeerAnswer(sdp, feeds(data)) else {
        return fail("Janus joined us without a usable description")
      }
      guard request?.speaker == nil else {
        phase = .joined
        return [.negotiated(answer)]
      }
      phase = .starting
      offered = answer
      return [.send(start(sdp))]
    case .starting:
      guard data["started"]?.string == "ok", let offered else { return [] }
      phase = .joined
      return [.negotiated(offered)]
    default: return []
    }
  }

  /// Which speaker each media section carries.
  private func feeds(_ data: JSONValue) -> [String: Int] {
    var speakers: [String: Int] = [:]
    for stream in data["streams"]?.array ?? [] {
      guard let mid = stream["mid"]?.string, let feed = stream["feed_id"]?.int else { continue }
      speakers[mid] = feed - 1
    }
    return speakers
  }

  private func start(_ offer: String) -> [UInt8] {
    let answer = request?.peer?.answer(to: SessionDescription(offer)) ?? ""
    return toPlugin(jsep: ("answer", answer)) { $0.field("request", "start") }
  }

  private static func feed(_ speaker: Int) -> Int { speaker + 1 }

  private func toPlugin(
    jsep: (type: String, sdp: String)? = nil, _ body: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    message("message") {
      $0.object("body", body)
      guard let jsep else { return }
      $0.object("jsep") {
        $0.field("type", jsep.type)
        $0.field("sdp", jsep.sdp)
      }
    }
  }

  private func message(_ word: String, _ rest: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.object {
      $0.field("janus", word)
      // One request at a time waits for its answer: they need no telling apart.
      $0.field("transaction", "roost")
      if session != 0 { $0.field("session_id", session) }
      if handle != 0 { $0.field("handle_id", handle) }
      rest(&$0)
    }
    return writer.octets
  }

  private mutating func fail(_ reason: String) -> [SignalingEvent] {
    guard phase != .failed else { return [] }
    phase = .failed
    heartbeat = nil
    return [.failed(reason)]
  }
}

/// A server's side of a media connection that was negotiated with whole descriptions.
public struct PeerAnswer: Hashable, Sendable {
  /// Where it receives.
  public let server: SocketAddress
  /// Its description: ``WebRTCTransport`` takes credentials and fingerprint from it.
  public let description: String
  /// Which speaker is heard under which SSRC.
  public let speakers: [UInt32: Int]

  /// Reads `description`, whose sections carry the speakers `feeds`; `nil` when it names no address.
  public init?(_ description: String, _ feeds: [String: Int]) {
    let session = SessionDescription(description)
    guard let address = session.address else { return nil }
    server = address
    self.description = description
    var speakers: [UInt32: Int] = [:]
    for section in session.sections {
      if let ssrc = section.ssrc, let speaker = feeds[section.mid] { speakers[ssrc] = speaker }
    }
    self.speakers = speakers
  }
}
