import Base
import Foundation
import Testing

@testable import ChatCore

/// What the core remembers of who may view what is what it would compute anew, whatever changed before.
@Suite("Remembered permissions")
struct VisibilityCacheTests {
  private static let guild = Snowflake(rawValue: 100)
  private static let users = (1...12).map { Snowflake(rawValue: $0) }
  private static let roles = [guild] + (101...106).map { Snowflake(rawValue: $0) }
  private static let channels = (201...206).map { Snowflake(rawValue: $0) }

  @Test("they equal recomputation over random changes")
  func equality() throws {
    let steps =
      ProcessInfo.processInfo.environment["ROOST_FUZZ_RUNS"].flatMap { Int($0) } ?? 5_000
    var random = SeededRandom(seed: 4)
    var state = ChatState()
    for role in VisibilityCacheTests.seed() { state.apply(role) }
    state.commit()
    var isSeen = 0
    for step in 0..<steps {
      // Three steps of four only look: what is remembered must still hold then.
      if random.below(4) == 0 {
        let mark = state.mark
        state.apply(VisibilityCacheTests.write(&random, state))
        if random.below(8) == 0 { state.rollback(to: mark) }
        state.commit()
      }
      let user = VisibilityCacheTests.users[random.below(VisibilityCacheTests.users.count)]
      let id = VisibilityCacheTests.channels[random.below(VisibilityCacheTests.channels.count)]
      guard let channel = state.channels[id], let guild = state.guilds[VisibilityCacheTests.guild],
        let member = state.members[MemberKey(place: guild.id, user: user)]
      else { continue }
      let expected = Oracle.mayView(channel, of: guild, member)
      let remembered = state.viewers(channel)?.contains(user) ?? true
      try #require(remembered == expected, "step \(step): \(user) in \(id)")
      isSeen += expected ? 1 : 0
    }
    #expect(isSeen > steps / 20, "both answers are common")
    #expect(isSeen < steps * 19 / 20, "both answers are common")
  }

  private static func seed() -> [StoreWrite] {
    let everyone = role(guild, .viewChannel)
    let owner = Guild(id: guild, name: "g", ownerID: users[0], systemChannelID: nil, roles: [])
    return [.guild(owner), .role(guild: guild, everyone)]
      + channels.map { .channel(Channel(id: $0, guildID: guild, kind: .text, name: "c", position: 0)) }
      + users.map { .member(member($0, [])) }
  }

  private static func role(_ id: Snowflake, _ permissions: Permissions) -> Role {
    Role(
      id: id, name: "r", color: 0, isHoisted: false, position: 0, permissions: permissions,
      isManaged: false, isMentionable: false, botID: nil)
  }

  private static func member(_ user: Snowflake, _ roles: [Snowflake]) -> Member {
    Member(
      guildID: guild, userID: user, nick: nil, roles: roles, joinedAt: WallTime(milliseconds: 0),
      isMuted: false, isDeafened: false, timedOutUntil: nil, isTemporary: false)
  }

  private static func write(_ random: inout SeededRandom, _ state: ChatState) -> StoreWrite {
    let user = users[random.below(users.count)]
    let id = roles[random.below(roles.count)]
    switch random.below(12) {
    case 0...2: return .role(guild: guild, role(id, permissions(&random)))
    case 3 where id != guild: return .deleteRole(guild: guild, role: id)
    case 4...6: return .member(member(user, roles.dropFirst().filter { _ in random.below(4) == 0 }))
    case 7: return .deleteMember(guild: guild, user: user)
    case 8:
      let whole = state.guilds[guild]
      return .guild(
        Guild(id: guild, name: "g", ownerID: user, systemChannelID: nil, roles: whole?.roles ?? []))
    case 9: return .deleteChannel(channels[random.below(channels.count)])
    default:
      var channel = Channel(
        id: channels[random.below(channels.count)], guildID: guild, kind: .text, name: "c", position: 0)
      // A channel has one overwrite for each role or member at most.
      var targets = roles + users
      channel.overwrites = (0..<random.below(4)).map { _ in
        let id = targets.remove(at: random.below(targets.count))
        return PermissionOverwrite(
          id: id, target: roles.contains(id) ? .role : .member,
          allow: random.below(2) == 0 ? .viewChannel : [], deny: random.below(2) == 0 ? .viewChannel : [])
      }
      return .channel(channel)
    }
  }

  private static func permissions(_ random: inout SeededRandom) -> Permissions {
    switch random.below(12) {
    case 0: .administrator
    case 1...5: .viewChannel
    default: []
    }
  }
}
