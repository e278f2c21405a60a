import Base
import ChatCore
import Testing

private let guildID = Snowflake(rawValue: 10)
private let owner = Snowflake(rawValue: 1)
private let now = WallTime(milliseconds: 1_000_000)

private func role(_ id: UInt64, _ position: Int, _ permissions: Permissions) -> Role {
  Role(
    id: Snowflake(rawValue: id), name: "r", color: 0, isHoisted: false, position: position,
    permissions: permissions, isManaged: false, isMentionable: false, botID: nil)
}

private func guild(_ everyone: Permissions, _ roles: [Role]) -> Guild {
  Guild(
    id: guildID, name: "g", ownerID: owner, systemChannelID: nil,
    roles: [role(10, 0, everyone)] + roles)
}

private func member(_ user: UInt64, _ roles: [UInt64], timeout: Int64? = nil) -> Member {
  Member(
    guildID: guildID, userID: Snowflake(rawValue: user), nick: nil,
    roles: roles.map(Snowflake.init(rawValue:)), joinedAt: now, isMuted: false, isDeafened: false,
    timedOutUntil: timeout.map(WallTime.init(milliseconds:)), isTemporary: false)
}

private func overwrite(
  _ id: UInt64, _ target: OverwriteTarget, allow: Permissions, deny: Permissions
) -> PermissionOverwrite {
  PermissionOverwrite(id: Snowflake(rawValue: id), target: target, allow: allow, deny: deny)
}

private func channel(_ kind: ChannelKind, _ overwrites: [PermissionOverwrite]) -> Channel {
  var channel = Channel(
    id: Snowflake(rawValue: 20), guildID: guildID, kind: kind, name: "c", position: 0)
  channel.overwrites = overwrites
  return channel
}

@Suite("Permission rules")
struct PermissionRulesTests {
  private let basic: Permissions = [.viewChannel, .sendMessages, .connect, .speak]

  @Test("the owner and administrators may do everything, everywhere, even timed out")
  func everything() {
    let guild = guild([], [role(11, 1, .administrator)])
    let closed = channel(.text, [overwrite(10, .role, allow: [], deny: .all)])
    for member in [member(1, [], timeout: 2_000_000), member(2, [11], timeout: 2_000_000)] {
      #expect(PermissionRules.permissions(of: member, in: guild, at: now) == .all)
      #expect(PermissionRules.permissions(of: member, in: closed, of: guild, at: now) == .all)
      #expect(PermissionRules.mayView(closed, in: guild, member: member))
    }
  }

  @Test("roles add up, and roles that the member does not have count nothing")
  func roles() {
    let guild = guild(.viewChannel, [role(11, 1, .speak), role(12, 2, .connect), role(13, 3, .all)])
    let granted = PermissionRules.permissions(of: member(2, [11, 12]), in: guild, at: now)
    #expect(granted == [.viewChannel, .speak, .connect])
  }

  @Test("overwrites apply in order: @everyone, roles together, member")
  func order() {
    let guild = guild(basic, [role(11, 1, []), role(12, 2, [])])
    func allowed(_ overwrites: [PermissionOverwrite]) -> Bool {
      PermissionRules.permissions(
        of: member(2, [11, 12]), in: channel(.text, overwrites), of: guild, at: now
      ).contains(.sendMessages)
    }
    let everyoneDenies = overwrite(10, .role, allow: [], deny: .sendMessages)
    let roleAllows = overwrite(11, .role, allow: .sendMessages, deny: [])
    let roleDenies = overwrite(12, .role, allow: [], deny: .sendMessages)
    let memberAllows = overwrite(2, .member, allow: .sendMessages, deny: [])
    let memberDenies = overwrite(2, .member, allow: [], deny: .sendMessages)
    #expect(allowed([]))
    #expect(!allowed([everyoneDenies]))
    #expect(allowed([everyoneDenies, roleAllows]))
    #expect(allowed([roleAllows, everyoneDenies]), "the order of the list does not matter")
    #expect(allowed([roleDenies, roleAllows]), "a role's allow wins over another role's deny")
    #expect(!allowed([roleDenies]))
    #expect(allowed([everyoneDenies, roleDenies, memberAllows]))
    #expect(!allowed([roleAllows, memberDenies]))
    #expect(allowed([overwrite(2, .role, allow: [], deny: .sendMessages)]), "a user's id is no role")
    #expect(allowed([overwrite(12, .member, allow: [], deny: .sendMessages)]), "nor a role's a member")
    #expect(allowed([overwrite(3, .member, allow: [], deny: .sendMessages)]), "others do not count")
  }

