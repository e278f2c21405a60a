import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

@Suite struct RESTAttachmentTests {
  private static let path = "/api/v10/channels/10/messages"
  private static let blob = String(repeating: "a", count: 64)

  /// The action of a form with files `names` and the payload.
  private func send(_ method: String, _ path: String, _ payload: String, _ names: [String]) -> RESTAction? {
    var form = UploadedForm()
    form.payload = Array(payload.utf8)
    form.files = names.map {
      UploadedForm.File(name: $0, filename: "\($0).txt", file: StoredFile(blob: Self.blob, size: 3))
    }
    return act(method, path, .success(form))
  }

  private func act(
    _ method: String, _ path: String, _ form: Result<UploadedForm, UploadProblem>
  ) -> RESTAction? {
    let bench = RESTBench()
    var request = RESTRequest(
      method: method, path: path, query: "",
      headers: [
        ("Content-Type", "multipart/form-data; boundary=x"),
        ("authorization", RESTBench.token(ChatFixtures.bot)),
      ], body: [], remote: RESTBench.address)
    request.upload = form
    var actions: [RESTAction] = []
    bench.api.receive(request, id: 1, at: bench.moment, into: &actions)
    return actions.first
  }

  @Test func `Files become attachments with what their rows say`() throws {
    let payload = """
      {"content":"c","attachments":[{"id":"1","filename":"one","description":"d"},{"id":0}]}
      """
    let action = send("POST", Self.path, payload, ["files[0]", "files[1]"])
    guard case .createMessage(_, let draft)? = action?.request?.command else {
      Issue.record("\(String(describing: action))")
      return
    }
    #expect(draft.attachments.map(\.filename) == ["files[0].txt", "one"])
    #expect(draft.attachments.map(\.description) == [nil, "d"] && draft.content == "c")
  }

  @Test func `A row without a file, and rows that are none, are named`() throws {
    for payload in [
      #"{"attachments":[{"id":1}]}"#, #"{"attachments":[{}]}"#, #"{"attachments":5}"#,
      #"{"attachments":[5]}"#,
      #"{"attachments":[{"id":"x"}]}"#, #"{"attachments":[{"id":0,"description":7}]}"#,
      #"{"attachments":[{"id":18446744073709551615}]}"#,
    ] {
      let response = try #require(send("POST", Self.path, payload, ["files[0]"])?.response, "\(payload)")
      #expect(response.status == 400 && response.value["code"]?.int == 50035)
      #expect(response.value["errors"]?["attachments"] != nil, "\(response.value)")
    }
  }

