import Base
import ChatCore
import ChatTesting
import Testing

/// A chat core over a memory disk with a few people, for reducer tests.
///
/// Ann owns the guild "Roost"; Bob and Cy are members; Dot is not.
struct World: ~Copyable {
  typealias Service = ChatService<MemoryStore, SeededRandom>

  let disk: MemoryDisk
  var service: Service
  /// The wall clock; each request takes a millisecond.
  var now: Int64 = 1_700_000_000_000
  private var nextRequest: UInt64 = 0
  /// Events of the last request, apart from entries of the audit log.
  private(set) var events: [ChatEvent] = []
  /// Entries of the audit log that the last request made.
  private(set) var audits: [AuditEntry] = []
  /// Who learned of them.
  private(set) var auditAudiences: [Audience] = []

  var ann = Snowflake(rawValue: 0)
  var bob = Snowflake(rawValue: 0)
  var cy = Snowflake(rawValue: 0)
  var dot = Snowflake(rawValue: 0)
  var guild = Snowflake(rawValue: 0)
  var text = Snowflake(rawValue: 0)
  var voice = Snowflake(rawValue: 0)

  static func make(_ registration: RegistrationPolicy) throws -> World {
    let disk = MemoryDisk()
    let service = try Service(
      store: MemoryStore(disk), random: SeededRandom(seed: 1),
      configuration: ChatConfiguration(registration: registration, node: 3),
      at: WallTime(milliseconds: 1_700_000_000_000))
    return try populated(World(disk, service))
  }

  private init(_ disk: MemoryDisk, _ service: consuming Service) {
    self.disk = disk
    self.service = service
  }

  private static func populated(_ world: consuming World) throws -> World {
    world.ann = try world.register("ann")
    world.bob = try world.register("bob")
    world.cy = try world.register("cy")
    world.dot = try world.register("dot")
    let made = try snapshot(world.ask(world.ann, .createGuild(name: "Roost", owner: nil)))
    world.guild = made.guild.id
    world.text = try #require(made.channels.first { $0.kind == .text }).id
    world.voice = try #require(made.channels.first { $0.kind == .voice }).id
    let code = try world.invite()
    for user in [world.bob, world.cy] { try expectDone(world.ask(user, .acceptInvite(code: code))) }
    return world
  }

  private mutating func register(_ name: String) throws -> Snowflake {
    let reply = ask(
      .system,
      .register(
        Registration(
          username: name, globalName: nil, email: "\(name)@example.org", passwordHash: "hash of \(name)",
          inviteCode: nil)))
    guard case .authenticated(let user, _) = reply else {
      throw Unexpected(reply: reply)
    }
    return user.user.id
  }

  /// A reply that a test did not want.
  struct Unexpected: Error {
    let reply: ChatReply
  }

  mutating func ask(_ user: Snowflake, _ command: ChatCommand) -> ChatReply {
    ask(.user(user, issued: WallTime(milliseconds: now)), command)
  }

  mutating func ask(_ actor: Actor, _ command: ChatCommand) -> ChatReply {
    let outputs = perform([(actor, command)])
    events = World.events(outputs)
    let told = outputs.compactMap { output -> (AuditEntry, Audience)? in
      guard case .event(let event) = output, case .auditEntry(let entry) = event.payload else { return nil }
      return (entry, event.audience)
    }
    audits = told.map(\.0)
    auditAudiences = told.map(\.1)
    guard case .reply(_, let reply)? = outputs.last else { return .failure(.unavailable) }
    return reply
  }

  /// Performs several commands as one batch.
  mutating func perform(_ commands: [(Actor, ChatCommand)]) -> [ChatOutput] {
    var batch: [ChatRequest] = []
    for (actor, command) in commands {
      now += 1
      nextRequest += 1
      batch.append(
        ChatRequest(
          id: nextRequest, actor: actor, command: command, at: WallTime(milliseconds: now)))
    }
    let outputs = service.perform(batch)
    let replies = outputs.compactMap { if case .reply(let id, _) = $0 { id } else { nil } }
    #expect(replies == batch.map(\.id), "exactly one reply a request, in order")
    return outputs
  }

  static func events(_ outputs: [ChatOutput]) -> [ChatEvent] {
    outputs.compactMap { output in
      guard case .event(let event) = output else { return nil }
      if case .auditEntry = event.payload { return nil }
      return event
    }
  }

