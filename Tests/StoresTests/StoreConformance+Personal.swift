import Base
import ChatCore
import Testing

/// What belongs to people.
extension StoreConformance {
  private static let direct = Snowflake(rawValue: 3000)

  private static func mention(_ id: UInt64) -> WideMention {
    WideMention(
      channelID: channel, messageID: Snowflake(rawValue: id), authorID: user, isEveryone: id % 2 == 0,
      roles: id % 2 == 0 ? [] : [guild, channel])
  }

  /// Settings in which everything differs from what nobody chose.
  private static var chosen: NotificationSettings {
    var settings = NotificationSettings(userID: user, guildID: guild)
    settings.isMuted = true
    settings.muteTime = MuteTime(end: at, window: -1)
    settings.level = .none
    settings.suppressesEveryone = true
    settings.suppressesRoles = true
    settings.hidesMutedChannels = true
    settings.pushesToMobile = false
    settings.mutesEvents = true
    settings.highlights = 2
    settings.flags = 77
    settings.version = 9
    var row = ChannelNotifications(channelID: channel)
    row.isMuted = true
    row.muteTime = MuteTime(end: nil, window: nil)
    row.level = .mentions
    row.isCollapsed = true
    row.flags = 3
    settings.channels = [row, ChannelNotifications(channelID: direct)]
    return settings
  }

  /// Read states, mentions and settings come back whole, are replaced and removed, and mentions are bounded.
  static func checkPersonal<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    var state = ReadState(userID: user, channelID: channel)
    state.lastReadID = Snowflake(rawValue: 5001)
    state.mentions = [Snowflake(rawValue: 5002), Snowflake(rawValue: .max)]
    state.pinsReadAt = at
    state.version = 4
    let bare = ReadState(userID: user, channelID: direct)
    var plain = NotificationSettings(userID: user, guildID: .noGuild)
    plain.version = 1
    try write(
      [
        .personal(.readState(ReadState(userID: user, channelID: channel))), .personal(.readState(state)),
        .personal(.readState(bare)), .personal(.wideMention(mention(1))), .personal(.wideMention(mention(2))),
        .personal(.notifications(chosen)), .personal(.notifications(plain)),
      ], to: &store)
    try checkRelationships(&store)
    try checkLogins(&store)
    var kept = try store.load().personal
    #expect(kept.readStates == [bare, state])
    #expect(kept.wideMentions == [mention(1), mention(2)])
    #expect(kept.notifications == [plain, chosen])
    try write(
      [
        .personal(.deleteReadState(channel: direct, user: user)),
        .personal(.deleteWideMention(channel: channel, message: Snowflake(rawValue: 1))),
      ] + (3..<3 + UInt64(Limits.wideMentions)).map { .personal(.wideMention(mention($0))) }, to: &store)
    kept = try store.load().personal
    #expect(kept.readStates == [state])
    #expect(kept.wideMentions.count == Limits.wideMentions && kept.wideMentions.first == mention(3))
  }

  private static func checkRelationships<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    let other = Snowflake(rawValue: 1002)
    var side = Relationship(userID: user, otherID: other, kind: .friend, since: at)
    side.nickname = "n\u{0}"
    side.isIgnored = true
    let back = Relationship(userID: other, otherID: user, kind: .blocked, since: at)
    let first = Relationship(userID: user, otherID: other, kind: .outgoing, since: at)
    try write([first, back, side].map { .personal(.relationship($0)) }, to: &store)
    #expect(try store.load().personal.relationships == [side, back])
    try write([.personal(.deleteRelationship(user: other, other: user))], to: &store)
    #expect(try store.load().personal.relationships == [side])
  }

  private static func checkLogins<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    func login(_ issued: Int64) -> LoginSession {
      LoginSession(
        userID: user, issued: WallTime(milliseconds: issued), code: "c\(issued)",
        client: ClientDescription(os: "o\u{0}", platform: "p"), lastUsedAt: at)
    }
    let codes = [BackupCode(text: "abcd1234", isUsed: true), BackupCode(text: "efgh5678", isUsed: false)]
    let factor = SecondFactor(secret: [0, 255, 7], lastStep: .max, backupCodes: codes)
    try write(
      [
        .personal(.login(login(1))), .personal(.login(login(2))), .personal(.login(login(3))),
        .personal(.endLogin(user: user, issued: WallTime(milliseconds: 2))),
        .personal(.endLogin(user: user, issued: WallTime(milliseconds: 9))),
        .personal(.secondFactor(user: user, factor)), .personal(.disabled(user: user, true)),
      ], to: &store)
    var kept = try store.load().personal
    #expect(kept.logins == [login(1), login(3)])
    #expect(kept.revokedTokens == [user: [WallTime(milliseconds: 2), WallTime(milliseconds: 9)]])
    #expect(kept.secondFactors == [user: factor] && kept.disabled == [user])
    try write(
      [
        .personal(.endLogins(user: user)), .personal(.secondFactor(user: user, nil)),
        .personal(.disabled(user: user, false)),
      ], to: &store)
    kept = try store.load().personal
    #expect(
      kept.logins == [] && kept.revokedTokens == [:] && kept.secondFactors == [:] && kept.disabled == [])
    let before = try store.load().personal
    let other = Snowflake(rawValue: 1002)
    try write(
      [
        .personal(.notifications(NotificationSettings(userID: other, guildID: .noGuild))),
        .personal(.relationship(Relationship(userID: other, otherID: user, kind: .blocked, since: at))),
        .personal(.secondFactor(user: other, factor)), .personal(.disabled(user: other, true)),
        .personal(.forget(user: other)),
      ], to: &store)
    #expect(try store.load().personal == before, "everything of one person goes, and nothing else")
  }

  /// After the channel went and the member left.
  static func checkPersonalLeft(_ kept: PersonalSnapshot) throws {
    #expect(kept.readStates == [] && kept.wideMentions == [])
    #expect(kept.notifications.map(\.guildID) == [.noGuild])
  }
}
