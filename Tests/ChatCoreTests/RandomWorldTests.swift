import Base
import ChatCore
import ChatTesting
import Testing

/// Random commands of random people with a failing disk now and then.
///
/// After each batch: what the core shows equals what a core that restarts on the same disk shows; events
/// reach exactly those who may view the channel; nothing traps.
@Suite("Random worlds")
struct RandomWorldTests {
  @Test("memory and disk agree and audiences are right, whatever is asked", arguments: 1...24)
  func agreement(seed: UInt64) throws {
    var world = try World.make(.open)
    var random = SeededRandom(seed: seed)
    let bot = try world.addBot()
    var pool = Pool(world, bot: bot)
    for step in 0..<250 {
      let faults: [MemoryDisk.Fault] = [.begin, .apply(random.below(3)), .commit, .read]
      world.disk.fault = random.below(12) == 0 ? faults[random.below(4)] : .none
      var batch: [(Actor, ChatCommand)] = []
      for _ in 0..<1 + random.below(4) {
        let user = pool.user(&random)
        world.now += Int64(random.below(5_000))
        batch.append(
          (.user(user, issued: WallTime(milliseconds: world.now)), pool.command(of: user, &random)))
      }
      let outputs = world.perform(batch)
      pool.learn(from: outputs)
      if random.below(30) == 0 {
        world.now += Int64(random.below(5_000)) * 60_000
        try checkLastAudiences(
          world.service.expire(at: WallTime(milliseconds: world.now)), &world, "seed \(seed) step \(step)")
      }
      world.disk.fault = .none
      try checkLastAudiences(outputs, &world, "seed \(seed) step \(step)")
      if step % 10 == 9 { try checkRestart(&world, pool, "seed \(seed) step \(step)") }
    }
  }

  /// The last event with viewers was emitted under the permissions that still hold, unless one after it
  /// changed them; so only batches without such events are looked at.
  private func checkLastAudiences(
    _ outputs: [ChatOutput], _ world: inout World, _ place: String
  ) throws {
    let events = World.events(outputs)
    let onlyChat = events.allSatisfy { event in
      switch event.payload {
      case .messageCreate, .messageUpdate, .messageDelete, .reactionAdd, .reactionRemove, .typing,
        .thread(.update), .thread(.create(_, nil, _)):
        true
      default: false
      }
    }
    guard onlyChat, !events.isEmpty else { return }
    let guild = try world.wholeGuild()
    for event in events {
      guard case .viewers(_, let id, let only) = event.audience else { continue }
      let expected: Set<Snowflake>
      if let channel = guild.channels.first(where: { $0.id == id }) {
        let allowed = guild.members.filter {
          PermissionRules.mayView(channel, in: guild.guild, member: $0.member)
        }
        expected = Set(allowed.map(\.user.id))
      } else if let seen = try world.threadViewers(id, guild) {
        expected = seen
      } else {
        continue
      }
      #expect((only ?? Set(guild.members.map(\.user.id))) == expected, "\(place)")
    }
  }

  private func checkRestart(_ world: inout World, _ pool: Pool, _ place: String) throws {
    for (session, user) in pool.sessions {
      _ = world.ask(user, .endSession(session))
    }
    func view(_ world: inout World) throws -> [ChatReply] {
      var replies = [ChatReply.guild(try world.wholeGuild())]
      for user in [world.ann, world.bob, world.cy, world.dot] {
        replies.append(world.ask(user, .currentGuilds))
        replies.append(world.ask(user, .currentUser))
        replies.append(world.ask(user, .messages(channel: world.text, .newest, limit: 100)))
        replies.append(world.ask(user, .guildInvites(world.guild)))
        let search = SearchRequest(place: .guild(world.guild))
        replies.append(world.ask(user, .search(.messages(search, from: nil))))
        replies.append(world.ask(user, .privateChannels))
        replies.append(contentsOf: world.threadReplies(user, pool.channels))
        replies.append(contentsOf: RandomPersonal.view(&world, user))
        replies.append(world.ask(user, .guildCommandIndex(guild: world.guild)))
        replies.append(world.ask(user, .pins(channel: world.text, before: nil, limit: 50)))
        replies.append(world.ask(user, .auditLog(guild: world.guild, AuditQuery(limit: 100))))
        replies.append(world.ask(user, .webhook(.ofGuild(world.guild))))
      }
      return replies
    }
    let before = try view(&world)
    try world.restart()
    for (was, now) in zip(before, try view(&world)) { #expect(now == was, "\(place)") }
  }
}

/// Ids that random commands draw from.
private struct Pool {
  var users: [Snowflake]
  var channels: [Snowflake]
  var roles: [Snowflake]
  var messages: [Snowflake] = []
  var invites: [String] = []
  var commands: [Snowflake] = []
  var started: [(Snowflake, String)] = []
  var webhooks: [Webhook] = []
  let guild: Snowflake
  let bot: Snowflake
  var sessions: [(String, Snowflake)]

