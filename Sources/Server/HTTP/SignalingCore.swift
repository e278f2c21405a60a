internal import Base
internal import ChatCore
internal import HTTPServer
internal import MediaControl
internal import Net
internal import Signaling
internal import Synchronization

/// Both gateways and the REST API on the HTTP loop, and the mailboxes to the other threads.
///
/// Each input goes to one of the three values, and what they ask for is done at once and in order, until
/// nothing is left to do; then the timer is set. Owned by the HTTP loop's thread.
final class SignalingCore {
  let site: Site
  let services: Services
  var gateway: Gateway<SystemRandom>
  var voice: VoiceGateway<SystemRandom>
  var rest: RESTAPI
  var desk: InteractionDesk
  let links: AttachmentLinks
  var pages = Pages()
  var isStopping = false

  /// Sockets by the number that the gateways know, and back.
  private var sockets: [Signaling.ConnectionID: OpenSocket] = [:]
  private var connections: [WebSocketID: Signaling.ConnectionID] = [:]
  private var connectionCount: UInt64 = 0
  private var trims = TrimSchedule(start: MonotonicClock.now())
  /// REST requests that wait for their answer.
  private var exchanges: [UInt64: ExchangeID] = [:]
  private var exchangeCount: UInt64 = 0
  /// Requests whose files the worker takes in.
  var uploads: [UInt64: RESTRequest] = [:]
  /// What waits for the chat core's word about files.
  var fileQuestions: [UInt64: FileQuestion] = [:]
  var fileQuestionCount: UInt64 = 0
  var nextSweep = Instant.zero
  var hotBlobs = HotBlobs(octetsMax: Limits.hotBlobs)
  /// Smaller pictures, and who waits for one.
  var renditions = RenditionTable<RenditionKey>(
    octetsMax: Limits.renditionOctets, countMax: Limits.renditions)
  var renditionWaiters: [RenditionKey: [RenditionWaiter]] = [:]
  /// Pictures of elsewhere, and who waits for one.
  var externals = RenditionTable<String>(octetsMax: Limits.externalOctets, countMax: Limits.externals)
  var externalWaiters: [String: [ExternalWaiter]] = [:]
  /// What has arrived of uploads that come before their message.
  var uploadSpools: [UInt64: UploadSpool] = [:]
  /// Where everybody is in voice, as the chat core last said, to tell a stale departure.
  private var voiceSeats: [VoiceKey: VoicePlace] = [:]
  private var departureCount: UInt64 = 0
  /// For each shard, the commands that its mailbox had no room for, in order.
  ///
  /// None may be lost, or a muted member would go on being heard. At most a few for each voice session,
  /// whose number is bounded.
  private var heldCommands: [[MediaCommand]]

  private var gatewayActions = GatewayActions()
  private var voiceActions: [VoiceAction] = []
  var restActions: [RESTAction] = []
  var deskActions: [InteractionDesk.Action] = []
  /// Requests that nobody waits for, made for bots with endpoints.
  var deskCount: UInt64 = 0

  private struct OpenSocket {
    let id: WebSocketID
    let isVoice: Bool
  }

  private struct VoiceKey: Hashable {
    let guild: Snowflake
    let user: Snowflake
  }

  private struct VoicePlace: Equatable {
    let channel: Snowflake
    let session: String
  }

  /// Makes the core of a site.
  init(site: Site, services: Services) {
    self.site = site
    self.services = services
    links = AttachmentLinks(
      base: site.url, secret: services.secret, showsExternal: services.links != nil)
    var gatewayConfiguration = GatewayConfiguration(resumeURL: site.gatewayURL)
    gatewayConfiguration.limits.connectionCountMax = services.configuration.connectionsMax
    gateway = Gateway(
      configuration: gatewayConfiguration, tokens: services.tokens, random: SystemRandom())
    heldCommands = [[MediaCommand]](repeating: [], count: services.shards.count)
    var voiceConfiguration = VoiceGatewayConfiguration(endpoint: site.voiceEndpoint, node: site.node)
    voiceConfiguration.sessionsMax = services.configuration.voicePeersMax
    voiceConfiguration.spread = SpreadPolicy(
      membersMax: services.configuration.mediaSpreadMembers,
      utilisationMax: Double(services.configuration.mediaSpreadUtilisation) / 100)
    voice = VoiceGateway(configuration: voiceConfiguration, random: SystemRandom())
    var restConfiguration = RESTConfiguration(
      apiURL: site.url + "/api", gatewayURL: site.gatewayURL, region: "roost", decoyHash: decoyHash)
    restConfiguration.limits = restConfiguration.limits.scaled(
      percent: services.configuration.ratePercent)
    restConfiguration.limits.uploadCountMax = services.configuration.uploadMax << 20
    rest = RESTAPI(
      configuration: restConfiguration, tokens: services.tokens,
      keys: ApplicationKeys(secret: services.secret))
    desk = InteractionDesk(keys: ApplicationKeys(secret: services.secret))
  }

