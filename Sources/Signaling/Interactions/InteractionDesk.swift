public import Base
public import ChatCore
import JSON

/// Sends interactions to bots that have an endpoint, and watches the three seconds of all of them.
///
/// A pure value owned by the HTTP loop. An endpoint's answer is taken as the callback that the bot would
/// have sent itself: it goes to the REST API as one, so that one reader reads both.
///
/// ```
/// started ─▶ waiting ─▶ success ─▶ forgotten
///                └─ 3 s ─▶ ask the chat core to fail it
/// posted ──▶ send ─▶ answered 2xx with a body ─▶ callback
///                  ─▶ 202 without a body: the bot answers by itself
///                  ─▶ anything else ─▶ ask the chat core to fail it
/// ```
public struct InteractionDesk: Sendable {
  /// What is to be done.
  public enum Action: Sendable {
    /// Ask the endpoint; the answer goes to ``answered(_:_:into:)``.
    case send(EndpointRequest)
    /// Hand a callback to the REST API, whose answer nobody waits for.
    case callBack(RESTRequest)
    /// Ask the chat core, as the system; nobody waits for the reply.
    case fail(interaction: Snowflake)
  }

  private struct Waiting: Sendable {
    let id: Snowflake
    let deadline: Instant
  }

  private struct Posted: Sendable {
    let id: Snowflake
    let token: String
  }

  private let keys: ApplicationKeys
  /// In the order of their deadlines, which all lie equally far ahead.
  private var waiting: [Waiting] = []
  private var firstWaiting = 0
  private var open: Set<Snowflake> = []
  private var posted: [UInt64: Posted] = [:]
  private var count: UInt64 = 0

  /// How long a bot may take.
  static let patience = Interval.milliseconds(Limits.interactionAnswer)

  /// Makes a desk where nothing waits.
  public init(keys: ApplicationKeys) {
    self.keys = keys
  }

  /// When ``expire(at:into:)`` is due.
  public var deadline: Instant {
    firstWaiting < waiting.count ? waiting[firstWaiting].deadline : .distantFuture
  }

  /// Something happened in the chat core.
  public mutating func chat(_ event: ChatEvent, at now: Moment, into actions: inout [Action]) {
    switch event.payload {
    case .interactionStarted(let id, _): watch(id, at: now.instant)
    case .interactionSuccess(let id, _), .interaction(.failure(let id, _)): open.remove(id)
    case .interaction(.posted(let view, let endpoint)): post(view, endpoint, at: now, into: &actions)
    default: break
    }
  }

  /// The endpoint answered the request `id`, or did not.
  public mutating func answered(_ id: UInt64, _ answer: EndpointAnswer, into actions: inout [Action]) {
    guard let interaction = posted.removeValue(forKey: id) else { return }
    switch answer {
    case .answered(202, _, let body) where body.isEmpty: break
    case .answered(200..<300, let contentType, let body) where !body.isEmpty:
      let token = PercentCoding.encode(interaction.token)
      actions.append(
        .callBack(
          RESTRequest(
            method: "POST", path: "/api/v10/interactions/\(interaction.id)/\(token)/callback", query: "",
            headers: [("content-type", contentType)], body: body, remote: .loopbackV6)))
    default: actions.append(.fail(interaction: interaction.id))
    }
  }

  /// Time has come to ``deadline``.
  public mutating func expire(at now: Instant, into actions: inout [Action]) {
    while firstWaiting < waiting.count, waiting[firstWaiting].deadline <= now {
      let id = waiting[firstWaiting].id
      firstWaiting += 1
      if open.remove(id) != nil { actions.append(.fail(interaction: id)) }
    }
    guard firstWaiting > 1_024 || firstWaiting == waiting.count else { return }
    waiting.removeFirst(firstWaiting)
    firstWaiting = 0
  }

  /// The chat core remembers so many; beyond that nobody is told that a bot was silent.
  private mutating func watch(_ id: Snowflake, at now: Instant) {
    guard waiting.count - firstWaiting < Limits.interactions else { return }
    open.insert(id)
    waiting.append(Waiting(id: id, deadline: now + InteractionDesk.patience))
  }

  private mutating func post(
    _ view: InteractionView, _ endpoint: String, at now: Moment, into actions: inout [Action]
  ) {
    var writer = JSONWriter()
    writer.object { $0.interaction(view) }
    count += 1
    guard posted.count < Limits.interactions,
      let request = EndpointRequest(
        id: count, to: endpoint, for: view.applicationID, body: writer.octets, keys: keys, isForged: false,
        at: now.wall)
    else { return actions.append(.fail(interaction: view.id)) }
    posted[count] = Posted(id: view.id, token: view.token)
    actions.append(.send(request))
  }
}
