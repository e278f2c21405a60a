import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Accounts and sessions")
struct AccountTests {
  private func registration(_ name: String, email: String? = nil, invite: String? = nil) -> ChatCommand {
    .register(
      Registration(
        username: name, globalName: nil, email: email, passwordHash: "hash", inviteCode: invite))
  }

  @Test("registering needs an invite unless the operator opened it")
  func policy() throws {
    var world = try World.make(.invited)
    #expect(formCodes(world.ask(.nobody, registration("eve"))) == ["BASE_TYPE_REQUIRED"])
    #expect(world.ask(.nobody, registration("eve", invite: "nothing1")) == code(.unknownInvite))
    let invite = try world.invite()
    let reply = world.ask(.nobody, registration("Eve_1", invite: invite))
    guard case .authenticated(let user, let issued) = reply else { throw World.Unexpected(reply: reply) }
    #expect(user.user.username == "eve_1" && !user.user.isBot)
    #expect(issued.milliseconds == world.now)
    let created = world.events.contains {
      if case .guildCreate = $0.payload { $0.audience == .user(user.user.id) } else { false }
    }
    #expect(created, "the newcomer is in the invite's guild")
    #expect(try world.wholeGuild().memberCount == 4)
  }

  @Test(
    "names and addresses are checked",
    arguments: [
      ("a", nil, ["BASE_TYPE_BAD_LENGTH"]),
      ("a b", nil, ["USERNAME_INVALID_CHARACTERS"]),
      ("a..b", nil, ["USERNAME_INVALID_CHARACTERS"]),
      ("é️é", nil, ["USERNAME_INVALID_CHARACTERS"]),
      ("ANN", nil, ["USERNAME_ALREADY_TAKEN"]),
      ("eve", "no", ["EMAIL_TYPE_INVALID_EMAIL"]),
      ("eve", "a@b@c", ["EMAIL_TYPE_INVALID_EMAIL"]),
      ("eve", "a @b", ["EMAIL_TYPE_INVALID_EMAIL"]),
      ("eve", "ANN@example.org", ["EMAIL_ALREADY_REGISTERED"]),
    ] as [(String, String?, [String])])
  func names(name: String, email: String?, codes: [String]) throws {
    var world = try World.make(.open)
    #expect(formCodes(world.ask(.nobody, registration(name, email: email))) == codes)
  }

  @Test("a person logs in by name or address, and gets nothing else")
  func login() throws {
    var world = try World.make(.open)
    let credentials = ChatReply.credentials(
      Credentials(userID: world.ann, passwordHash: "hash of ann"))
    #expect(world.ask(.nobody, .credentials(login: "Ann")) == credentials)
    #expect(world.ask(.nobody, .credentials(login: "ANN@example.org")) == credentials)
    #expect(world.ask(.nobody, .credentials(login: "nobody")) == .credentials(nil))
    let opening = SessionOpening(user: world.ann, client: .unknown, enables: false)
    let reply = world.ask(.nobody, .openSession(opening))
    guard case .authenticated(let user, _) = reply else { throw World.Unexpected(reply: reply) }
    #expect(user.user.id == world.ann && user.email == "ann@example.org")
    #expect(world.ask(.nobody, .currentUser) == .failure(.unauthorized))
    #expect(world.ask(world.bob, .openSession(opening)) == code(.general))
  }