  @Test func `An edit says what stays and what comes`() throws {
    func changes(_ payload: String, _ names: [String]) throws -> Change<[AttachmentChange]> {
      let action = send("PATCH", Self.path + "/5", payload, names)
      guard case .editMessage(_, _, let changes)? = action?.request?.command else {
        Issue.record("\(String(describing: action))")
        return .keep
      }
      return changes.attachments
    }
    #expect(try changes("{}", []) == .keep)
    #expect(try changes(#"{"attachments":[]}"#, []) == .set([]))
    #expect(try changes(#"{"attachments":null}"#, []) == .set([]))
    let old = Snowflake(rawValue: 99_000)
    let mixed = try changes(#"{"attachments":[{"id":"99000"},{"id":0,"filename":"n"}]}"#, ["files[0]"])
    let new = AttachmentDraft(
      filename: "n", description: nil, file: StoredFile(blob: Self.blob, size: 3))
    #expect(mixed == .set([.keep(old, description: .keep), .add(new)]))
  }

  @Test func `What could not be taken in is answered as what it was`() {
    for (problem, status) in [(UploadProblem.malformed, 400), (.unwritten, 503), (.overloaded, 503)] {
      #expect(act("POST", Self.path, .failure(problem))?.response?.status == status)
    }
  }

  @Test func `Only who may speak gets a file for a body, on routes that take files`() {
    let bench = RESTBench()
    func place(_ method: String, _ path: String, _ token: String, _ type: String) -> Bool {
      let request = RESTRequest(
        method: method, path: path, query: "", headers: [("Content-Type", type), ("Authorization", token)],
        body: [], remote: RESTBench.address)
      switch bench.api.bodyPlace(request) {
      case .file(.account(let user)): return user == ChatFixtures.bot.id
      case .file(.address(let address)): return address == RESTBench.address && path.contains("webhooks")
      case .file(.webhook), .memory: return false
      }
    }
    let (form, token) = ("multipart/form-data; boundary=x", RESTBench.token(ChatFixtures.bot))
    #expect(place("POST", Self.path, token, form) && place("PATCH", Self.path + "/5", token, form))
    #expect(!place("POST", Self.path, "Bot x", form) && !place("POST", Self.path, "", form))
    #expect(!place("POST", Self.path, token, "application/json"))
    #expect(place("POST", "/api/v10/webhooks/1/token", "", form))
    #expect(!place("POST", "/api/v10/guilds", token, form) && !place("DELETE", Self.path, token, form))
  }

  @Test func `A picture is kept before the change is asked for`() throws {
    let bench = RESTBench()
    let body = #"{"username":"u","avatar":"data:image/png;base64,AAEC"}"#
    guard case .keepPicture(let id, let octets)? = bench.send("PATCH", "/api/v10/users/@me", body) else {
      Issue.record("nothing is kept")
      return
    }
    #expect(octets == [0, 1, 2])
    var actions: [RESTAction] = []
    bench.api.kept(id, .kept(Self.blob), at: bench.moment, into: &actions)
    guard case .modifyCurrentUser(let changes)? = actions.first?.request?.command else {
      Issue.record("\(actions)")
      return
    }
    #expect(changes.avatar == .set(Self.blob) && changes.username == .set("u"))
    guard
      case .keepPicture(let second, _)? = bench.send(
        "PATCH", "/api/v10/guilds/1", #"{"icon":"data:image/gif;base64,AAEC"}"#)
    else {
      Issue.record("no icon is kept")
      return
    }
    bench.api.kept(second, .invalid, at: bench.moment, into: &actions)
    #expect(actions.last?.response?.value["errors"]?["icon"] != nil)
    for text in ["x", "data:image/svg+xml;base64,AAEC", "data:image/png;base64,", "data:image/png;base64,!!"]
    {
      let response = bench.send("PATCH", "/api/v10/users/@me", #"{"avatar":"\#(text)"}"#)?.response
      #expect(response?.value["errors"]?["avatar"] != nil, "\(text)")
    }
    #expect(try bench.command("PATCH", "/api/v10/users/@me", #"{"avatar":null}"#).avatarChange == .set(nil))
  }

  @Test func `Pictures of elsewhere are linked through this server, and only those that it named`() throws {
    let links = AttachmentLinks(base: "https://r.example", secret: [1, 2, 3], showsExternal: true)
    var embed = Embed()
    embed.imageURL = "https://a.b/c d?e=f&g#h"
    embed.footer = Embed.Footer(text: "f", iconURL: "http://a.b/i")
    embed.thumbnailURL = "attachment://own.png"
    var view = ChatFixtures.message(ChatFixtures.alice)
    view.message.attachments = [
      Attachment(
        id: Snowflake(rawValue: 77), filename: "own.png", description: nil,
        file: StoredFile(blob: Self.blob, size: 3))
    ]
    view.message.embeds = [embed]
    let now = WallTime(milliseconds: 1_790_000_000_000)
    guard case .reply(_, .message(let signed)) = links.sign(.reply(id: 1, .message(view)), at: now) else {
      return
    }
    let shown = try #require(signed.message.embeds.first)
    let proxies = shown.proxies
    #expect(shown.thumbnailURL == signed.message.attachments.first?.url && shown.thumbnailURL != nil)
    #expect(proxies.thumbnail == signed.message.attachments.first?.proxyURL)
    let path = String(try #require(proxies.image).dropFirst("https://r.example".count))
    #expect(links.external(path: path) == embed.imageURL && proxies.footerIcon != nil)
    for forged in [
      path + "x", path.replacing("a.b", with: "c.d"), "/external//" + path.split(separator: "/")[2],
      "/external/x",
      "/external/" + String(repeating: "0", count: 64) + "/https%3A%2F%2Fa.b", path + "/y",
    ] {
      #expect(links.external(path: forged) == nil, "\(forged)")
    }
    let plain = AttachmentLinks(base: "", secret: [1], showsExternal: false)
    #expect(plain.external("https://a.b/") == nil)
  }

  @Test func `A link holds for its file and time and nothing else`() throws {
    let links = AttachmentLinks(base: "https://r.example", secret: [1, 2, 3], showsExternal: true)
    var view = ChatFixtures.message(ChatFixtures.alice)
    view.message.attachments = [
      Attachment(
        id: Snowflake(rawValue: 77), filename: "naïve ☃.png", description: "d",
        file: StoredFile(blob: Self.blob, size: 3))
    ]
    let now = WallTime(milliseconds: 1_790_000_000_000)
    guard case .reply(_, .message(let signed)) = links.sign(.reply(id: 1, .message(view)), at: now) else {
      return
    }
    var writer = JSONWriter()
    writer.object { $0.message(signed, .rest) }
    let value = try JSONValue.parse(writer.octets, limits: .standard)
    let attachment = try #require(value["attachments"]?.array?.first)
    let url = try #require(attachment["url"]?.string)
    let media = url.replacing("/attachments/", with: "/media/attachments/")
    #expect(attachment["proxy_url"]?.string == media && attachment["size"]?.int == 3)
    #expect(attachment["description"]?.string == "d" && attachment["filename"]?.string == "naïve ☃.png")
    let channel = view.message.channelID
    #expect(url.hasPrefix("https://r.example/attachments/\(channel)/77/na%C3%AFve%20%E2%98%83.png?ex="))
    let parts = url.dropFirst(17).split(separator: "?")
    let (path, query) = (String(parts[0]), String(parts[1]))
    guard case .holds(channel, let id, let left) = links.verify(path: path, query: query, at: now) else {
      Issue.record("it does not hold")
      return
    }
    #expect(id.rawValue == 77 && (86_400...90_000).contains(left))
    let later = WallTime(milliseconds: now.milliseconds + (left + 1) * 1_000)
    #expect(links.verify(path: path, query: query, at: later) == .expired)
    for (path, query) in [
      (path.replacing("/77/", with: "/78/"), query), (path + "x", query),
      (path, query.replacing("ex=", with: "ex=f")), (path, query.replacing("hm=", with: "hm=0")), (path, ""),
      (path, "ex=&is=&hm="), ("/attachments/1", query), ("/attachments/a/b/c", query),
    ] {
      #expect(links.verify(path: path, query: query, at: now) == .forged, "\(path)?\(query)")
    }
    #expect(
      AttachmentLinks(base: "", secret: [1], showsExternal: true).verify(path: path, query: query, at: now)
        == .forged)
  }
}

extension ChatCommand {
  fileprivate var avatarChange: Change<String?>? {
    if case .modifyCurrentUser(let changes) = self { changes.avatar } else { nil }
  }
}