  var now: Moment {
    Moment(instant: MonotonicClock.now(), wall: WallClock.now())
  }

  /// The loop runs: deadlines are kept from now on.
  func started(on loop: HTTPLoop) {
    settle(on: loop)
  }

  // Sockets.

  /// Both gateways live at `/`; the listener tells which one is meant.
  func upgrade(_ request: HTTPRequest) -> UpgradeDecision {
    guard !isStopping else { return .reject(HTTPResponse(status: 503)) }
    guard request.path == "/" else { return .reject(HTTPResponse(status: 404)) }
    return .accept(maxMessageCount: Limits.gatewayMessageCountMax)
  }

  func opened(_ socket: WebSocketID, _ request: HTTPRequest, on loop: HTTPLoop) {
    connectionCount += 1
    trims.note(at: now.instant)
    let id = Signaling.ConnectionID(rawValue: connectionCount)
    let isVoice = request.listener >= site.mainListeners
    sockets[id] = OpenSocket(id: socket, isVoice: isVoice)
    connections[socket] = id
    if isVoice {
      voice.opened(id, query: request.query, from: request.remote, at: now.instant, into: &voiceActions)
    } else {
      gateway.opened(id, query: request.query, from: request.remote.ip, at: now, into: &gatewayActions)
    }
    settle(on: loop)
  }

  func received(_ message: WebSocketMessage, _ socket: WebSocketID, on loop: HTTPLoop) {
    guard let id = connections[socket], let open = sockets[id] else { return }
    let message: SocketMessage =
      switch message {
      case .text(let octets): .text(octets)
      case .binary(let octets): .binary(octets)
      }
    if open.isVoice {
      voice.received(id, message, at: now.instant, into: &voiceActions)
    } else {
      gateway.received(message, id, at: now, into: &gatewayActions)
    }
    settle(on: loop)
  }

  func closed(_ socket: WebSocketID, code: UInt16?, on loop: HTTPLoop) {
    guard let id = connections.removeValue(forKey: socket) else { return }
    trims.note(at: now.instant)
    guard let open = sockets.removeValue(forKey: id) else { return }
    // While the server stops, every client goes; their sessions must not end with it.
    let code = isStopping ? nil : code
    if open.isVoice {
      voice.closed(id, code: code, at: now.instant, into: &voiceActions)
    } else {
      gateway.closed(id, code: code, at: now, into: &gatewayActions)
    }
    settle(on: loop)
  }

  func stopping(on loop: HTTPLoop) {
    isStopping = true
    services.isReady.store(false, ordering: .releasing)
    gateway.shutDown(at: now, into: &gatewayActions)
    settle(on: loop)
  }

  // REST.

  func remember(_ exchange: ExchangeID) -> UInt64 {
    exchangeCount += 1
    exchanges[exchangeCount] = exchange
    return exchangeCount
  }

  // Mailboxes and time.

  func woken(on loop: HTTPLoop) {
    let batches = services.chat.outputs.drain()
    for batch in batches {
      for output in batch { receive(output, on: loop) }
    }
    services.chat.tookOutputs(batches.count)
    for shard in services.shards {
      for event in shard.events.drain() { voice.media(event, at: now.instant, into: &voiceActions) }
    }
    for result in services.passwords.results.drain() {
      switch result {
      case .hashed(let id, let hash): rest.hashed(id, hash, at: now, into: &restActions)
      case .verified(let id, let isRight): rest.verified(id, isRight, at: now, into: &restActions)
      }
    }
    for result in services.files.results.drain() { receive(result, on: loop) }
    for findings in services.links?.findings.drain() ?? [] {
      for finding in findings { receive(finding, on: loop) }
    }
    for result in services.renditions.results.drain() { receive(result, on: loop) }
    takeOutcomes()
    settle(on: loop)
  }