  @Test("without VIEW_CHANNEL nothing is left")
  func view() {
    let guild = guild(basic.union(.manageChannels), [])
    let hidden = channel(.voice, [overwrite(10, .role, allow: .speak, deny: .viewChannel)])
    #expect(PermissionRules.permissions(of: member(2, []), in: hidden, of: guild, at: now) == [])
    #expect(!PermissionRules.mayView(hidden, in: guild, member: member(2, [])))
    #expect(!PermissionRules.isOpen(hidden, in: guild))
  }

  @Test("without SEND_MESSAGES the bits that need it go")
  func send() {
    let all: Permissions = [
      .viewChannel, .mentionEveryone, .sendTTSMessages, .attachFiles, .embedLinks, .addReactions,
    ]
    let guild = guild(all, [])
    let result = PermissionRules.permissions(
      of: member(2, []), in: channel(.text, []), of: guild, at: now)
    #expect(result == [.viewChannel, .addReactions])
  }

  @Test("without CONNECT the voice bits go, in voice channels only")
  func connect() {
    let guild = guild([.viewChannel, .sendMessages, .speak, .moveMembers, .stream], [])
    let member = member(2, [])
    let voice = PermissionRules.permissions(
      of: member, in: channel(.voice, []), of: guild, at: now)
    #expect(voice == [.viewChannel, .sendMessages])
    let text = PermissionRules.permissions(of: member, in: channel(.text, []), of: guild, at: now)
    #expect(text.contains(.moveMembers))
  }