  init(_ world: borrowing World, bot: Snowflake) {
    self.bot = bot
    users = [world.ann, world.bob, world.cy, world.dot, bot]
    channels = [world.text, world.voice]
    roles = [world.guild]
    guild = world.guild
    sessions = users.map { ("s\($0)", $0) }
  }

  mutating func learn(from outputs: [ChatOutput]) {
    for event in World.events(outputs) {
      if case .interactionCreate(let view) = event.payload { started.append((view.id, view.token)) }
    }
    for reply in World.replies(outputs) {
      switch reply {
      case .channel(let channel): channels.append(channel.id)
      case .thread(.thread(let thread, _)), .thread(.post(let thread, _, _)): channels.append(thread.id)
      case .privateChannel(let view): channels.append(view.channel.id)
      case .command(let command, _): commands.append(command.id)
      case .role(let role): roles.append(role.id)
      case .message(let view): messages.append(view.message.id)
      case .invite(let view): invites.append(view.invite.code)
      case .webhook(.webhook(let view)): webhooks.append(view.webhook)
      default: break
      }
    }
  }

  /// Ann, who may do everything, more often than others.
  func user(_ random: inout SeededRandom) -> Snowflake {
    random.below(2) == 0 ? users[0] : pick(users, &random)
  }

  private func pick(_ ids: [Snowflake], _ random: inout SeededRandom) -> Snowflake {
    let strange = [0, 1, UInt64.max, UInt64(Int64.max)]
    if ids.isEmpty || random.below(20) == 0 {
      return Snowflake(rawValue: strange[random.below(4)])
    }
    return ids[random.below(ids.count)]
  }

  private func permissions(_ random: inout SeededRandom) -> Permissions {
    Permissions(rawValue: random.next() & random.next())
  }

  private func text(_ random: inout SeededRandom) -> String {
    ["a", "", "@everyone", "<@\(pick(users, &random))> <@&\(pick(roles, &random))>", "\u{0}é👍"][
      random.below(5)]
  }

  private func overwrites(_ random: inout SeededRandom) -> [PermissionOverwrite] {
    (0..<random.below(4)).map { _ in
      let isRole = random.below(2) == 0
      return PermissionOverwrite(
        id: isRole ? pick(roles, &random) : pick(users, &random), target: isRole ? .role : .member,
        allow: permissions(&random), deny: permissions(&random))
    }
  }

