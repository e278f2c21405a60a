import Base
import ChatCore
import ChatTesting

/// What random people do with their own things.
enum RandomPersonal {
  static func command(
    _ channel: Snowflake, _ message: Snowflake, _ guild: Snowflake, _ users: [Snowflake],
    _ random: inout SeededRandom
  ) -> ChatCommand {
    let mark = ReadMark(channel: channel, message: message, isManual: random.below(3) == 0)
    let other = users[random.below(users.count)]
    switch random.below(16) {
    case 0, 1: return .readState(.read(mark))
    case 2: return .readState(.readAll([mark, mark]))
    case 3: return .readState(.readGuild(guild))
    case 4: return .readState(.readPins(channel: channel))
    case 5: return .readState(.forget(channel: channel))
    case 6, 7, 8: return .relationship(.befriend(other))
    case 9: return .relationship(random.below(2) == 0 ? .block(other) : .remove(other))
    case 10: return .relationship(.ignore(other, random.below(2) == 0))
    case 11: return .openGroup(Array(users.prefix(random.below(4))))
    case 12: return .addRecipient(channel: channel, user: other)
    case 13: return .removeRecipient(channel: channel, user: other)
    case 14:
      var changes = ChannelChanges()
      changes.name = .set("g")
      changes.ownerID = .set(other)
      return .modifyChannel(channel, changes)
    default:
      var changes = NotificationChanges()
      changes.suppressesEveryone = .set(random.below(2) == 0)
      changes.level = .set(random.below(5))
      changes.channels = [ChannelNotificationChanges(channel: channel)]
      return .modifyNotifications(guild: random.below(3) == 0 ? .noGuild : guild, changes)
    }
  }

  /// What READY tells of a person's own things.
  static func view(_ world: inout World, _ user: Snowflake) -> [ChatReply] {
    let reply = world.ask(user, .identify(session: "v\(user)"))
    _ = world.ask(user, .endSession("v\(user)"))
    return [reply, world.ask(user, .relationship(.list))]
  }
}