  func expired(on loop: HTTPLoop) {
    let now = now
    sweep(at: now.instant)
    if trims.take(at: now.instant) { services.files.jobs.post(.trimHeap) }
    if gateway.deadline <= now.instant { gateway.expire(at: now, into: &gatewayActions) }
    if voice.deadline <= now.instant { voice.expire(at: now.instant, into: &voiceActions) }
    if desk.deadline <= now.instant { desk.expire(at: now.instant, into: &deskActions) }
    settle(on: loop)
  }

  private func receive(_ output: ChatOutput, on loop: HTTPLoop) {
    let output = links.sign(output, at: now.wall)
    switch output {
    case .reply(let id, let reply): receive(reply, to: id, on: loop)
    case .event(let event):
      gateway.chat(output, at: now, into: &gatewayActions)
      desk.chat(event, at: now, into: &deskActions)
      switch event.payload {
      case .voiceStateUpdate(let view): note(view.state)
      case .voiceServerNeeded(let assignment): place(assignment)
      case .linksPosted(let links): look(up: links)
      default: break
      }
    }
    // One after the other, so that what an output causes is sent before the next one's.
    perform(on: loop)
  }

  private func receive(_ reply: ChatReply, to id: UInt64, on loop: HTTPLoop) {
    switch ChatRequestOrigin(of: id) {
    case .gateway: gateway.chat(.reply(id: id, reply), at: now, into: &gatewayActions)
    case .rest: rest.complete(id, reply, at: now, into: &restActions)
    case .files: receiveFile(reply, to: id, on: loop)
    case .voiceGateway, nil: break
    }
  }

  private func note(_ state: VoiceState) {
    let key = VoiceKey(guild: state.guildID, user: state.userID)
    voiceSeats[key] = state.channelID.map { VoicePlace(channel: $0, session: state.sessionID) }
    voice.voiceStateChanged(state, at: now.instant, into: &voiceActions)
  }

  private func place(_ assignment: VoiceAssignment) {
    voice.observe(utilisations: services.shards.map { $0.latestStatistics().utilisation })
    let ticket = voice.admit(assignment, at: now.instant)
    gateway.dispatchVoiceServerUpdate(
      session: assignment.sessionID, guild: assignment.guildID, token: ticket?.token ?? "",
      endpoint: ticket?.endpoint, at: now, into: &gatewayActions)
  }

  // Actions.

  func settle(on loop: HTTPLoop) {
    perform(on: loop)
    retell()
    let retry = heldCommands.allSatisfy(\.isEmpty) ? .distantFuture : now.instant + Limits.commandRetry
    loop.setTimer(
      min(gateway.deadline, voice.deadline, desk.deadline, min(retry, nextSweep, trims.due)))
  }

  /// Commands a shard, after those that it had no room for.
  private func tell(_ shard: ShardID, _ command: MediaCommand) {
    let index = Int(shard.rawValue)
    if heldCommands[index].isEmpty, services.shards[index].commands.post(command) { return }
    services.refused.mediaCommands.add()
    heldCommands[index].append(command)
  }

  private func retell() {
    for (index, shard) in services.shards.enumerated() where !heldCommands[index].isEmpty {
      if let firstRefused = heldCommands[index].firstIndex(where: { !shard.commands.post($0) }) {
        heldCommands[index].removeFirst(firstRefused)
      } else {
        heldCommands[index].removeAll()
      }
    }
  }

