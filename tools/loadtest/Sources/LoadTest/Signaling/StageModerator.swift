public import Base
internal import JSON

/// A stage's moderator and its speakers over one HTTPS connection: PATCHes of voice states, one at a time.
///
/// ```
/// ask(change) ─▶ queue ── request() ──▶ under way ── 2xx ──▶ done
///                  ▲                        │ 429: waits as long as told, then again
///                  └── connection lost ─────┴─ other status ──▶ refused
/// ```
/// A pure value: octets and instants in, octets and outcomes out.
public struct StageModerator: Sendable {
  /// What is to change.
  public enum Change: Hashable, Sendable {
    /// The member asks to speak, with its own token.
    case askToSpeak(token: String)
    /// The moderator lets `user` speak.
    case invite(user: Snowflake)
    /// The member goes back to the audience, with its own token: everybody may.
    case stepDown(token: String)
  }

  /// What came of a change.
  public enum Outcome: Hashable, Sendable {
    /// The server took it.
    case done
    /// It did not, with this status.
    case refused(Int)
  }

  /// Changes that may wait: two for each speaker of a large run.
  private static let queueMax = 20_000
  /// Octets of an answer at most.
  private static let answerMax = 64 << 10

  private let authority: String
  private let guild: Snowflake
  private let channel: Snowflake
  private let token: String
  private var queue: [Change] = []
  private var underWay: Change?
  private var heldUntil = Instant.zero
  private var input: [UInt8] = []

  /// A moderator with `token` of the stage `channel`, at the server that calls itself `authority`.
  public init(authority: String, guild: Snowflake, channel: Snowflake, token: String) {
    self.authority = authority
    self.guild = guild
    self.channel = channel
    self.token = token
  }

  /// Whether nothing is to be done.
  public var isIdle: Bool { queue.isEmpty && underWay == nil }

  /// Has `change` done after those before it; `false` when too many wait.
  public mutating func ask(_ change: Change) -> Bool {
    guard queue.count < StageModerator.queueMax else { return false }
    queue.append(change)
    return true
  }

  /// The next request, if none is under way and the server wants one at `now`.
  public mutating func request(at now: Instant) -> [UInt8]? {
    guard underWay == nil, now >= heldUntil, !queue.isEmpty else { return nil }
    let change = queue.removeFirst()
    underWay = change
    return octets(of: change)
  }

  /// The connection is gone: what was under way is asked again on the next one.
  public mutating func disconnected() {
    input = []
    if let change = underWay { queue.insert(change, at: 0) }
    underWay = nil
  }

  /// Takes octets of the server; what they decided, `nil` while the answer is not whole.
  public mutating func receive(_ octets: [UInt8], at now: Instant) -> Outcome? {
    input.append(contentsOf: octets)
    guard input.count <= StageModerator.answerMax else {
      input = []
      underWay = nil
      return .refused(0)
    }
    guard let answer = takeAnswer() else { return nil }
    guard let change = underWay else { return nil }
    underWay = nil
    switch answer.status {
    case 200..<300: return .done
    case 429:
      queue.insert(change, at: 0)
      heldUntil = now + .milliseconds(Int64(max(0.05, min(answer.retryAfter, 60)) * 1_000))
      return nil
    default: return .refused(answer.status)
    }
  }

  private func octets(of change: Change) -> [UInt8] {
    var writer = JSONWriter()
    let (who, authorization): (String, String)
    switch change {
    case .askToSpeak(let token):
      (who, authorization) = ("@me", "Bot \(token)")
      writer.object {
        $0.field("channel_id", channel)
        // The server keeps what it is told; a time that is never past is always a wish.
        $0.field("request_to_speak_timestamp", "2099-01-01T00:00:00+00:00")
      }
    case .invite(let user):
      (who, authorization) = (user.description, token)
      writer.object {
        $0.field("channel_id", channel)
        $0.field("suppress", false)
      }
    case .stepDown(let token):
      (who, authorization) = ("@me", "Bot \(token)")
      writer.object {
        $0.field("channel_id", channel)
        $0.field("suppress", true)
      }
    }
    let body = writer.octets
    let head = """
      PATCH /api/v10/guilds/\(guild)/voice-states/\(who) HTTP/1.1\r
      Host: \(authority)\r
      Authorization: \(authorization)\r
      Content-Type: application/json\r
      Content-Length: \(body.count)\r
      User-Agent: roost-loadtest\r
      \r\n
      """
    return Array(head.utf8) + body
  }

  private mutating func takeAnswer() -> (status: Int, retryAfter: Double)? {
    let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    guard input.count >= 4,
      let start = (0...input.count - 4).first(where: { input[$0..<$0 + 4].elementsEqual(end) })
    else { return nil }
    let lines = String(decoding: input[..<start], as: UTF8.self).split(whereSeparator: \.isNewline)
    func field(_ name: String) -> Double? {
      lines.lazy.compactMap { line -> Double? in
        guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else { return nil }
        return Double(line[line.index(after: colon)...].drop { $0 == " " })
      }.first
    }
    let length = field("content-length") ?? 0
    guard length >= 0, length <= Double(StageModerator.answerMax), input.count >= start + 4 + Int(length)
    else { return nil }
    input.removeFirst(start + 4 + Int(length))
    let words = (lines.first ?? "").split(separator: " ")
    return (words.count > 1 ? Int(words[1]) ?? 0 : 0, field("retry-after") ?? 1)
  }
}
