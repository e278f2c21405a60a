import Base
import ChatCore
import ChatTesting
import Testing

/// After the answer to whatever takes sight away, nothing hidden reaches anybody by a read or an event.
///
/// Random people and moderators take turns; an oracle knows who may see what.
@Suite("What is hidden stays hidden")
struct HiddenTests {
  private struct Scene: ~Copyable {
    var world: World
    var random: SeededRandom
    var channels: [Snowflake]
    var roles: [Snowflake] = []
    /// A message in each channel, written before anything was hidden.
    var messages: [Snowflake: Snowflake] = [:]

    var people: [Snowflake] { [world.bob, world.cy, world.dot] }

    mutating func one(of ids: [Snowflake]) -> Snowflake { ids[random.below(ids.count)] }
  }

  @Test("reads and events agree with the oracle at every step", arguments: 1...8)
  func agreement(seed: UInt64) throws {
    var scene = try scene(seed)
    for step in 0..<150 {
      let moderation = command(&scene)
      _ = scene.world.ask(scene.world.ann, moderation)
      try checkEvents(&scene, "seed \(seed) step \(step): \(moderation)")
      let channel = scene.one(of: scene.channels)
      _ = scene.world.ask(
        scene.world.ann, .createMessage(channel: channel, MessageDraft(content: "secret \(step)")))
      try checkEvents(&scene, "seed \(seed) step \(step): message")
      try checkReads(&scene, "seed \(seed) step \(step)")
      if random(&scene, 4) == 0 { try comeBack(&scene) }
    }
  }

  private func random(_ scene: inout Scene, _ count: Int) -> Int { scene.random.below(count) }

  private func scene(_ seed: UInt64) throws -> Scene {
    let world = try World.make(.open)
    var scene = Scene(world: world, random: SeededRandom(seed: seed), channels: [])
    scene.channels = [scene.world.text]
    for name in ["a", "b", "c"] {
      var changes = ChannelChanges()
      changes.name = .set(name)
      let reply = scene.world.ask(
        scene.world.ann, .createChannel(guild: scene.world.guild, kind: .text, changes))
      guard case .channel(let channel) = reply else { throw World.Unexpected(reply: reply) }
      scene.channels.append(channel.id)
    }
    for _ in 0..<3 {
      let reply = scene.world.ask(
        scene.world.ann, .createRole(guild: scene.world.guild, RoleChanges()))
      guard case .role(let role) = reply else { throw World.Unexpected(reply: reply) }
      scene.roles.append(role.id)
    }
    for channel in scene.channels {
      let reply = scene.world.ask(
        scene.world.ann, .createMessage(channel: channel, MessageDraft(content: "first")))
      scene.messages[channel] = try message(reply).message.id
    }
    try comeBack(&scene)
    return scene
  }

  /// Whoever was sent away is forgiven and joins again.
  private func comeBack(_ scene: inout Scene) throws {
    let code = try scene.world.invite()
    for user in scene.people {
      _ = scene.world.ask(scene.world.ann, .unban(guild: scene.world.guild, user: user))
      _ = scene.world.ask(user, .acceptInvite(code: code))
    }
  }

  private func command(_ scene: inout Scene) -> ChatCommand {
    let guild = scene.world.guild
    let user = scene.one(of: scene.people)
    let channel = scene.one(of: scene.channels)
    let role = scene.one(of: scene.roles)
    switch scene.random.below(12) {
    case 0: return .kick(guild: guild, user: user)
    case 1: return .banMember(guild: guild, user: user, BanParameters())
    case 2: return .addMemberRole(guild: guild, user: user, role: role)
    case 3: return .removeMemberRole(guild: guild, user: user, role: role)
    case 4...7:
      let isRole = scene.random.below(2) == 0
      let target = isRole ? scene.one(of: scene.roles + [guild]) : user
      let isDenied = scene.random.below(2) == 0
      return .setOverwrite(
        channel: channel,
        PermissionOverwrite(
          id: target, target: isRole ? .role : .member, allow: isDenied ? [] : .viewChannel,
          deny: isDenied ? .viewChannel : []))
    case 8: return .deleteOverwrite(channel: channel, target: scene.one(of: scene.roles + [guild]))
    case 9:
      var changes = RoleChanges()
      changes.permissions = .set(scene.random.below(2) == 0 ? .viewChannel : [])
      return .modifyRole(guild: guild, role: scene.one(of: scene.roles + [guild]), changes)
    case 10:
      var changes = MemberChanges()
      changes.timedOutUntil = .set(WallTime(milliseconds: scene.world.now + 60_000))
      return .modifyMember(guild: guild, user: user, changes)
    default: return .leaveGuild(guild)
    }
  }

  /// Events of what a channel holds reach nobody who may not view it once the step is done.
  private func checkEvents(_ scene: inout Scene, _ place: String) throws {
    let events = scene.world.events
    let guild = try scene.world.wholeGuild()
    for event in events {
      guard let id = channel(of: event.payload), let channel = guild.channels.first(where: { $0.id == id })
      else { continue }
      let members = guild.members.map(\.member)
      let seeing = Set(
        members.filter { Oracle.mayView(channel, of: guild.guild, $0) }.map(\.userID))
      switch event.audience {
      case .viewers(_, _, let only):
        #expect((only ?? Set(members.map(\.userID))).isSubset(of: seeing), "\(place)")
      case .members(_, let only): #expect(only.isSubset(of: seeing), "\(place)")
      case .user(let user): #expect(seeing.contains(user), "\(place)")
      case .users(let users): #expect(users.isSubset(of: seeing), "\(place)")
      case .guild, .guildExcept: #expect(seeing.count == members.count, "\(place)")
      case .session: break
      }
    }
  }

  private func channel(of payload: Payload) -> Snowflake? {
    switch payload {
    case .messageCreate(let view), .messageUpdate(let view): view.message.channelID
    case .channelCreate(let channel), .channelUpdate(let channel): channel.id
    case .typing(let channel, _, _, _): channel
    default: nil
    }
  }

  private func checkReads(_ scene: inout Scene, _ place: String) throws {
    let guild = try scene.world.wholeGuild()
    for user in scene.people {
      let member = guild.members.first { $0.user.id == user }?.member
      for id in scene.channels {
        guard let channel = guild.channels.first(where: { $0.id == id }) else { continue }
        let sees = member.map { Oracle.mayView(channel, of: guild.guild, $0) } ?? false
        let reads: [ChatCommand] = [
          .channel(id), .messages(channel: id, .newest, limit: 50),
          .message(channel: id, message: scene.messages[id] ?? id), .pins(channel: id, before: nil, limit: 5),
        ]
        for read in reads {
          let reply = scene.world.ask(user, read)
          if !sees { #expect(reply == code(.missingAccess), "\(place): \(user) \(read)") }
        }
        if sees { #expect(scene.world.ask(user, .channel(id)) == .channel(channel), "\(place)") }
        if case .channels(let listed) = scene.world.ask(user, .channels(guild: guild.guild.id)) {
          #expect(listed.contains { $0.id == id } == sees, "\(place): list of \(user)")
        } else {
          #expect(member == nil, "\(place)")
        }
      }
    }
  }
}