  func command(of user: Snowflake, _ random: inout SeededRandom) -> ChatCommand {
    let channel = pick(channels, &random)
    let message = pick(messages, &random)
    let emoji = ReactionEmoji(id: nil, name: ["👍", "❤️", "x"][random.below(3)])
    if random.below(6) == 0 { return randomThreadCommand(channel, message, pick(users, &random), &random) }
    switch random.below(31) {
    case 0...4:
      var draft = MessageDraft(content: text(&random))
      if random.below(3) == 0 { draft.replyTo = message }
      draft.isForward = random.below(3) == 0
      draft.nonce = .integer(Int64(random.below(4)))
      draft.enforcesNonce = random.below(4) == 0
      return .createMessage(channel: channel, draft)
    case 5:
      var changes = MessageChanges()
      changes.content = .set(text(&random))
      return .editMessage(channel: channel, message: message, changes)
    case 6: return .deleteMessage(channel: channel, message: message)
    case 7: return .addReaction(channel: channel, message: message, emoji)
    case 8:
      return .removeReaction(
        channel: channel, message: message, emoji, user: random.below(2) == 0 ? nil : pick(users, &random))
    case 9:
      if random.below(4) == 0 { return .search(.messages(search(channel, &random), from: nil)) }
      return .messages(
        channel: channel, [.newest, .before(message), .after(message), .around(message)][random.below(4)],
        limit: random.below(102))
    case 10: return .identify(session: "s\(user)")
    case 11...12:
      return .updateVoiceState(
        VoiceUpdate(
          session: "s\(user)", guild: guild, channel: random.below(3) == 0 ? nil : channel,
          isSelfMuted: random.below(2) == 0, isSelfDeafened: false, isSelfVideo: random.below(2) == 0))
    case 13:
      return random.below(3) == 0
        ? .unpin(channel: channel, message: message) : .pin(channel: channel, message: message)
    case 16: return interaction(channel, &random)
    case 28...30: return webhook(channel, message, &random)
    case 17:
      let scope = CommandScope(application: bot, guild: random.below(2) == 0 ? nil : guild)
      var changes = CommandChanges()
      changes.name = .set(["a", "b", "B"][random.below(3)])
      changes.description = .set("d")
      return random.below(4) == 0 ? .replaceCommands(scope, [changes]) : .createCommand(scope, changes)
    case 18: return RandomPersonal.command(channel, message, guild, users, &random)
    case 15: return .openDirect(user: pick(users, &random))
    case 14:
      return random.below(2) == 0
        ? .crosspost(channel: channel, message: message)
        : .clearReactions(channel: channel, message: message, random.below(2) == 0 ? nil : emoji)
    default: return administration(user, channel, &random)
    }
  }

  private func search(_ channel: Snowflake, _ random: inout SeededRandom) -> SearchRequest {
    var request = SearchRequest(place: random.below(2) == 0 ? .guild(guild) : .channel(channel))
    request.filter.content = text(&random)
    if random.below(2) == 0 { request.channels = [channel] }
    if random.below(2) == 0 { request.filter.authors = [pick(users, &random)] }
    request.order = [.newest, .oldest, .relevance][random.below(3)]
    request.offset = random.below(3)
    return request
  }

  /// A call, a press or an answer of the latest ones.
  private func interaction(_ channel: Snowflake, _ random: inout SeededRandom) -> ChatCommand {
    let data = PlainValue.object([
      .init("id", .id(pick(commands, &random))), .init("custom_id", .text("go")),
    ])
    guard random.below(2) == 0, let (id, token) = started.last else {
      var request = InteractionRequest(
        kind: random.below(3) == 0 ? .component : .command, applicationID: bot, channelID: channel, data: data
      )
      request.messageID = pick(messages, &random)
      return .interact(request)
    }
    var draft = MessageDraft(content: text(&random))
    if random.below(3) == 0 { draft.flags = .ephemeral }
    let target = InteractionTarget(
      application: bot, token: token, message: random.below(2) == 0 ? nil : pick(messages, &random))
    switch random.below(5) {
    case 0: return .respond(interaction: id, token: token, .message(draft))
    case 1: return .respond(interaction: id, token: token, .deferredMessage(draft.flags))
    case 2: return .followUp(target, draft)
    case 3: return .deleteInteractionMessage(target)
    default: return .interactionMessage(target)
    }
  }

