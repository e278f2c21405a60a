import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Log-ins and the end of accounts")
struct SecurityTests {
  private func logIn(
    _ world: inout World, _ user: Snowflake, _ proof: FactorProof? = nil, enables: Bool = false
  ) -> ChatReply {
    var opening = SessionOpening(
      user: user, client: ClientDescription(os: "Linux", platform: "Firefox"), enables: enables)
    opening.proof = proof
    return world.ask(.nobody, .openSession(opening))
  }

  private func token(_ reply: ChatReply) throws -> Actor {
    guard case .authenticated(let user, let issued) = reply else { throw World.Unexpected(reply: reply) }
    return .user(user.user.id, issued: issued)
  }

  private func sessions(_ world: inout World, _ actor: Actor) throws -> [LoginSession] {
    let reply = world.ask(actor, .account(.sessions))
    guard case .personal(.sessions(let sessions)) = reply else { throw World.Unexpected(reply: reply) }
    return sessions
  }

  @Test("each log-in is listed, ends alone, and stays ended after a restart")
  func logins() throws {
    var world = try World.make(.open)
    let first = try token(logIn(&world, world.bob))
    let second = try token(logIn(&world, world.bob))
    let third = try token(logIn(&world, world.bob))
    #expect(Set([first, second, third]).count == 3)
    let listed = try sessions(&world, third)
    #expect(listed.prefix(3).map { Actor.user($0.userID, issued: $0.issued) } == [third, second, first])
    #expect(listed.first?.client.platform == "Firefox" && Set(listed.map(\.code)).count == listed.count)
    try expectDone(world.ask(first, .account(.endSession)))
    guard case .user(_, let issued) = first else { return }
    #expect(world.events.map(\.payload) == [.tokenRevoked(user: world.bob, issued: issued)])
    #expect(world.ask(first, .currentUser) == .failure(.unauthorized))
    try expectDone(world.ask(second, .currentUser))
    try expectDone(world.ask(third, .account(.endSessions([listed[1].code, "unknown"]))))
    #expect(world.ask(second, .currentUser) == .failure(.unauthorized))
    try world.restart()
    #expect(world.ask(first, .currentUser) == .failure(.unauthorized))
    #expect(world.ask(second, .currentUser) == .failure(.unauthorized))
    try expectDone(world.ask(third, .currentUser))
    let strange = try sessions(&world, .user(world.ann, issued: WallTime(milliseconds: world.now)))
    #expect(!strange.contains { $0.userID == world.bob })
  }

  @Test("log-ins of one moment get tokens of their own, and the oldest of too many ends")
  func manyLogins() throws {
    var world = try World.make(.open)
    let first = try token(logIn(&world, world.bob))
    for _ in 0..<Limits.loginsPerUser { world.now -= 1; _ = try token(logIn(&world, world.bob)) }
    world.now += Int64(2 * Limits.loginsPerUser)
    let actor = Actor.user(world.bob, issued: WallTime(milliseconds: world.now))
    let open = try sessions(&world, actor)
    #expect(open.count == Limits.loginsPerUser && Set(open.map(\.issued)).count == open.count)
    #expect(world.ask(first, .currentUser) == .failure(.unauthorized))
  }

  @Test("with a second factor a log-in needs a proof, which holds once")
  func secondFactor() throws {
    var world = try World.make(.open)
    let old = try token(logIn(&world, world.bob))
    let reply = world.ask(old, .account(.setSecondFactor(secret: [1, 2, 3], step: 100)))
    guard case .personal(.secondFactorSet(let account, let issued, let codes)) = reply else {
      throw World.Unexpected(reply: reply)
    }
    #expect(account.hasSecondFactor && codes.count == Limits.backupCodes)
    #expect(world.ask(old, .currentUser) == .failure(.unauthorized), "other tokens are void")
    let new = Actor.user(world.bob, issued: issued)
    try expectDone(world.ask(new, .currentUser))
    #expect(world.ask(new, .account(.setSecondFactor(secret: [4], step: 1))) == code(.hasSecondFactor))
    #expect(logIn(&world, world.bob) == code(.wrongSecondFactor))
    #expect(logIn(&world, world.bob, .step(100)) == code(.wrongSecondFactor), "it was used to set it")
    _ = try token(logIn(&world, world.bob, .step(101)))
    #expect(logIn(&world, world.bob, .step(101)) == code(.wrongSecondFactor))
    try world.restart()
    #expect(logIn(&world, world.bob, .step(101)) == code(.wrongSecondFactor))
    _ = try token(logIn(&world, world.bob, .backup(codes[3].text)))
    #expect(logIn(&world, world.bob, .backup(codes[3].text)) == code(.wrongSecondFactor))
    guard case .personal(.backupCodes(let renewed)) = world.ask(new, .account(.renewBackupCodes)) else {
      return
    }
    #expect(Set(renewed.map(\.text)).isDisjoint(with: codes.map(\.text)))
    #expect(logIn(&world, world.bob, .backup(codes[4].text)) == code(.wrongSecondFactor))
    #expect(world.ask(new, .account(.removeSecondFactor(.step(5)))) == code(.wrongSecondFactor))
    _ = try token(world.ask(new, .account(.removeSecondFactor(.backup(renewed[0].text)))))
    _ = try token(logIn(&world, world.bob))
  }

