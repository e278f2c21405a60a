import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// Tokens, errors, headers and log-in.
@Suite struct RESTAPITests {
  @Test(arguments: RESTRoute.allCases.filter { !$0.isAnonymous })
  func `A route without a valid token is 401`(_ route: RESTRoute) throws {
    let bench = RESTBench()
    let path =
      "/api/v10/" + route.segments.map { $0.first == "{" ? "1" : String($0) }.joined(separator: "/")
    for headers in [[], [("Authorization", "Bot x")], [("Authorization", "")]] as [[(String, String)]] {
      let action = bench.send(String(route.method), path, octets: [], headers: headers)
      let response = try #require(action?.response)
      #expect(response.status == 401)
      #expect(response.value["message"]?.string == "401: Unauthorized")
      #expect(response.value["code"]?.int == 0)
    }
  }

  @Test func `Both forms of a token name their user`() throws {
    for user in [ChatFixtures.bot, ChatFixtures.alice] {
      let action = RESTBench().send("GET", "/api/v10/users/@me", as: user)
      let expected = Actor.user(user.id, issued: WallTime(milliseconds: 1_780_000_000_000))
      #expect(action?.request?.actor == expected)
    }
  }

  @Test(arguments: [
    ("GET", "/api/v10/nothing", 404, 0), ("GET", "/nothing", 404, 0), ("PATCH", "/api/v10/gateway", 405, 0),
    ("GET", "/api/v8/gateway", 400, 50041), ("GET", "/api/v10/channels/x/messages", 400, 50035),
    ("GET", "/api/v10/channels/1/messages?limit=101", 400, 50035),
    ("GET", "/api/v10/channels/1/messages?limit=x", 400, 50035),
    ("GET", "/api/v10/channels/1/messages?before=x", 400, 50035),
    ("POST", "/api/v10/users/@me/channels", 400, 50035), ("POST", "/api/v10/guilds", 400, 50035),
    ("POST", "/.well-known/roost", 405, 0), ("GET", "/.well-known/other", 404, 0),
  ])
  func `What cannot be served says why`(_ method: String, _ path: String, _ status: Int, _ code: Int) throws {
    let response = try #require(RESTBench().send(method, path)?.response)
    #expect(response.status == status)
    #expect(response.value["code"]?.int == code)
    #expect(response.value["message"]?.string?.isEmpty == false)
    #expect(response.header("Content-Type") == "application/json", "exactly, without a charset")
    #expect(response.header("Access-Control-Allow-Origin") == "*")
    if status == 405, path.hasPrefix("/api") { #expect(response.header("Allow") == "GET") }
  }

  @Test func `Wrong fields are named at their places, all at once`() throws {
    let body = #"{"name":5,"permission_overwrites":[{"id":"1"},{"id":"x"},{"type":7}],"topic":null}"#
    let response = try #require(RESTBench().send("PATCH", "/api/v10/channels/1", body)?.response)
    #expect(response.status == 400)
    let errors = try #require(response.value["errors"])
    #expect(errors["name"]?["_errors"]?.array?.first?["code"]?.string == "STRING_TYPE_CONVERT")
    let overwrites = try #require(errors["permission_overwrites"])
    #expect(overwrites["1"]?["id"]?["_errors"]?.array?.count == 1)
    #expect(overwrites["2"]?["id"]?["_errors"]?.array?.first?["code"]?.string == "BASE_TYPE_REQUIRED")
    #expect(overwrites["0"] == nil)
  }

  @Test(
    arguments: [
      (.code(.unknownChannel), 404, 10003), (.code(.missingAccess), 403, 50001), (.unauthorized, 401, 0),
      (.code(.emptyMessage), 400, 50006), (.unavailable, 503, 130_000), (.slowMode(.seconds(3)), 429, 20016),
      (.form([FormProblem(path: ["content"], code: "BASE_TYPE_MAX_LENGTH", message: "m")]), 400, 50035),
    ] as [(ChatError, Int, Int)])
  func `Refusals of the core keep their codes`(_ error: ChatError, _ status: Int, _ code: Int) throws {
    let bench = RESTBench()
    let request = try #require(bench.send("GET", "/api/v10/channels/1")?.request)
    let response = try #require(bench.complete(request, .failure(error))?.response)
    #expect(response.status == status)
    #expect(response.value["code"]?.int == code)
    if status == 429 {
      #expect(response.value["retry_after"]?.double == 3)
      #expect(response.header("Via") != nil)
    }
  }

  @Test func `Preflights are answered without a token`() throws {
    let bench = RESTBench()
    for (asked, allowed) in [
      ("authorization,x-super-properties", "authorization,x-super-properties"),
      ("a\r\nSet-Cookie: x", nil), ("", nil),
    ] as [(String, String?)] {
      let action = bench.send(
        "OPTIONS", "/api/v10/users/@me", octets: [], headers: [("Access-Control-Request-Headers", asked)])
      let response = try #require(action?.response)
      #expect(response.status == 204)
      #expect(response.body.isEmpty)
      #expect(response.header("Access-Control-Allow-Methods")?.contains("PATCH") == true)
      let headers = try #require(response.header("Access-Control-Allow-Headers"))
      #expect(allowed == nil ? headers.contains("Authorization") : headers == allowed)
    }
  }

  @Test func `Gateway, regions and the empty lists answer by themselves`() throws {
    let bench = RESTBench()
    func value(_ path: String, as user: User? = ChatFixtures.bot) throws -> JSONValue {
      let response = try #require(bench.send("GET", path, as: user)?.response)
      #expect(response.status == 200)
      return response.value
    }
    #expect(try value("/api/v10/gateway", as: nil)["url"]?.string == "wss://roost.example")
    let limit = try value("/api/v10/gateway/bot")["session_start_limit"]
    for key in ["total", "remaining", "reset_after", "max_concurrency"] { #expect(limit?[key]?.int != nil) }
    #expect(try value("/api/v10/voice/regions").array?.first?["optimal"]?.bool == true)
    #expect(try value("/api/v10/soundboard-default-sounds").array == [])
    #expect(try value("/api/v10/sticker-packs")["sticker_packs"]?.array == [])
    #expect(try value("/.well-known/roost", as: nil)["api"]?.string == "https://roost.example/api")
    #expect(RESTAPI.serves(path: "/api/v10/x"))
    #expect(!RESTAPI.serves(path: "/apix"))
  }

  @Test func `Logging in verifies the password and mints a token that works`() throws {
    let bench = RESTBench()
    let body = #"{"login":"alice","password":"secret"}"#
    let lookup = try #require(bench.send("POST", "/api/v9/auth/login", body, as: nil)?.request)
    guard case .credentials(login: "alice") = lookup.command else {
      Issue.record("\(lookup)")
      return
    }
    let credentials = Credentials(userID: ChatFixtures.alice.id, passwordHash: "hash")
    guard case .verifyPassword(let id, "secret", "hash") = bench.complete(lookup, .credentials(credentials))
    else {
      Issue.record("no verification")
      return
    }
    var actions: [RESTAction] = []
    bench.api.verified(id, true, at: bench.moment, into: &actions)
    let open = try #require(actions.first?.request)
    #expect(open.actor == .nobody)
    let issued = WallTime(milliseconds: 1_790_000_000_123)
    let account = SelfUser(user: ChatFixtures.alice, email: nil)
    let response = try #require(bench.complete(open, .authenticated(account, issued: issued))?.response)
    #expect(response.status == 200)
    #expect(response.value["user_id"]?.snowflake == ChatFixtures.alice.id)
    let token = try #require(response.value["token"]?.string)
    #expect(RESTBench.authority.verify(token) == TokenClaim(user: ChatFixtures.alice.id, issued: issued))
  }

  @Test func `An unknown name costs a verification and fails like a wrong password`() throws {
    var answers: [[UInt8]] = []
    for credentials in [nil, Credentials(userID: ChatFixtures.alice.id, passwordHash: "hash")] {
      let bench = RESTBench()
      let body = #"{"login":"alice","password":"secret"}"#
      let lookup = try #require(bench.send("POST", "/api/v9/auth/login", body, as: nil)?.request)
      guard case .verifyPassword(let id, _, let hash) = bench.complete(lookup, .credentials(credentials))
      else {
        Issue.record("no verification")
        return
      }
      #expect(hash == (credentials == nil ? "decoy" : "hash"))
      var actions: [RESTAction] = []
      bench.api.verified(id, credentials == nil, at: bench.moment, into: &actions)
      let response = try #require(actions.first?.response)
      #expect(response.status == 400)
      #expect(
        response.value["errors"]?["login"]?["_errors"]?.array?.first?["code"]?.string == "INVALID_LOGIN")
      answers.append(response.body)
    }
    #expect(answers.first == answers.last)
  }

  @Test func `Registering hashes the password first and passes the invite on`() throws {
    let bench = RESTBench()
    let body = #"{"username":"bob","password":"long enough","invite":"abcd","email":"b@x.example"}"#
    guard case .hashPassword(let id, "long enough")? = bench.send("POST", "/api/auth/register", body, as: nil)
    else {
      Issue.record("no hashing")
      return
    }
    var actions: [RESTAction] = []
    bench.api.hashed(id, "argon", at: bench.moment, into: &actions)
    guard case .register(let registration)? = actions.first?.request?.command else {
      Issue.record("no registration")
      return
    }
    let expected = Registration(
      username: "bob", globalName: nil, email: "b@x.example", passwordHash: "argon", inviteCode: "abcd")
    #expect(registration == expected)
    #expect(actions.first?.request?.actor == .nobody)
  }

  @Test(arguments: [#"{"username":"bob"}"#, #"{"username":"bob","password":"short"}"#, "{}"])
  func `A registration without a proper password is refused before it costs anything`(_ body: String) throws {
    let response = try #require(
      RESTBench().send("POST", "/api/auth/register", body, as: nil)?.response)
    #expect(response.status == 400)
    #expect(response.value["errors"]?["password"]?["_errors"]?.array?.count == 1)
  }

  @Test func `A hash that fails is 503`() throws {
    let bench = RESTBench()
    let body = #"{"username":"bob","password":"long enough"}"#
    guard case .hashPassword(let id, _)? = bench.send("POST", "/api/auth/register", body, as: nil) else {
      Issue.record("no hashing")
      return
    }
    var actions: [RESTAction] = []
    bench.api.hashed(id, nil, at: bench.moment, into: &actions)
    #expect(actions.first?.response?.status == 503)
  }
}
