import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Notification settings")
struct NotificationTests {
  private func change(
    _ world: inout World, _ user: Snowflake, _ guild: Snowflake, _ changes: NotificationChanges
  ) throws -> NotificationSettings {
    let reply = world.ask(user, .modifyNotifications(guild: guild, changes))
    guard case .personal(.notifications(let settings)) = reply else { throw World.Unexpected(reply: reply) }
    return settings
  }

  @Test("what was chosen is kept, told to the person alone and stands in READY")
  func changing() throws {
    var world = try World.make(.open)
    var changes = NotificationChanges()
    changes.isMuted = .set(true)
    changes.muteTime = .set(MuteTime(end: WallTime(milliseconds: 9), window: -1))
    changes.level = .set(1)
    var row = ChannelNotificationChanges(channel: world.text)
    row.level = .set(2)
    changes.channels = [row, ChannelNotificationChanges(channel: Snowflake(rawValue: 5))]
    let settings = try change(&world, world.bob, world.guild, changes)
    #expect(settings.isMuted && settings.level == .mentions && settings.version == 1)
    #expect(settings.channels.map(\.channelID) == [world.text], "others are passed over")
    #expect(world.events.map(\.audience) == [.user(world.bob)])
    var more = NotificationChanges()
    more.muteTime = .set(nil)
    let after = try change(&world, world.bob, world.guild, more)
    #expect(after.muteTime == nil && after.isMuted && after.channels == settings.channels)
    #expect(try change(&world, world.bob, world.guild, more) == after && world.events == [])
    try world.restart()
    let reply = world.ask(world.bob, .identify(session: "s"))
    guard case .ready(let ready) = reply else { throw World.Unexpected(reply: reply) }
    #expect(ready.personal.notifications == [after])
  }

  @Test("private channels have their own, and one cannot choose for what one does not see")
  func places() throws {
    var world = try World.make(.open)
    let reply = world.ask(world.ann, .openDirect(user: world.bob))
    guard case .privateChannel(let view) = reply else { throw World.Unexpected(reply: reply) }
    var changes = NotificationChanges()
    var row = ChannelNotificationChanges(channel: view.channel.id)
    row.isMuted = .set(true)
    changes.channels = [row]
    #expect(try change(&world, world.bob, .noGuild, changes).channels.count == 1)
    #expect(try change(&world, world.cy, .noGuild, changes).channels == [], "it is not Cy's")
    #expect(
      world.ask(world.dot, .modifyNotifications(guild: world.guild, changes)) == code(.missingAccess))
    let bot = try world.addBot()
    #expect(world.ask(bot, .modifyNotifications(guild: world.guild, changes)) == code(.botsNotAllowed))
  }

  @Test("numbers that mean nothing are refused")
  func refusals() throws {
    var world = try World.make(.open)
    var changes = NotificationChanges()
    changes.level = .set(4)
    changes.highlights = .set(3)
    changes.flags = .set(-1)
    #expect(
      formCodes(world.ask(world.bob, .modifyNotifications(guild: world.guild, changes)))
        == ["BASE_TYPE_CHOICES", "NUMBER_TYPE_MAX", "NUMBER_TYPE_MIN"])
    var row = ChannelNotificationChanges(channel: world.text)
    row.flags = .set(.max)
    changes = NotificationChanges()
    changes.channels = [row]
    #expect(
      formCodes(world.ask(world.bob, .modifyNotifications(guild: world.guild, changes)))
        == ["NUMBER_TYPE_MAX"])
  }
}