  /// A webhook's making, speaking, following or end.
  private func webhook(
    _ channel: Snowflake, _ message: Snowflake, _ random: inout SeededRandom
  ) -> ChatCommand {
    let known = webhooks.isEmpty ? nil : webhooks[random.below(webhooks.count)]
    let id = known?.id ?? channel
    var target = WebhookTarget(webhook: id, token: "t")
    target.secret = random.below(8) == 0 ? "wrong" : known?.secret
    switch random.below(9) {
    case 0: return .webhook(.create(channel: channel, name: text(&random), avatar: nil))
    case 1: return .webhook(.follow(channel: pick(channels, &random), target: channel))
    case 2: return .webhook(.delete(.manager(id)))
    case 3:
      var changes = WebhookChanges()
      changes.name = .set(text(&random))
      if random.below(2) == 0 { changes.channelID = .set(channel) }
      return .webhook(.modify(.manager(id), changes))
    case 4...6:
      var draft = WebhookDraft(message: MessageDraft(content: text(&random)))
      draft.username = random.below(2) == 0 ? "W" : nil
      return .webhook(.execute(target, draft))
    case 7:
      target.message = message
      var changes = MessageChanges()
      changes.content = .set(text(&random))
      return .webhook(.editMessage(target, changes))
    default:
      target.message = message
      return .webhook(.deleteMessage(target))
    }
  }

  private func rows(_ random: inout SeededRandom) -> [RolePlacement] {
    (0..<random.below(4)).map { _ in
      RolePlacement(role: pick(roles, &random), position: random.below(3) == 0 ? nil : random.below(9))
    }
  }

  private func guildChanges(_ random: inout SeededRandom) -> ChatCommand {
    var changes = GuildChanges()
    changes.description = .set(text(&random))
    if random.below(2) == 0 { changes.rulesChannelID = .set(pick(channels, &random)) }
    if random.below(2) == 0 { changes.updatesChannelID = .set(pick(channels, &random)) }
    if random.below(2) == 0 { changes.afkChannelID = .set(pick(channels, &random)) }
    changes.features = .set(random.below(2) == 0 ? [] : [GuildSettings.community])
    return .modifyGuild(guild, changes)
  }

  private func administration(
    _ user: Snowflake, _ channel: Snowflake, _ random: inout SeededRandom
  ) -> ChatCommand {
    switch random.below(15) {
    case 0, 1:
      var changes = ChannelChanges()
      changes.name = .set(text(&random))
      if random.below(2) == 0 { changes.overwrites = .set(overwrites(&random)) }
      if random.below(2) == 0 { changes.parentID = .set(channel) }
      return random.below(2) == 0
        ? .modifyChannel(channel, changes)
        : .createChannel(
          guild: guild, kind: ChannelKind.allCases[random.below(ChannelKind.allCases.count)], changes)
    case 2: return random.below(3) == 0 ? .deleteChannel(channel) : .typing(channel: channel)
    case 3, 4:
      var changes = RoleChanges()
      changes.permissions = .set(permissions(&random).union(.viewChannel))
      changes.position = .set(random.below(6))
      return random.below(2) == 0
        ? .createRole(guild: guild, changes)
        : .modifyRole(guild: guild, role: pick(roles, &random), changes)
    case 5: return .deleteRole(guild: guild, role: pick(roles, &random))
    case 6, 7:
      var changes = MemberChanges()
      if random.below(2) == 0 { changes.roles = .set((0..<2).map { _ in pick(roles, &random) }) }
      if random.below(3) == 0 { changes.nick = .set(text(&random)) }
      if random.below(4) == 0 { changes.isMuted = .set(random.below(2) == 0) }
      if random.below(4) == 0 { changes.channelID = .set(random.below(2) == 0 ? nil : channel) }
      return .modifyMember(guild: guild, user: pick(users, &random), changes)
    case 8: return .createInvite(channel: channel, InviteParameters())
    case 9:
      return random.below(4) == 0
        ? .deleteInvite(code: invites.last ?? "x") : .acceptInvite(code: invites.last ?? "x")
    case 10:
      return random.below(2) == 0 ? .leaveGuild(guild) : .kick(guild: guild, user: pick(users, &random))
    case 11: return .moveRoles(guild: guild, rows(&random))
    case 12: return guildChanges(&random)
    case 13:
      return .moveChannels(
        guild: guild,
        (0..<random.below(3)).map { _ in
          var row = ChannelPlacement(channel: pick(channels, &random), position: random.below(9))
          if random.below(2) == 0 { row.parentID = .set(pick(channels, &random)) }
          row.copiesOverwrites = random.below(2) == 0
          return row
        })
    default:
      return .setOverwrite(channel: channel, overwrites(&random).first ?? .everyone(of: guild, deny: []))
    }
  }
}