  @Test("revoked tokens are refused, later ones hold, also after a restart")
  func revocation() throws {
    var world = try World.make(.open)
    let old = Actor.user(world.ann, issued: WallTime(milliseconds: world.now))
    #expect(world.ask(.system, .order(.endSessions(world.ann))) == .done)
    #expect(
      world.events == [
        ChatEvent(audience: .user(world.ann), payload: .tokensRevoked(user: world.ann))
      ])
    #expect(world.ask(old, .currentUser) == .failure(.unauthorized))
    try world.restart()
    #expect(world.ask(old, .currentUser) == .failure(.unauthorized))
    world.now += 2
    try expectDone(world.ask(world.ann, .currentUser))
    let stranger = Actor.user(Snowflake(rawValue: .max), issued: WallTime(milliseconds: world.now))
    #expect(world.ask(stranger, .currentUser) == .failure(.unauthorized))
  }

  @Test("a bot has an application and joins a guild through somebody who manages it")
  func bots() throws {
    var world = try World.make(.open)
    let reply = world.ask(world.bob, .createBot(name: "Parrot 🦜"))
    guard case .bot(let application) = reply else { throw World.Unexpected(reply: reply) }
    #expect(application.ownerID == world.bob && application.verifyKey.utf8.count == 64)
    let bot = application.id
    #expect(
      world.ask(world.bob, .addBot(guild: world.guild, bot: bot)) == code(.missingPermissions))
    #expect(world.ask(world.ann, .addBot(guild: world.guild, bot: bot)) == .done)
    let ready = world.ask(bot, .identify(session: "b"))
    guard case .ready(let view) = ready else { throw World.Unexpected(reply: ready) }
    #expect(view.application == application && view.guilds.map(\.guild.id) == [world.guild])
    #expect(view.user.user.isBot)
    let owner = world.ask(bot, .currentApplication)
    guard case .application(_, let person) = owner else { throw World.Unexpected(reply: owner) }
    #expect(person?.id == world.bob)
    #expect(world.ask(world.ann, .currentApplication) == code(.onlyBots))
    #expect(world.ask(bot, .createBot(name: "child")) == code(.botsNotAllowed))
    #expect(world.ask(bot, .createGuild(name: "nest", owner: nil)) == code(.botsNotAllowed))
    let invite = try world.invite()
    #expect(world.ask(bot, .acceptInvite(code: invite)) == code(.botsNotAllowed))
    #expect(world.ask(.nobody, .credentials(login: "parrot 🦜")) == .credentials(nil))
    #expect(
      world.ask(world.ann, .addBot(guild: world.guild, bot: world.dot)) == code(.unknownApplication))
  }

  @Test("a changed name reaches the user and each of the guilds")
  func rename() throws {
    var world = try World.make(.open)
    var changes = UserChanges()
    changes.username = .set("annie")
    changes.globalName = .set("Annie")
    try expectDone(world.ask(world.ann, .modifyCurrentUser(changes)))
    #expect(world.events.map(\.audience) == [.user(world.ann), .guild(world.guild)])
    #expect(world.ask(world.ann, .modifyCurrentUser(changes)) != code(.general))
    #expect(world.events == [], "nothing changed the second time")
    changes.username = .set("bob")
    #expect(
      formCodes(world.ask(world.ann, .modifyCurrentUser(changes))) == ["USERNAME_ALREADY_TAKEN"])
    #expect(world.ask(.nobody, .credentials(login: "ann")) == .credentials(nil), "the old name is free")
  }

  @Test("READY holds everything, as of its place among the events")
  func ready() throws {
    var world = try World.make(.open)
    let secret = try world.makeChannel(
      .text, "secret", [.everyone(of: world.guild, deny: .viewChannel)])
    try expectDone(world.join(world.ann, world.voice))
    let outputs = world.perform([
      (
        .user(world.ann, issued: WallTime(milliseconds: world.now)),
        .createMessage(channel: world.text, MessageDraft(content: "1"))
      ),
      (.user(world.bob, issued: WallTime(milliseconds: world.now)), .identify(session: "b")),
    ])
    guard case .ready(let ready)? = World.replies(outputs).last else {
      Issue.record("no READY")
      return
    }
    let guild = try #require(ready.guilds.first)
    #expect(guild.members.map(\.user.username) == ["ann", "bob", "cy"])
    #expect(!guild.channels.contains { $0.id == secret.id })
    #expect(guild.channels.first { $0.id == world.text }?.lastMessageID != nil)
    #expect(guild.voiceStates.map(\.userID) == [world.ann])
    #expect(guild.guild.everyone?.id == world.guild)
    #expect(ready.user.user.id == world.bob && ready.application == nil)
  }

  @Test("somebody else's session cannot be taken or ended")
  func foreignSession() throws {
    var world = try World.make(.open)
    try expectDone(world.ask(world.ann, .identify(session: "x")))
    #expect(world.ask(world.bob, .identify(session: "x")) == code(.unknownSession))
    #expect(world.ask(world.bob, .endSession("x")) == code(.unknownSession))
    #expect(world.ask(world.ann, .endSession("x")) == .done)
    #expect(world.ask(world.ann, .endSession("x")) == .done)
  }

  @Test("temporary members without a role go with their last session")
  func temporary() throws {
    var world = try World.make(.open)
    var parameters = InviteParameters()
    parameters.isTemporary = true
    let reply = world.ask(world.ann, .createInvite(channel: world.text, parameters))
    guard case .invite(let invite) = reply else { throw World.Unexpected(reply: reply) }
    try expectDone(world.ask(world.dot, .acceptInvite(code: invite.invite.code)))
    for session in ["1", "2"] { try expectDone(world.ask(world.dot, .identify(session: session))) }
    try expectDone(world.ask(world.dot, .endSession("1")))
    #expect(try world.wholeGuild().memberCount == 4)
    try expectDone(world.ask(world.dot, .endSession("2")))
    #expect(try world.wholeGuild().memberCount == 3)
    #expect(world.ask(world.dot, .guild(world.guild)) == code(.missingAccess))
  }

  @Test("op 8 finds members by prefix and by id")
  func requestMembers() throws {
    var world = try World.make(.open)
    let prefix = world.ask(
      world.bob, .requestMembers(guild: world.guild, .prefix("B", limit: 10)))
    guard case .members(let found, _) = prefix else { throw World.Unexpected(reply: prefix) }
    #expect(found.map(\.user.id) == [world.bob])
    let ids = world.ask(
      world.bob, .requestMembers(guild: world.guild, .users([world.dot, world.cy])))
    guard case .members(let some, let missing) = ids else { throw World.Unexpected(reply: ids) }
    #expect(some.map(\.user.id) == [world.cy] && missing == [world.dot])
    let all = ChatCommand.requestMembers(guild: world.guild, .prefix("", limit: 0))
    #expect(world.ask(world.bob, all) == code(.missingPermissions))
    guard case .members(let everybody, _) = world.ask(world.ann, all) else { return }
    #expect(everybody.count == 3)
  }

  @Test("the operator gives another password, which voids what was signed before; nobody else may")
  func newPassword() throws {
    var world = try World.make(.open)
    let command = ChatCommand.setPassword(user: world.bob, hash: "$another")
    #expect(world.ask(world.bob, command) == code(.general))
    #expect(world.ask(.nobody, command) == code(.general))
    try expectDone(world.ask(.system, command))
    #expect(world.events.map(\.payload) == [.tokensRevoked(user: world.bob)])
    try world.restart()
    guard case .credentials(let known?) = world.ask(.nobody, .credentials(login: "bob")) else {
      Issue.record("bob is gone")
      return
    }
    #expect(known.passwordHash == "$another" && known.userID == world.bob)
    #expect(world.ask(.system, .setPassword(user: world.text, hash: "x")) == code(.unknownUser))
  }
}