  @Test("a new password voids all tokens but its own")
  func password() throws {
    var world = try World.make(.open)
    let old = try token(logIn(&world, world.bob))
    var changes = UserChanges()
    changes.passwordHash = .set("another")
    let new = try token(world.ask(old, .modifyCurrentUser(changes)))
    #expect(world.ask(old, .currentUser) == .failure(.unauthorized))
    try expectDone(world.ask(new, .currentUser))
    guard case .credentials(let credentials?) = world.ask(new, .account(.credentials)) else { return }
    #expect(credentials.passwordHash == "another")
  }

  @Test("a disabled account wakes up when asked to")
  func disabling() throws {
    var world = try World.make(.open)
    let old = try token(logIn(&world, world.bob))
    try expectDone(world.ask(old, .account(.disable)))
    #expect(world.ask(old, .currentUser) == .failure(.unauthorized))
    try world.restart()
    #expect(logIn(&world, world.bob) == code(.accountDisabled))
    try expectDone(world.ask(try token(logIn(&world, world.bob, enables: true)), .currentUser))
    _ = try token(logIn(&world, world.bob))
  }

  @Test("a deleted account leaves what it said, and nothing else")
  func deleting() throws {
    var world = try World.make(.open)
    let (ann, bob) = (world.ann, world.bob)
    let said = try world.say(bob, "I was here")
    try expectDone(world.ask(bob, .relationship(.befriend(ann))))
    try expectDone(world.ask(ann, .relationship(.befriend(bob))))
    let group = world.ask(bob, .openGroup([ann]))
    guard case .privateChannel(let view) = group else { throw World.Unexpected(reply: group) }
    var changes = NotificationChanges()
    changes.isMuted = .set(true)
    try expectDone(world.ask(bob, .modifyNotifications(guild: .noGuild, changes)))
    let owner = try token(logIn(&world, ann))
    #expect(world.ask(owner, .account(.delete)) == code(.ownsGuilds))
    let actor = try token(logIn(&world, bob))
    try expectDone(world.ask(actor, .account(.delete)))
    #expect(world.ask(actor, .currentUser) == .failure(.unauthorized))
    #expect(world.ask(.nobody, .credentials(login: "bob")) == .credentials(nil))
    #expect(world.ask(.nobody, .credentials(login: "bob@example.org")) == .credentials(nil))
    try world.restart()
    let kept = try message(world.ask(ann, .message(channel: world.text, message: said.id)))
    #expect(kept.message.content == "I was here" && kept.author.globalName == "Deleted User")
    #expect(kept.author.username.hasPrefix(Limits.deletedPrefix) && kept.author.avatar == nil)
    #expect(world.ask(ann, .relationship(.list)) == .personal(.relationships([])))
    let left = world.ask(ann, .channel(view.channel.id))
    guard case .privateChannel(let seen) = left else { throw World.Unexpected(reply: left) }
    #expect(seen.recipients == [] && seen.channel.group?.ownerID == ann)
    #expect(world.ask(ann, .member(guild: world.guild, user: bob)) == code(.unknownMember))
    #expect(world.disk.readStates.allSatisfy { $0.userID != bob })
    let registration = Registration(
      username: "\(Limits.deletedPrefix)1", globalName: nil, email: nil, passwordHash: "h", inviteCode: nil)
    #expect(formCodes(world.ask(.nobody, .register(registration))) == ["USERNAME_ALREADY_TAKEN"])
  }

  @Test("an export holds what is known, and the operator's one every message")
  func exporting() throws {
    var world = try World.make(.open)
    let first = try world.say(world.bob, "1")
    _ = try world.say(world.ann, "2")
    let third = try world.say(world.bob, "3")
    let reply = world.ask(world.bob, .account(.export))
    guard case .personal(.export(let export)) = reply else { throw World.Unexpected(reply: reply) }
    #expect(export.user.email == "bob@example.org" && export.memberships.map(\.guild.id) == [world.guild])
    #expect(world.ask(.system, .order(.export(world.bob))) == reply)
    try expectDone(world.ask(world.bob, .leaveGuild(world.guild)))
    var found: [Snowflake] = []
    var place: MessagePlace?
    while case .messages(let page) = world.ask(
      .system, .order(.messages(of: world.bob, after: place, limit: 1))),
      let message = page.first?.message
    {
      if message.kind == .ordinary { found.append(message.id) }
      place = MessagePlace(channelID: message.channelID, messageID: message.id)
    }
    #expect(found == [first.id, third.id])
  }

  @Test("only the operator orders, only people have what is ordered")
  func orders() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    for order in [
      AccountOrder.endSessions(world.bob), .removeSecondFactor(world.bob), .disable(world.bob),
      .delete(world.bob), .export(world.bob), .messages(of: world.bob, after: nil, limit: 1),
    ] {
      #expect(world.ask(world.ann, .order(order)) == code(.general))
    }
    #expect(world.ask(.system, .order(.delete(bot))) == code(.unknownUser))
    #expect(world.ask(bot, .account(.delete)) == code(.botsNotAllowed))
    let old = try token(logIn(&world, world.bob))
    try expectDone(world.ask(.system, .order(.endSessions(world.bob))))
    #expect(world.ask(old, .currentUser) == .failure(.unauthorized))
  }

  @Test("a closed server registers nobody but whom the operator makes")
  func closed() throws {
    var world = try World.make(.closed)
    let code = try world.invite()
    var registration = Registration(
      username: "eve", globalName: nil, email: nil, passwordHash: "h", inviteCode: code)
    #expect(world.ask(.nobody, .register(registration)) == ChatCoreTests.code(.registrationClosed))
    registration.inviteCode = nil
    try expectDone(world.ask(.system, .register(registration)))
  }
}
