import Testing

@testable import Signaling

@Suite struct RESTRouterTests {
  @Test(arguments: RESTRoute.allCases)
  func `Every route is found under every version, by its method alone`(_ route: RESTRoute) {
    let path = route.segments.map { $0.first == "{" ? "123" : String($0) }.joined(separator: "/")
    let router = RESTRouter()
    for prefix in ["/api/v10/", "/api/v9/", "/api/"] {
      guard case .route(route, let parameters) = router.find(String(route.method), prefix + path) else {
        Issue.record("\(prefix)\(path): \(router.find(String(route.method), prefix + path))")
        continue
      }
      for segment in route.segments where segment.first == "{" {
        #expect(parameters[String(segment.dropFirst().dropLast())] == "123")
      }
    }
    guard case .otherMethods(let methods) = router.find("TRACE", "/api/v10/" + path) else {
      Issue.record("TRACE \(path)")
      return
    }
    #expect(methods.contains(String(route.method)))
  }

  @Test(
    arguments: [
      (
        "PUT", "/api/v10/channels/1/messages/2/reactions/%F0%9F%91%8D/@me", RESTRoute.addReaction, "emoji",
        "👍"
      ),
      ("PUT", "/api/channels/1/messages/2/reactions/name%3A123/%40me", .addReaction, "emoji", "name:123"),
      ("DELETE", "/api/v9/channels/1/messages/2/reactions/x/7", .removeReaction, "user", "7"),
      ("GET", "/api/v10/users/@me", .getSelf, "user", nil),
      ("GET", "/api/v10/users/5", .getUser, "user", "5"),
      ("GET", "/api/v10/guilds/5/members/search", .searchMembers, "guild", "5"),
      ("GET", "/api/v10/guilds/5/", .getGuild, "guild", "5"),
    ] as [(String, String, RESTRoute, String, String?)])
  func `Literal segments win and parameters are decoded`(
    _ method: String, _ path: String, _ route: RESTRoute, _ name: String, _ value: String?
  ) {
    guard case .route(let found, let parameters) = RESTRouter().find(method, path) else {
      Issue.record("\(path)")
      return
    }
    #expect(found == route)
    #expect(parameters[name] == value)
  }

  @Test(arguments: [
    "", "/", "/api", "/api/", "/api/v10", "/api/v10/nothing", "/v10/gateway", "/api/v10//gateway",
    "/api/v10/channels/%zz", "/api/v10/channels/%FF", "/api/v10/channels/%", "/api/v10/gateway/bot/x",
    "/api/v10/" + String(repeating: "a/", count: 100),
    "/api/v10/users/" + String(repeating: "9", count: 2_000),
  ])
  func `Anything else is not found`(_ path: String) {
    #expect(RESTRouter().find("GET", path) == .notFound)
  }

  @Test(arguments: ["/api/v8/gateway", "/api/v11/gateway", "/api/v1/gateway"])
  func `Other versions are named as such`(_ path: String) {
    #expect(RESTRouter().find("GET", path) == .unknownVersion)
  }
}
