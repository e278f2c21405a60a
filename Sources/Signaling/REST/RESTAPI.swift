import Base
public import ChatCore
import Crypto
import JSON

/// The REST API: requests in, answers and questions to others out.
///
/// A pure value owned by one loop.
///
/// ```
/// receive ─▶ route ─▶ token ─▶ rate ─▶ body ─▶ respond
///                                        └──▶ chat(request) ─▶ complete ─▶ respond
///                                        └──▶ hash or verify a password ─▶ chat ─▶ … respond
/// ```
/// Contract: an exchange's id is unique while it lasts and below 2^62; every action but `respond` is
/// answered once, by ``complete(_:_:at:into:)``, ``hashed(_:_:at:into:)`` or ``verified(_:_:at:into:)``;
/// every exchange is answered once, unless ``cancel(_:)`` says that nobody waits.
public struct RESTAPI: Sendable {
  /// What an exchange waits for.
  enum Stage: Sendable {
    case reply
    case hash(Registration)
    case credentials(login: RESTLogin)
    case verdict(Credentials?, RESTLogin)
    case session
    case factor(String, SessionOpening)
    case confirmation(password: String, Confirmed)
    case confirmed(Confirmed)
    case newHash(UserChanges)
    case removal(String)
    case picture(ChatCommand)
    case search(SearchRequest)
    case endpoint(ApplicationChanges, String, EndpointCheck)
    case uploads([AnnouncedFile])
  }

  /// An exchange that is not answered yet.
  struct Exchange: Sendable {
    let route: RESTRoute
    let actor: Actor
    let reason: String?
    let options: RenderingOptions
    let rateState: RESTRateLimiter.BucketState?
    var stage: Stage
    /// Uploads that are used up when this succeeds.
    var usedUploads: [UInt64] = []
  }

  let configuration: RESTConfiguration
  let tokens: TokenAuthority
  let keys: ApplicationKeys
  let router = RESTRouter()
  private var limiter: RESTRateLimiter
  private var failures: WindowTable<IPAddress>
  var accountLogins: WindowTable<String>
  var addressLogins: WindowTable<IPAddress>
  var codes: WindowTable<Snowflake>
  var exchanges: [UInt64: Exchange] = [:]
  private var counts = RESTStatistics()
  var uploads = UploadTable()

  /// Makes an API without exchanges.
  public init(configuration: RESTConfiguration, tokens: TokenAuthority, keys: ApplicationKeys) {
    self.configuration = configuration
    self.tokens = tokens
    self.keys = keys
    let capacity = configuration.limits.rateTableCapacity
    limiter = RESTRateLimiter(limits: configuration.limits)
    failures = WindowTable(capacity: capacity)
    accountLogins = WindowTable(capacity: capacity)
    addressLogins = WindowTable(capacity: capacity)
    codes = WindowTable(capacity: capacity)
  }

  var limits: RESTLimits { configuration.limits }

  /// What was counted until now.
  public var statistics: RESTStatistics {
    var result = counts
    result.pendingCount = exchanges.count
    return result
  }

  /// Whether requests of that path are to be handed in here.
  public static func serves(path: String) -> Bool {
    path == "/api" || path.hasPrefix("/api/") || path.hasPrefix("/.well-known/")
  }

