import Base
import ChatCore
import ChatTesting

/// What random people do with their own things.
enum RandomPersonal {
  static func command(
    _ channel: Snowflake, _ message: Snowflake, _ guild: Snowflake, _ random: inout SeededRandom
  ) -> ChatCommand {
    let mark = ReadMark(channel: channel, message: message, isManual: random.below(3) == 0)
    switch random.below(7) {
    case 0, 1: return .readState(.read(mark))
    case 2: return .readState(.readAll([mark, mark]))
    case 3: return .readState(.readGuild(guild))
    case 4: return .readState(.readPins(channel: channel))
    case 5: return .readState(.forget(channel: channel))
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
    return [reply]
  }
}