  static func replies(_ outputs: [ChatOutput]) -> [ChatReply] {
    outputs.compactMap { if case .reply(_, let reply) = $0 { reply } else { nil } }
  }

  /// The core after a restart on the same disk.
  mutating func restart() throws {
    service = try Service(
      store: MemoryStore(disk), random: SeededRandom(seed: 2),
      configuration: ChatConfiguration(registration: .open, node: 3), at: WallTime(milliseconds: now))
  }

  mutating func invite() throws -> String {
    let reply = ask(ann, .createInvite(channel: text, InviteParameters()))
    guard case .invite(let view) = reply else { throw Unexpected(reply: reply) }
    return view.invite.code
  }

  /// A new bot that is a member of the guild.
  mutating func addBot() throws -> Snowflake {
    let reply = ask(.system, .createBot(name: "robot"))
    guard case .bot(let application) = reply else { throw Unexpected(reply: reply) }
    try expectDone(ask(ann, .addBot(guild: guild, bot: application.id)))
    return application.id
  }

  mutating func say(_ user: Snowflake, _ content: String) throws -> Message {
    try message(ask(user, .createMessage(channel: text, MessageDraft(content: content)))).message
  }

  mutating func makeRole(_ changes: RoleChanges) throws -> Role {
    let reply = ask(ann, .createRole(guild: guild, changes))
    guard case .role(let role) = reply else { throw Unexpected(reply: reply) }
    return role
  }

  mutating func give(_ user: Snowflake, _ permissions: Permissions) throws -> Role {
    var changes = RoleChanges()
    changes.permissions = .set(permissions)
    let role = try makeRole(changes)
    try expectDone(ask(ann, .addMemberRole(guild: guild, user: user, role: role.id)))
    return role
  }

  mutating func makeChannel(
    _ kind: ChannelKind, _ name: String, _ overwrites: [PermissionOverwrite]
  ) throws -> Channel {
    var changes = ChannelChanges()
    changes.name = .set(name)
    changes.overwrites = .set(overwrites)
    let reply = ask(ann, .createChannel(guild: guild, kind: kind, changes))
    guard case .channel(let channel) = reply else { throw Unexpected(reply: reply) }
    return channel
  }

  mutating func join(_ user: Snowflake, _ channel: Snowflake?) -> ChatReply {
    let session = "s\(user)"
    _ = ask(user, .identify(session: session))
    return ask(
      user,
      .updateVoiceState(
        VoiceUpdate(
          session: session, guild: guild, channel: channel, isSelfMuted: false, isSelfDeafened: false,
          isSelfVideo: false)))
  }

  /// Everything that the operator can see of the guild.
  mutating func wholeGuild() throws -> GuildSnapshot {
    try snapshot(ask(.system, .guild(guild)))
  }
}

func snapshot(_ reply: ChatReply) throws -> GuildSnapshot {
  guard case .guild(let snapshot) = reply else { throw World.Unexpected(reply: reply) }
  return snapshot
}

func message(_ reply: ChatReply) throws -> MessageView {
  guard case .message(let view) = reply else { throw World.Unexpected(reply: reply) }
  return view
}

func channel(_ reply: ChatReply) throws -> Channel {
  guard case .channel(let channel) = reply else { throw World.Unexpected(reply: reply) }
  return channel
}

/// Succeeds for every reply but a failure.
func expectDone(_ reply: ChatReply, sourceLocation: SourceLocation = #_sourceLocation) throws {
  if case .failure = reply {
    Issue.record("\(reply)", sourceLocation: sourceLocation)
    throw World.Unexpected(reply: reply)
  }
}

func code(_ code: ErrorCode) -> ChatReply { .failure(.code(code)) }

/// The inner codes of a form error.
func formCodes(_ reply: ChatReply) -> [String] {
  guard case .failure(.form(let problems)) = reply else { return [] }
  return problems.map(\.code)
}

extension PermissionOverwrite {
  static func everyone(of guild: Snowflake, deny: Permissions) -> PermissionOverwrite {
    PermissionOverwrite(id: guild, target: .role, allow: [], deny: deny)
  }

  static func member(_ user: Snowflake, allow: Permissions) -> PermissionOverwrite {
    PermissionOverwrite(id: user, target: .member, allow: allow, deny: [])
  }
}
