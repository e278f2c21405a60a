internal import Base
internal import ChatCore
internal import Crypto
internal import JSON

/// The guild that `--dev` makes once and finds again: what its record in the data directory says.
struct DemoWorld: Hashable, Sendable {
  /// The record has 22 octets a bot or room, of which there may be 20,499, and about 500 more.
  private static let recordCountMax = 512 * 1024

  let guild: Snowflake
  let text: Snowflake
  let voice: Snowflake
  /// All voice channels, ``voice`` first.
  var rooms: [Snowflake]
  let stage: Snowflake
  let invite: String
  let owner: Snowflake
  /// The owner's username.
  let login: String
  /// The owner's password, made at random.
  let password: String
  var bots: [Snowflake]
  /// When the bots' tokens claim to be minted.
  let issued: WallTime

  /// The record's text.
  var record: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("guild", guild)
      writer.field("text", text)
      writer.field("voice", voice)
      writer.array("rooms") { writer in
        for room in rooms { writer.element(room) }
      }
      writer.field("stage", stage)
      writer.field("invite", invite)
      writer.field("owner", owner)
      writer.field("login", login)
      writer.field("password", password)
      writer.array("bots") { writer in
        for bot in bots { writer.element(bot) }
      }
      writer.field("issued", issued.milliseconds)
    }
    return writer.octets
  }

  /// Reads what ``record`` wrote; `nil` when it is not whole.
  init?(record: [UInt8]) {
    guard let value = try? JSONValue.parse(record, limits: .standard),
      let guild = value["guild"]?.snowflake, let text = value["text"]?.snowflake,
      let voice = value["voice"]?.snowflake, let stage = value["stage"]?.snowflake,
      let invite = value["invite"]?.string, let owner = value["owner"]?.snowflake,
      let login = value["login"]?.string, let password = value["password"]?.string,
      let bots = value["bots"]?.array?.compactMap(\.snowflake),
      let issued = value["issued"]?.int
    else { return nil }
    self.guild = guild
    self.text = text
    self.voice = voice
    // A record of an earlier version has one room and does not list it.
    rooms = value["rooms"]?.array?.compactMap(\.snowflake) ?? [voice]
    self.stage = stage
    self.invite = invite
    self.owner = owner
    self.login = login
    self.password = password
    self.bots = bots
    self.issued = WallTime(milliseconds: Int64(issued))
  }

  private init(
    guild: GuildSnapshot, stage: Channel, invite: InviteView, owner: SelfUser, password: String,
    at now: WallTime
  ) throws(ServerError) {
    guard let text = guild.channels.first(where: { $0.kind == .text }),
      let voice = guild.channels.first(where: { $0.kind == .voice })
    else { throw .store("a new guild has no text and voice channel") }
    self.guild = guild.guild.id
    self.text = text.id
    self.voice = voice.id
    rooms = [voice.id]
    self.stage = stage.id
    self.invite = invite.invite.code
    self.owner = owner.user.id
    login = owner.user.username
    self.password = password
    bots = []
    issued = now
  }

  /// The world that the record in `directory` names, if `chat` still has it; otherwise a new one.
  ///
  /// It has at least the bots and rooms that `configuration` asks for.
  static func findOrMake(
    in chat: inout Chat, _ directory: borrowing DataDirectory, _ configuration: Configuration,
    at now: WallTime
  ) throws(ServerError) -> DemoWorld {
    let file = directory.file("dev.json")
    var world: DemoWorld
    if let record = readFile(file, limit: recordCountMax), let known = DemoWorld(record: record),
      known.isAlive(in: &chat, at: now)
    {
      world = known
    } else {
      var random = SystemRandom()
      let password = random.text(16, of: .alphanumeric)
      guard let hash = PasswordHash.hash(password) else { throw .store("no memory to hash a password") }
      world = try make(in: &chat, password: password, passwordHash: hash, at: now)
    }
    try world.addBots(until: configuration.devBots, in: &chat, at: now)
    try world.addRooms(until: configuration.devRooms, in: &chat, at: now)
    guard replaceFile(file, String(decoding: world.record, as: UTF8.self), mode: 0o600) else {
      throw .dataDirectory(directory.path, "cannot be written: \(errorText())")
    }
    return world
  }

  /// Whether `chat` still has this guild.
  private func isAlive(in chat: inout Chat, at now: WallTime) -> Bool {
    let request = ChatRequest(id: 0, actor: .system, command: .guild(guild), at: now)
    return chat.perform([request]).contains { output in
      if case .reply(_, .guild) = output { true } else { false }
    }
  }

  /// Makes the guild, its channels, owner, invite and bots in `chat`.
  private static func make(
    in chat: inout Chat, password: String, passwordHash: String, at now: WallTime
  ) throws(ServerError) -> DemoWorld {
    let owner = try makeOwner(in: &chat, passwordHash: passwordHash, at: now)
    let guild = try ask(
      &chat, .createGuild(name: "Roost demo", owner: owner.user.id), at: now
    ) { reply -> GuildSnapshot? in
      if case .guild(let guild) = reply { guild } else { nil }
    }
    var changes = ChannelChanges()
    changes.name = .set("Stage")
    let stage = try ask(
      &chat, .createChannel(guild: guild.guild.id, kind: .stage, changes), at: now
    ) { reply -> Channel? in
      if case .channel(let channel) = reply { channel } else { nil }
    }
    var parameters = InviteParameters()
    parameters.maxAge = 0
    let invite = try ask(
      &chat, .createInvite(channel: guild.channels.first?.id ?? stage.id, parameters), at: now
    ) { reply -> InviteView? in
      if case .invite(let invite) = reply { invite } else { nil }
    }
    return try DemoWorld(
      guild: guild, stage: stage, invite: invite, owner: owner, password: password, at: now)
  }

  private static func makeOwner(
    in chat: inout Chat, passwordHash: String, at now: WallTime
  ) throws(ServerError) -> SelfUser {
    let registration = Registration(
      username: "owner", globalName: "Owner", email: nil, passwordHash: passwordHash, inviteCode: nil)
    return try ask(&chat, .register(registration), at: now) { reply -> SelfUser? in
      if case .authenticated(let user, issued: _) = reply { user } else { nil }
    }
  }

  private static func ask<Answer>(
    _ chat: inout Chat, _ command: ChatCommand, at now: WallTime, _ read: (ChatReply) -> Answer?
  ) throws(ServerError) -> Answer {
    let outputs = chat.perform([ChatRequest(id: 0, actor: .system, command: command, at: now)])
    for case .reply(_, let reply) in outputs {
      if let answer = read(reply) { return answer }
      throw .store("the demo guild could not be made: \(reply)")
    }
    throw .store("the demo guild could not be made")
  }
}
