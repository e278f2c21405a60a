import Base
import ChatCore
import Crypto
import JSON
import Testing

@testable import Signaling

/// Log-ins with a second factor, and what needs the password again.
@Suite struct RESTSecurityTests {
  private static let secret = Array("12345678901234567890".utf8)
  private static let base32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
  private static let alice = ChatFixtures.alice.id

  private func credentials(_ factor: SecondFactor? = nil, isDisabled: Bool = false) -> Credentials {
    var credentials = Credentials(userID: RESTSecurityTests.alice, passwordHash: "hash")
    credentials.secondFactor = factor
    credentials.isDisabled = isDisabled
    return credentials
  }

  private var factor: SecondFactor {
    SecondFactor(
      secret: RESTSecurityTests.secret, lastStep: 0,
      backupCodes: [BackupCode(text: "abcd1234", isUsed: false)])
  }

  private func code(_ bench: RESTBench) throws -> String {
    try #require(
      TOTP.code(secret: RESTSecurityTests.secret, step: bench.moment.wall.milliseconds / 30_000))
  }

  private func verified(_ bench: RESTBench, _ action: RESTAction?, _ isRight: Bool = true) throws
    -> RESTAction
  {
    guard case .verifyPassword(let id, _, _)? = action else { throw RESTError.badRequest }
    var actions: [RESTAction] = []
    bench.api.verified(id, isRight, at: bench.moment, into: &actions)
    return try #require(actions.first)
  }

  /// What a log-in with the right password comes to.
  private func logIn(
    _ bench: RESTBench, _ known: Credentials, undelete: Bool = false
  ) throws -> RESTAction {
    let body = #"{"login":"a","password":"long enough","undelete":\#(undelete)}"#
    let request = try #require(bench.send("POST", "/api/v9/auth/login", body, as: nil)?.request)
    return try verified(bench, bench.complete(request, .credentials(known)))
  }

  @Test func `A second factor is asked for with a ticket, and proves once`() throws {
    let bench = RESTBench()
    let told = try #require(logIn(bench, credentials(factor)).response).value
    #expect(told["mfa"]?.bool == true && told["token"] == nil && told["totp"]?.bool == true)
    let ticket = try #require(told["ticket"]?.string)
    #expect(RESTBench.authority.verify(ticket) == nil, "a ticket is no token")
    for (given, path, proof) in [
      (try code(bench), "totp", FactorProof.step(bench.moment.wall.milliseconds / 30_000)),
      ("abcd-1234", "backup", .backup("abcd1234")),
    ] {
      let body = #"{"ticket":"\#(ticket)","code":"\#(given)"}"#
      let request = try #require(bench.send("POST", "/api/v9/auth/mfa/\(path)", body, as: nil)?.request)
      let next = try #require(bench.complete(request, .credentials(credentials(factor)))?.request)
      guard case .openSession(let opening) = next.command else {
        Issue.record("\(next)")
        return
      }
      #expect(opening.proof == proof && opening.user == RESTSecurityTests.alice && next.actor == .nobody)
      let account = SelfUser(user: ChatFixtures.alice, email: nil)
      let answer = try #require(
        bench.complete(next, .authenticated(account, issued: bench.moment.wall))?.response)
      #expect(answer.value["token"]?.string != nil)
    }
  }

  @Test func `Wrong codes, old tickets and foreign ones are refused, and codes are bounded`() throws {
    let bench = RESTBench()
    let ticket = try #require(
      RESTBench.authority.ticket(user: RESTSecurityTests.alice, at: bench.moment.wall))
    let token = RESTBench.token(ChatFixtures.alice)
    func attempt(_ ticket: String) -> RESTAction? {
      bench.send("POST", "/api/v9/auth/mfa/totp", #"{"ticket":"\#(ticket)","code":"000000"}"#, as: nil)
    }
    #expect(attempt(token)?.response?.status == 401)
    #expect(attempt("x")?.response?.value["code"]?.int == 60006)
    for _ in 0..<RESTLimits().codeRate.countMax {
      let request = try #require(attempt(ticket)?.request)
      let answer = bench.complete(request, .credentials(credentials(factor)))?.response
      #expect(answer?.status == 400 && answer?.value["code"]?.int == 60008)
    }
    #expect(attempt(ticket)?.response?.status == 429)
    bench.now = bench.now + .seconds(301)
    #expect(attempt(ticket)?.response?.status == 401)
  }

  @Test func `A disabled account says so, and opens when asked to`() throws {
    let bench = RESTBench()
    let told = try logIn(bench, credentials(isDisabled: true)).response
    #expect(told?.value["code"]?.int == 20013)
    let asked = try #require(logIn(bench, credentials(isDisabled: true), undelete: true).request)
    if case .openSession(let opening) = asked.command { #expect(opening.enables) }
  }

  @Test(arguments: [
    ("POST", "/users/@me/delete", ""), ("POST", "/users/@me/disable", ""),
    ("POST", "/users/@me/mfa/codes", ""),
    ("PATCH", "/users/@me", #","new_password":"even longer""#),
  ])
  func `The password comes before what cannot be undone`(_ method: String, _ path: String, _ extra: String)
    throws
  {
    let bench = RESTBench()
    let body = #"{"password":"long enough"\#(extra)}"#
    func asked() throws -> RESTAction? {
      let request = try #require(bench.send(method, "/api/v9" + path, body, as: ChatFixtures.alice)?.request)
      guard case .account(.credentials) = request.command else { throw RESTError.badRequest }
      return bench.complete(request, .credentials(credentials()))
    }
    let refused = try verified(bench, asked(), false).response
    #expect(refused?.status == 400 && refused?.value["errors"]?["password"] != nil)
    var next = try verified(bench, asked())
    if case .hashPassword(let id, "even longer") = next {
      var actions: [RESTAction] = []
      bench.api.hashed(id, "argon", at: bench.moment, into: &actions)
      next = try #require(actions.first)
      guard case .modifyCurrentUser(let changes)? = next.request?.command else {
        Issue.record("\(next)")
        return
      }
      #expect(changes.passwordHash == .set("argon"))
      let request = try #require(next.request)
      let account = SelfUser(user: ChatFixtures.alice, email: nil)
      let answer = bench.complete(request, .authenticated(account, issued: bench.moment.wall))?.response?
        .value
      #expect(answer?["token"]?.string != nil && answer?["username"]?.string == ChatFixtures.alice.username)
    } else {
      let command = try #require(next.request?.command)
      if case .account = command {} else { Issue.record("\(command)") }
    }
    #expect(
      bench.send(method, "/api/v9" + path, #"{"new_password":"x"}"#, as: ChatFixtures.alice)?.response?.status
        == 400)
  }

  @Test func `A second factor is turned on with a code and off with another`() throws {
    let bench = RESTBench()
    let path = "/api/v9/users/@me/mfa/totp/"
    func body(_ code: String, _ secret: String) -> String {
      #"{"password":"long enough","secret":"\#(secret)","code":"\#(code)"}"#
    }
    let right = try code(bench)
    let wrong = bench.send(
      "POST", path + "enable", body("000000", RESTSecurityTests.base32), as: ChatFixtures.alice)?.response
    #expect(wrong?.value["code"]?.int == 60008)
    for secret in ["", "GEZDG", "1!", String(repeating: "A", count: 200)] {
      let refused = bench.send("POST", path + "enable", body(right, secret), as: ChatFixtures.alice)?.response
      #expect(refused?.status == 400)
    }
    let request = try #require(
      bench.send("POST", path + "enable", body(right, RESTSecurityTests.base32), as: ChatFixtures.alice)?
        .request)
    let next = try #require(
      verified(bench, bench.complete(request, .credentials(credentials()))).request)
    guard case .account(.setSecondFactor(RESTSecurityTests.secret, _)) = next.command else {
      Issue.record("\(next)")
      return
    }
    let account = SelfUser(user: ChatFixtures.alice, email: nil)
    let reply = ChatReply.personal(.secondFactorSet(account, issued: bench.moment.wall, factor.backupCodes))
    let answer = try #require(bench.complete(next, reply)?.response).value
    #expect(answer["token"]?.string != nil)
    #expect(answer["backup_codes"]?.array?.first?["code"]?.string == "abcd1234")
    let removal = try #require(
      bench.send("POST", path + "disable", #"{"code":"\#(right)"}"#, as: ChatFixtures.alice)?.request)
    let last = try #require(bench.complete(removal, .credentials(credentials(factor)))?.request)
    guard case .account(.removeSecondFactor(.step)) = last.command else {
      Issue.record("\(last)")
      return
    }
  }

  @Test func `Sessions and the export are shown`() throws {
    let bench = RESTBench()
    let session = LoginSession(
      userID: RESTSecurityTests.alice, issued: bench.moment.wall, code: "aa",
      client: ClientDescription(os: "Linux", platform: "Firefox"), lastUsedAt: ChatFixtures.joined)
    let request = try #require(bench.send("GET", "/api/v9/auth/sessions", as: ChatFixtures.alice)?.request)
    let row = bench.complete(request, .personal(.sessions([session])))?.response?.value["user_sessions"]?
      .array?.first
    #expect(row?["id_hash"]?.string == "aa" && row?["client_info"]?["platform"]?.string == "Firefox")
    let command = try RESTBench().command(
      "POST", "/api/v9/auth/sessions/logout", #"{"session_id_hashes":["aa"]}"#)
    if case .account(.endSessions(["aa"])) = command {} else { Issue.record("\(command)") }
    #expect(RESTBench().send("POST", "/api/v9/auth/sessions/logout", "{}")?.response?.status == 400)
  }

  @Test func `What the browser says of itself becomes words`() throws {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    let bench = RESTBench()
    let action = bench.send(
      "POST", "/api/v9/auth/register", #"{"username":"al","password":"long enough"}"#, as: nil,
      headers: [("content-type", "application/json"), ("user-agent", agent)])
    guard case .hashPassword(let id, _)? = action else {
      Issue.record("\(String(describing: action))")
      return
    }
    var actions: [RESTAction] = []
    bench.api.hashed(id, "argon", at: bench.moment, into: &actions)
    guard case .register(let registration)? = actions.first?.request?.command else { return }
    #expect(registration.client == ClientDescription(os: "Linux", platform: "Firefox"))
  }

  @Test(
    arguments: [
      ("", []), ("MY", [0x66]), ("mzxw6ytboi======", Array("foobar".utf8)), ("MZ XW 6", Array("foo".utf8)),
    ]
      as [(String, [UInt8])])
  func `Base32 is read as RFC 4648 has it`(_ text: String, _ octets: [UInt8]) {
    #expect(Base32.decode(text) == octets)
    #expect(Base32.decode(text + "1") == nil)
  }
}