  @Test("a time-out leaves viewing and history until it ends")
  func timeout() {
    let guild = guild(basic.union(.readMessageHistory), [])
    let channel = channel(.text, [])
    let running = member(2, [], timeout: 1_000_001)
    let over = member(2, [], timeout: 1_000_000)
    #expect(
      PermissionRules.permissions(of: running, in: channel, of: guild, at: now)
        == [.viewChannel, .readMessageHistory])
    #expect(PermissionRules.permissions(of: running, in: guild, at: now).contains(.speak) == false)
    #expect(
      PermissionRules.permissions(of: over, in: channel, of: guild, at: now)
        == basic.union(.readMessageHistory))
  }

  @Test("ADMINISTRATOR in an overwrite gives nothing")
  func administratorOverwrite() {
    let guild = guild(basic, [])
    let channel = channel(.text, [overwrite(2, .member, allow: .administrator, deny: [])])
    #expect(
      PermissionRules.permissions(of: member(2, []), in: channel, of: guild, at: now) == basic)
  }

  @Test("the higher role ranks higher, of equal positions the lower id")
  func ranks() {
    let guild = guild([], [role(11, 1, []), role(12, 1, []), role(13, 2, [])])
    #expect(PermissionRules.highestRole(of: member(2, [11, 12]), in: guild)?.id.rawValue == 11)
    #expect(PermissionRules.outranks(member(2, [13]), member(3, [11]), in: guild))
    #expect(PermissionRules.outranks(member(2, [11]), member(3, [12]), in: guild))
    #expect(!PermissionRules.outranks(member(2, [12]), member(3, [11]), in: guild))
    #expect(!PermissionRules.outranks(member(2, [12]), member(3, [12]), in: guild))
    #expect(PermissionRules.outranks(member(2, [12]), member(3, []), in: guild))
    #expect(!PermissionRules.outranks(member(2, []), member(3, []), in: guild))
    #expect(PermissionRules.outranks(member(1, []), member(3, [13]), in: guild))
    #expect(!PermissionRules.outranks(member(2, [13]), member(1, []), in: guild))
    #expect(!PermissionRules.outranks(member(2, [13]), role(13, 2, []), in: guild))
    #expect(PermissionRules.outranks(member(1, []), role(13, 2, []), in: guild))
  }

  @Test("agrees with a slow bit-by-bit model on random guilds")
  func model() {
    let seed: UInt64 = 0x5EED_0003
    var random = SeededRandom(seed: seed)
    for run in 0..<2_000 {
      let roles = (0..<5).map { role(11 + UInt64($0), $0 + 1, sparse(&random)) }
      let guild = guild(sparse(&random).union(random.below(2) == 0 ? .viewChannel : []), roles)
      let owned = (0..<5).filter { _ in random.below(2) == 0 }.map { 11 + UInt64($0) }
      let member = member(
        2, owned, timeout: random.below(4) == 0 ? Int64(999_999 + random.below(3)) : nil)
      var overwrites: [PermissionOverwrite] = []
      for id in [10, 11, 12, 13, 14, 15] as [UInt64] where random.below(2) == 0 {
        overwrites.append(overwrite(id, .role, allow: sparse(&random), deny: sparse(&random)))
      }
      for id in [2, 3] as [UInt64] where random.below(2) == 0 {
        overwrites.append(overwrite(id, .member, allow: sparse(&random), deny: sparse(&random)))
      }
      let kind = ChannelKind.allCases[random.below(4)]
      let channel = channel(kind, overwrites)
      let result = PermissionRules.permissions(of: member, in: channel, of: guild, at: now)
      let slow = model(member, channel, guild)
      #expect(result == slow, "seed \(seed) run \(run)")
      let mayView = PermissionRules.mayView(channel, in: guild, member: member)
      #expect(mayView == slow.contains(.viewChannel), "seed \(seed) run \(run)")
      if PermissionRules.isOpen(channel, in: guild) { #expect(mayView) }
    }
  }

  private func sparse(_ random: inout SeededRandom) -> Permissions {
    let mask = random.next() & random.next() & Permissions.all.rawValue
    return Permissions(rawValue: random.below(8) == 0 ? mask : mask & ~Permissions.administrator.rawValue)
  }

  /// Every bit by itself: the last word on a bit counts.
  private func model(_ member: Member, _ channel: Channel, _ guild: Guild) -> Permissions {
    let own = guild.roles.filter { $0.id == guild.id || member.roles.contains($0.id) }
    func holds(_ bit: Permissions) -> Bool { own.contains { $0.permissions.contains(bit) } }
    if holds(.administrator) { return .all }
    var result: Permissions = []
    for index in 0..<64 where index != 3 {
      let bit = Permissions(rawValue: 1 << UInt64(index))
      var isSet = holds(bit)
      let layers: [(PermissionOverwrite) -> Bool] = [
        { $0.id == guild.id && $0.target == .role },
        { $0.id != guild.id && $0.target == .role && member.roles.contains($0.id) },
        { $0.target == .member && $0.id == member.userID },
      ]
      for layer in layers {
        let words = channel.overwrites.filter(layer)
        if words.contains(where: { $0.deny.contains(bit) }) { isSet = false }
        if words.contains(where: { $0.allow.contains(bit) }) { isSet = true }
      }
      if isSet { result.insert(bit) }
    }
    if !result.contains(.viewChannel) { return [] }
    if !result.contains(.sendMessages) { result.subtract(.impliedBySending) }
    if !result.contains(.connect), channel.kind.isVoice { result.subtract(.impliedByConnecting) }
    if let until = member.timedOutUntil, now < until { result.formIntersection(.timedOut) }
    return result
  }
}