  /// A request came.
  public mutating func receive(
    _ request: RESTRequest, id: UInt64, at now: Moment, into actions: inout [RESTAction]
  ) {
    counts.requestCount += 1
    do throws(RESTError) {
      if request.method == "OPTIONS" { return respond(CORS.preflight(request), to: id, into: &actions) }
      if request.path == "/.well-known/roost" {
        guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed }
        return respond(discovery(), to: id, into: &actions)
      }
      switch router.find(request.method == "HEAD" ? "GET" : request.method, request.path) {
      case .notFound: throw .notFound
      case .unknownVersion: throw .invalidVersion
      case .otherMethods(let methods):
        var response = RESTError.methodNotAllowed.response
        response.headers.append(("Allow", methods.joined(separator: ", ")))
        respond(response, to: id, into: &actions)
      case .route(let route, let parameters):
        try serve(request, route, parameters, id: id, at: now, into: &actions)
      }
    } catch {
      respond(error.response, to: id, into: &actions)
    }
  }

  /// The chat core's reply to the request with that id.
  public mutating func complete(
    _ requestID: UInt64, _ reply: ChatReply, at now: Moment, into actions: inout [RESTAction]
  ) {
    let id = requestID & (UInt64.max >> 2)
    guard let exchange = exchanges[id] else { return }
    switch (exchange.stage, reply) {
    case (.credentials(let login), .credentials(let credentials)):
      exchanges[id]?.stage = .verdict(credentials, login)
      let hash = credentials?.passwordHash ?? configuration.decoyHash
      actions.append(.verifyPassword(id: id, password: login.password, hash: hash))
    case (.confirmation(let password, let confirmed), .credentials(let credentials)):
      exchanges[id]?.stage = .confirmed(confirmed)
      let hash = credentials?.passwordHash ?? configuration.decoyHash
      actions.append(.verifyPassword(id: id, password: password, hash: hash))
    case (.factor(let code, let opening), .credentials(let credentials)):
      prove(id, code, opening, credentials, exchange, at: now, into: &actions)
    case (.removal(let code), .credentials(let credentials)):
      remove(id, code, credentials, exchange, at: now, into: &actions)
    case (_, .authenticated(let account, let issued)):
      let response = authenticated(account, issued: issued, exchange.route)
      finish(id, response, exchange, at: now, into: &actions)
    case (_, .personal(.secondFactorSet(let account, let issued, let codes))):
      let response = authenticated(account, issued: issued, exchange.route, codes)
      finish(id, response, exchange, at: now, into: &actions)
    case (.endpoint(let changes, let url, .application), .application(let application, _)):
      verifyEndpoint(
        changes, url, of: application.id, id: id, isForged: true, at: now, into: &actions)
    case (_, .failure(let error)):
      finish(id, RESTError(error).response, exchange, at: now, into: &actions)
    case (.search(let wanted), .search(.partial(let progress))):
      // Between two parts the core does what others ask.
      ask(.search(.messages(wanted, from: progress)), as: exchange.actor, id: id, at: now, into: &actions)
    case (.reply, .application(var application, let owner)):
      application.verifyKey = keys.verifyKey(of: application.id) ?? application.verifyKey
      let response = exchange.options.render(.application(application, owner: owner), exchange.route)
      finish(id, response, exchange, at: now, into: &actions)
    case (.uploads(let files), .done):
      guard case .user(let owner, _) = exchange.actor else { break }
      finish(id, announced(files, owner: owner, at: now), exchange, at: now, into: &actions)
    case (.reply, _), (.search, _):
      uploads.remove(exchange.usedUploads)
      let response = exchange.options.render(reply, exchange.route)
      finish(id, response, exchange, at: now, into: &actions)
    default: finish(id, RESTError.internalError.response, exchange, at: now, into: &actions)
    }
  }

  /// Nobody waits for the exchange any more: its connection is gone.
  public mutating func cancel(_ id: UInt64) {
    exchanges[id] = nil
  }

  // MARK: One request

  private mutating func serve(
    _ request: RESTRequest, _ route: RESTRoute, _ parameters: RouteParameters, id: UInt64, at now: Moment,
    into actions: inout [RESTAction]
  ) throws(RESTError) {
    let claim = try authenticate(request, route, at: now)
    let subject = subject(claim, parameters, request)
    let state: RESTRateLimiter.BucketState?
    switch limiter.count(subject, route.rate, resource: resource(route, parameters), at: now.instant) {
    case .allowed(let bucket): state = bucket
    case .limited(let retryAfter, let isGlobal, let bucket):
      counts.limitedCount += 1
      var response = RESTError.limited(retryAfter: retryAfter, isGlobal: isGlobal)
      if let bucket { response.headers += bucket.headers(at: now.wall) }
      return respond(response, to: id, into: &actions)
    }
    var call = RESTCall(request, route, parameters, claim: claim, limits: limits)
    call.webhookSecret = webhookSecret(parameters)
    call.kept = uploads(for: call, at: now)
    do throws(RESTError) {
      try follow(try call.plan(configuration), call, state, id: id, at: now, into: &actions)
    } catch {
      var response = error.response
      if let state { response.headers += state.headers(at: now.wall) }
      respond(response, to: id, into: &actions)
    }
  }

  private func subject(
    _ claim: TokenClaim?, _ parameters: RouteParameters, _ request: RESTRequest
  ) -> RESTRateLimiter.Subject {
    if parameters["token"] != nil { return .bearer(request.remote) }
    return claim.map { .account($0.user) } ?? .address(request.remote)
  }

  private mutating func follow(
    _ plan: RESTPlan, _ call: RESTCall, _ state: RESTRateLimiter.BucketState?, id: UInt64, at now: Moment,
    into actions: inout [RESTAction]
  ) throws(RESTError) {
    if var response = immediate(plan, call, at: now) {
      if let state { response.headers += state.headers(at: now.wall) }
      return respond(response, to: id, into: &actions)
    }
    guard exchanges.count < limits.pendingCountMax, exchanges[id] == nil else {
      counts.overloadCount += 1
      throw .overloaded
    }
    var exchange = Exchange(
      route: call.route, actor: call.actor, reason: call.reason, options: try RenderingOptions(call, links),
      rateState: state, stage: .reply, usedUploads: call.kept.values.map(\.id))
    switch plan {
    case .respond, .dropUpload: return
    case .announceUploads(let files, let channel):
      exchange.stage = .uploads(files)
      exchanges[id] = exchange
      ask(.mayAttach(channel: channel), as: call.actor, id: id, at: now, into: &actions)
    case .ask(let command):
      if case .search(.messages(let wanted, _)) = command { exchange.stage = .search(wanted) }
      exchanges[id] = exchange
      var request = ChatRequest(
        id: ChatRequestOrigin.rest.id(id), actor: call.actor, command: command, at: now.wall)
      request.reason = exchange.reason
      actions.append(.chat(request))
    case .logIn(let login, let password, let enables):
      try throttle(login: login.lowercased(), call.request.remote, at: now)
      exchange.stage = .credentials(
        login: RESTLogin(password: password, client: call.client, enables: enables))
      exchanges[id] = exchange
      ask(.credentials(login: login), as: .nobody, id: id, at: now, into: &actions)
    case .logInWithCode(let ticket, let code):
      try logIn(ticket, code, call, exchange, id: id, at: now, into: &actions)
    case .confirm(let password, let confirmed):
      try confirm(password, confirmed, call, exchange, id: id, at: now, into: &actions)
    case .enableFactor(let secret, let code, let password):
      try throttle(codesOf: try call.own(), at: now)
      guard let step = TOTP.step(of: code, secret: secret, at: now.wall) else {
        throw RESTError(.code(.wrongSecondFactor))
      }
      let command = ChatCommand.account(.setSecondFactor(secret: secret, step: step))
      try confirm(password, .ask(command), call, exchange, id: id, at: now, into: &actions)
    case .removeFactor(let code):
      try removeFactor(code, call, exchange, id: id, at: now, into: &actions)
    case .register(let registration, let password):
      try throttle(login: nil, call.request.remote, at: now)
      exchange.stage = .hash(registration)
      exchanges[id] = exchange
      actions.append(.hashPassword(id: id, password: password))
    case .verifyEndpoint(let changes, let url):
      exchange.stage = .endpoint(changes, url, .application)
      exchanges[id] = exchange
      ask(.currentApplication, as: exchange.actor, id: id, at: now, into: &actions)
    case .keepPicture(let octets, let command):
      exchange.stage = .picture(command)
      exchanges[id] = exchange
      actions.append(.keepPicture(id: id, octets: octets))
    }
  }

  /// What a limit is counted for.
  private func resource(_ route: RESTRoute, _ parameters: RouteParameters) -> String {
    guard route.rate == .webhooks else { return parameters["channel"] ?? parameters["guild"] ?? "" }
    // Longer texts are no tokens; they share what is left of them.
    return "\(parameters["webhook"] ?? "")/\((parameters["token"] ?? "").prefix(96))"
  }

  /// The secret in a path's token, when it is the authentic one of a webhook.
  func webhookSecret(_ parameters: RouteParameters) -> String? {
    guard let id = parameters["webhook"].flatMap({ Snowflake($0) }), let token = parameters["token"] else {
      return nil
    }
    return tokens.webhookSecret(id, in: token)
  }

  private var links: WebhookLinks { WebhookLinks(tokens: tokens, apiURL: configuration.apiURL) }

  /// The answer to what nobody need be asked about.
  private mutating func immediate(_ plan: RESTPlan, _ call: RESTCall, at now: Moment) -> RESTResponse? {
    switch plan {
    case .respond(let response): response
    case .dropUpload(let name):
      call.claim.map { dropUpload(name, owner: $0.user, at: now) } == true
        ? .noContent : RESTError.notFound.response
    default: nil
    }
  }

  /// Whose token the request carries.
  ///
  /// A wrong one is refused on every route, none only where one is needed.
  private mutating func authenticate(
    _ request: RESTRequest, _ route: RESTRoute, at now: Moment
  ) throws(RESTError) -> TokenClaim? {
    guard !failures.isExhausted(request.remote, limits.failureRate, at: now.instant) else {
      counts.limitedCount += 1
      throw .tooManyFailures
    }
    let header = request.header("authorization") ?? ""
    if header.isEmpty, route.isAnonymous { return nil }
    if let claim = claim(of: header) { return claim }
    // The demo page logs in with an old token still in its store.
    if route == .login || route == .register || route == .logInWithCode || route == .logInWithBackupCode {
      return nil
    }
    _ = failures.count(request.remote, limits.failureRate, at: now.instant)
    throw .unauthorized
  }

  /// What the token in an Authorization field says; `nil` when it does not hold.
  func claim(of header: String) -> TokenClaim? {
    tokens.verify(header.hasPrefix("Bot ") ? String(header.dropFirst(4)) : header)
  }

  func ask(
    _ command: ChatCommand, as actor: Actor, id: UInt64, at now: Moment, into actions: inout [RESTAction]
  ) {
    let request = ChatRequest(
      id: ChatRequestOrigin.rest.id(id), actor: actor, command: command, at: now.wall)
    actions.append(.chat(request))
  }

  mutating func finish(
    _ id: UInt64, _ response: RESTResponse, _ exchange: Exchange, at now: Moment,
    into actions: inout [RESTAction]
  ) {
    exchanges[id] = nil
    var response = response
    if let state = exchange.rateState { response.headers += state.headers(at: now.wall) }
    respond(response, to: id, into: &actions)
  }

  private mutating func respond(
    _ response: RESTResponse, to id: UInt64, into actions: inout [RESTAction]
  ) {
    var response = response
    response.headers += CORS.headers
    counts.responses[min(max(response.status / 100, 1), 5) - 1] += 1
    actions.append(.respond(id: id, response))
  }

  private func discovery() -> RESTResponse {
    .object {
      $0.field("api", configuration.apiURL)
      $0.field("gateway", configuration.gatewayURL)
      $0.array("api_versions") {
        $0.element(9)
        $0.element(10)
      }
    }
  }
}
