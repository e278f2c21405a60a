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

  /// After the channel went and the member left.
  static func checkPersonalLeft(_ kept: PersonalSnapshot) throws {
    #expect(kept.readStates == [] && kept.wideMentions == [])
    #expect(kept.notifications.map(\.guildID) == [.noGuild])
  }
}