  /// Does what is asked until nothing is; what a refused request causes is done in the next round.
  private func perform(on loop: HTTPLoop) {
    while true {
      let fromGateway = gatewayActions.drain()
      let fromVoice = voiceActions
      let fromREST = restActions
      let fromDesk = deskActions
      guard !fromGateway.isEmpty || !fromVoice.isEmpty || !fromREST.isEmpty || !fromDesk.isEmpty else {
        return
      }
      deskActions.removeAll(keepingCapacity: true)
      voiceActions.removeAll(keepingCapacity: true)
      restActions.removeAll(keepingCapacity: true)
      for action in fromGateway { perform(action, on: loop) }
      for action in fromVoice { perform(action, on: loop) }
      for action in fromREST { perform(action, on: loop) }
      for action in fromDesk { perform(action, on: loop) }
    }
  }

  private func perform(_ action: GatewayAction, on loop: HTTPLoop) {
    switch action {
    case .send(let id, let message): send(message, to: id, on: loop)
    case .close(let id, let code, let reason): close(id, code, reason, on: loop)
    case .chat(let request): post(request, on: loop)
    }
  }

  private func perform(_ action: VoiceAction, on loop: HTTPLoop) {
    switch action {
    case .send(let id, let message): send(message, to: id, on: loop)
    case .close(let id, let code): close(id, code.rawValue, code.reason, on: loop)
    case .media(let shard, let command): tell(shard, command)
    case .left(let departure): leave(departure, on: loop)
    }
  }

  private func perform(_ action: RESTAction, on loop: HTTPLoop) {
    switch action {
    case .respond(let id, let response): respond(id, response, on: loop)
    case .chat(let request): post(request, on: loop)
    case .askEndpoint(let request): askEndpoint(request)
    case .keepPicture(let id, let octets):
      guard !services.files.jobs.post(.picture(id: id, octets)) else { return }
      services.refused.files.add()
      rest.kept(id, .failed, at: now, into: &restActions)
    case .hashPassword(let id, let password):
      guard !services.passwords.jobs.post(.hash(id: id, password: password)) else { return }
      services.refused.passwords.add()
      rest.hashed(id, nil, at: now, into: &restActions)
    case .verifyPassword(let id, let password, let hash):
      guard !services.passwords.jobs.post(.verify(id: id, password: password, hash: hash)) else { return }
      services.refused.passwords.add()
      rest.hashed(id, nil, at: now, into: &restActions)
    }
  }

  /// Answers the request that was remembered under `id`.
  func respond(_ id: UInt64, _ response: RESTResponse, on loop: HTTPLoop) {
    guard let exchange = exchanges.removeValue(forKey: id) else { return }
    loop.respond(
      exchange, HTTPResponse(status: response.status, headers: response.headers, body: response.body))
  }

  private func send(_ message: SocketMessage, to id: Signaling.ConnectionID, on loop: HTTPLoop) {
    guard let socket = sockets[id] else { return }
    switch message {
    case .text(let octets): loop.send(socket.id, .text(octets))
    case .binary(let octets): loop.send(socket.id, .binary(octets))
    }
  }

  private func close(_ id: Signaling.ConnectionID, _ code: UInt16, _ reason: String, on loop: HTTPLoop) {
    guard let socket = sockets.removeValue(forKey: id) else { return }
    connections[socket.id] = nil
    loop.close(socket.id, code: code, reason: reason)
  }

  /// Asks the chat core; a full mailbox answers at once.
  func post(_ request: ChatRequest, on loop: HTTPLoop) {
    guard !services.chat.requests.post(request) else { return }
    services.refused.chatRequests.add()
    receive(.failure(.unavailable), to: request.id, on: loop)
  }

  /// Ends the voice state of somebody whose voice connection is gone, unless they are elsewhere already.
  private func leave(_ departure: VoiceDeparture, on loop: HTTPLoop) {
    let place = VoicePlace(channel: departure.channel, session: departure.sessionID)
    guard voiceSeats[VoiceKey(guild: departure.server, user: departure.user)] == place else { return }
    departureCount += 1
    let update = VoiceUpdate(
      session: departure.sessionID, guild: departure.server, channel: nil, isSelfMuted: false,
      isSelfDeafened: false, isSelfVideo: false)
    let now = now
    post(
      ChatRequest(
        id: ChatRequestOrigin.voiceGateway.id(departureCount),
        actor: .user(departure.user, issued: now.wall), command: .updateVoiceState(update), at: now.wall),
      on: loop)
  }
}
