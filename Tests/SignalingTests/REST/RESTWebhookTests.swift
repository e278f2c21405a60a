import Base
import ChatCore
import Foundation
import JSON
import Testing

@testable import Signaling

@Suite struct RESTWebhookTests {
  private static let id = Snowflake(rawValue: 77)
  private static let secret = String(repeating: "s", count: 48)

  private static var token: String { RESTBench.authority.webhookToken(id, secret: secret) ?? "" }

  private static var webhook: Webhook {
    Webhook(
      id: id, guildID: ChatFixtures.guildID, channelID: ChatFixtures.textID, kind: .incoming,
      creatorID: ChatFixtures.alice.id, name: "Herald", secret: secret)
  }

  private static var path: String { "/api/v10/webhooks/77/\(token)" }

  private func execution(
    _ bench: RESTBench, _ suffix: String, _ body: String, headers: [(String, String)] = []
  ) throws -> (WebhookTarget, WebhookDraft) {
    let action = bench.send(
      "POST", Self.path + suffix, body, as: nil, headers: [("Content-Type", "application/json")] + headers)
    guard case .webhook(.execute(let target, let draft))? = action?.request?.command else {
      Issue.record("\(String(describing: action))")
      throw JSONError.malformed
    }
    return (target, draft)
  }

  @Test func `A token names its webhook's secret, and nothing else does`() {
    let authority = RESTBench.authority
    let token = Self.token
    #expect(token.utf8.count == 68 && authority.webhookSecret(Self.id, in: token) == Self.secret)
    #expect(authority.webhookSecret(Snowflake(rawValue: 78), in: token) == nil, "another webhook's")
    for end in token.indices { #expect(authority.webhookSecret(Self.id, in: String(token[..<end])) == nil) }
    for wrong in ["", "abc", token + "a", "A" + token.dropFirst(), String(repeating: "a", count: 100_000)] {
      #expect(authority.webhookSecret(Self.id, in: wrong) == nil)
    }
    let other = TokenAuthority(secret: [UInt8](repeating: 1, count: 32))
    #expect(other.webhookSecret(Self.id, in: token) == nil, "another server's")
  }

  @Test func `A webhook speaks without an account and is answered only when it waits`() throws {
    let bench = RESTBench()
    let body = #"{"content":"x","username":"Crier","avatar_url":"https://e.org/a.png","tts":true,"flags":4}"#
    let (target, draft) = try execution(bench, "?wait=true&with_components=true", body)
    #expect(target.webhook == Self.id && target.secret == Self.secret && target.message == nil)
    #expect(draft.username == "Crier" && draft.hasComponents && draft.message.isTTS)
    #expect(draft.message.flags == .suppressEmbeds && draft.message.allowedMentions == .usersOnly)
    var view = ChatFixtures.message(ChatFixtures.bot)
    view.message.webhook = WebhookAuthor(name: "Crier", avatar: nil, applicationID: ChatFixtures.bot.id)
    for (query, status) in [("?wait=true", 200), ("", 204), ("?wait=false", 204)] {
      let fresh = RESTBench()
      let request = try #require(fresh.send("POST", Self.path + query, body, as: nil)?.request)
      let response = try #require(fresh.complete(request, .message(view))?.response)
      #expect(response.status == status)
      if status == 200 {
        #expect(response.value["webhook_id"]?.snowflake == view.message.authorID)
        #expect(response.value["application_id"]?.snowflake == ChatFixtures.bot.id)
      }
    }
    let guess = bench.send("POST", "/api/v10/webhooks/77/guess", body, as: nil)
    guard case .webhook(.execute(let other, _))? = guess?.request?.command else {
      Issue.record("\(String(describing: guess))")
      return
    }
    #expect(other.secret == nil && other.token == "guess")
  }

  @Test func `Managers are shown the token and where it is used`() throws {
    let bench = RESTBench()
    let request = try #require(bench.send("GET", "/api/v10/channels/10/webhooks")?.request)
    var view = WebhookView(webhook: Self.webhook)
    view.creator = ChatFixtures.alice
    let reply = ChatReply.webhook(.webhooks([view]))
    let shown = try #require(bench.complete(request, reply)?.response).value.array?.first
    #expect(shown?["token"]?.string == Self.token && shown?["type"]?.int == 1)
    #expect(shown?["url"]?.string == "https://roost.example/api/webhooks/77/\(Self.token)")
    #expect(shown?["user"]?["id"]?.snowflake == ChatFixtures.alice.id)
    #expect(shown?["avatar"] == .null && shown?["application_id"] == .null)
    let follow = try #require(
      bench.send("POST", "/api/v10/channels/10/followers", #"{"webhook_channel_id":"11"}"#)?.request)
    guard case .webhook(.follow(_, let target)) = follow.command else {
      Issue.record("\(follow.command)")
      return
    }
    #expect(target.rawValue == 11)
    let made = ChatReply.webhook(.follower(channel: ChatFixtures.textID, webhook: Self.id))
    let answer = try #require(bench.complete(follow, made)?.response).value
    #expect(answer["webhook_id"]?.string == "77")
    #expect(bench.send("POST", "/api/v10/channels/10/followers", "{}")?.response?.status == 400)
    #expect(bench.send("POST", "/api/v10/channels/10/webhooks", "{}")?.response?.status == 400)
  }

  @Test func `A picture is kept before the webhook is made, and never for a guessed token`() throws {
    let picture = #"{"name":"n","avatar":"data:image/png;base64,iVBORw0KGgo="}"#
    let bench = RESTBench()
    let headers = [("Content-Type", "application/json"), ("X-Audit-Log-Reason", "why")]
    let made = bench.send("POST", "/api/v10/channels/1/webhooks", picture, headers: headers)
    guard case .keepPicture(let exchange, _)? = made else {
      Issue.record("not kept")
      return
    }
    var actions: [RESTAction] = []
    bench.api.kept(exchange, .kept("blob"), at: bench.moment, into: &actions)
    guard case .webhook(.create(_, "n", "blob"))? = actions.first?.request?.command else {
      Issue.record("\(actions)")
      return
    }
    #expect(actions.first?.request?.reason == "why", "the picture does not lose it")
    let guess = bench.send("PATCH", "/api/v10/webhooks/77/guess", picture, as: nil)?.response
    #expect(guess?.status == 401 && guess?.value["code"]?.int == 50027)
    guard case .keepPicture? = bench.send("PATCH", Self.path, picture, as: nil) else {
      Issue.record("the token's holder may")
      return
    }
  }

  @Test func `Files are counted for the webhook whose authentic token came with them`() {
    let bench = RESTBench()
    func place(_ path: String) -> BodyPlace {
      bench.api.bodyPlace(
        RESTRequest(
          method: "POST", path: path, query: "",
          headers: [("Content-Type", "multipart/form-data; boundary=x")], body: [], remote: RESTBench.address)
      )
    }
    func sender(_ path: String) -> UploadSender? {
      if case .file(let sender) = place(path) { sender } else { nil }
    }
    #expect(sender(Self.path) == .webhook(Self.id))
    #expect(sender("/api/v10/webhooks/77/guess") == .address(RESTBench.address))
    #expect(sender("/api/v10/webhooks/78/\(Self.token)") == .address(RESTBench.address))
    #expect(sender(Self.path + "/slack") == nil)
  }

  @Test func `The sixth message of one webhook in two seconds waits, whoever sends it`() {
    let bench = RESTBench()
    for sender in [nil, ChatFixtures.alice, nil, ChatFixtures.bot, nil] as [User?] {
      #expect(bench.send("POST", Self.path, #"{"content":"x"}"#, as: sender)?.request != nil)
    }
    let limited = bench.send("POST", Self.path, #"{"content":"x"}"#, as: nil)?.response
    #expect(limited?.status == 429 && limited?.header("X-RateLimit-Limit") == "5")
    #expect(bench.send("POST", "/api/v10/webhooks/77/other", "{}", as: nil)?.request != nil)
    bench.now = .zero + .seconds(2)
    #expect(bench.send("POST", Self.path, #"{"content":"x"}"#, as: nil)?.request != nil)
  }

  @Test func `Slack's message becomes text and cards`() throws {
    let body = """
      {"text":"see <https://e.org|this> &amp; <@U1>","username":"S","attachments":[{"pretext":"p","title":"t",
       "title_link":"https://e.org","text":"d","color":"#ff0000","ts":1700000000,"footer":"f",
       "author_name":"a","fields":[{"title":"k","value":"v","short":true}]},{"color":"good","text":"g"}]}
      """
    let bench = RESTBench()
    let (_, draft) = try execution(bench, "/slack", body)
    #expect(draft.message.content == "see [this](https://e.org) & <@U1>\np" && draft.username == "S")
    let embed = try #require(draft.message.embeds.first)
    #expect(embed.title == "t" && embed.color == 0xFF0000 && embed.fields.first?.isInline == true)
    #expect(embed.timestamp?.milliseconds == 1_700_000_000_000 && embed.author?.name == "a")
    #expect(draft.message.embeds.last?.color == 0x2EB886)
    let form = "payload=%7B%22text%22%3A%22x%22%7D"
    let action = bench.send(
      "POST", Self.path + "/slack", form, as: nil,
      headers: [("Content-Type", "application/x-www-form-urlencoded")])
    let request = try #require(action?.request)
    let response = bench.complete(request, .message(ChatFixtures.message(ChatFixtures.bot)))?.response
    #expect(response?.body == Array("ok".utf8))
  }

  @Test(
    arguments: [
      (
        "push",
        #"{"ref":"refs/heads/main","compare":"https://g.org/c","commits":[{"id":"0123456789","message":"a\nb","#
          + #""url":"https://g.org/1","author":{"username":"ann"}}]}"#, "[o/r:main] 1 new commit"
      ), ("push", #"{"ref":"refs/heads/x","forced":true,"commits":[]}"#, "[o/r] Branch x was force-pushed"),
      ("issues", #"{"action":"opened","issue":{"number":3,"title":"t"}}"#, "[o/r] Issue opened: #3 t"),
      (
        "pull_request", #"{"action":"closed","pull_request":{"number":4,"title":"t","merged":true}}"#,
        "[o/r] Pull request merged: #4 t"
      ), ("create", #"{"ref":"v1","ref_type":"tag"}"#, "[o/r] New tag: v1"),
      (
        "issue_comment", #"{"action":"created","issue":{"number":3,"title":"t"},"comment":{"body":"b"}}"#,
        "[o/r] New comment on issue #3: t"
      ), ("watch", #"{"action":"started"}"#, "[o/r] New star added"),
      (
        "release", #"{"action":"published","release":{"tag_name":"v2"}}"#,
        "[o/r] New release published: v2"
      ),
    ])
  func `GitHub's event becomes a card`(_ event: String, _ body: String, _ title: String) throws {
    let whole = #"{"repository":{"full_name":"o/r"},"sender":{"login":"ann"},"# + body.dropFirst()
    let (_, draft) = try execution(RESTBench(), "/github", whole, headers: [("X-GitHub-Event", event)])
    let embed = try #require(draft.message.embeds.first)
    #expect(embed.title == title && embed.author?.name == "ann")
  }

  @Test(arguments: [("ping", "{}"), ("push", #"{"commits":[]}"#), ("issues", #"{"action":"labeled"}"#)])
  func `What nobody need hear of is answered and not said`(_ event: String, _ body: String) {
    let headers = [("Content-Type", "application/json"), ("X-GitHub-Event", event)]
    let bench = RESTBench()
    #expect(
      bench.send("POST", Self.path + "/github", body, as: nil, headers: headers)?.response?.status == 204)
    let guess = bench.send("POST", "/api/v10/webhooks/77/guess/github", body, as: nil, headers: headers)
    #expect(guess?.response?.status == 401)
  }

  private static let corpus = [
    ##"{"text":"<https://e.org|x>","attachments":[{"ts":1,"color":"#00ff00","fields":[{"title":"a"}]}]}"##,
    #"{"ref":"refs/heads/a","commits":[{"id":"1","author":{"name":"n"}}],"forced":true}"#,
    #"{"action":"opened","issue":{"number":9,"title":"t","body":"b"},"sender":{"login":"a"}}"#,
  ]

  /// No octet of a body traps, and every answer is a documented one.
  @Test(arguments: corpus, ["/slack", "/github"])
  func `Damaged bodies of other services are survived`(_ text: String, _ suffix: String) {
    let count = ProcessInfo.processInfo.environment["ROOST_FUZZ_RUNS"].flatMap(Int.init) ?? 2_000
    var random = SeededRandom(seed: UInt64(text.utf8.count))
    let bench = RESTBench {
      $0.anonymousRate = RequestRate(countMax: .max, window: .seconds(1))
      $0.bearerRate = RequestRate(countMax: .max, window: .seconds(1))
      $0.webhookRate = RequestRate(countMax: .max, window: .seconds(1))
      $0.pendingCountMax = .max
    }
    for run in 0..<count {
      var octets = Array(text.utf8)
      for _ in 0...random.below(4) {
        octets[random.below(octets.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      if run % 3 == 0 { octets.removeLast(random.below(octets.count)) }
      let event = ["push", "issues", "issue_comment"][run % 3]
      let action = bench.send(
        "POST", Self.path + suffix, octets: octets,
        headers: [("Content-Type", "application/json"), ("X-GitHub-Event", event)])
      if let request = action?.request { bench.api.cancel(request.id & (UInt64.max >> 2)) }
      #expect(action?.request != nil || [204, 400].contains(action?.response?.status ?? 0))
    }
  }
}
