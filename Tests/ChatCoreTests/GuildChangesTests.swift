import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Changing and deleting guilds")
struct GuildChangesTests {
  private func patch(_ world: borrowing World, _ body: (inout GuildChanges) -> Void) -> ChatCommand {
    var changes = GuildChanges()
    body(&changes)
    return .modifyGuild(world.guild, changes)
  }

  @Test("a new name and system channel reach every member and survive a restart")
  func rename() throws {
    var world = try World.make(.open)
    let news = try world.makeChannel(.text, "news", [])
    let command = patch(world) {
      $0.name = .set(" Nest ")
      $0.systemChannelID = .set(news.id)
    }
    #expect(world.ask(world.bob, command) == code(.missingPermissions))
    #expect(world.ask(world.dot, command) == code(.missingAccess))
    let guild = try snapshot(world.ask(world.ann, command)).guild
    #expect(guild.name == "Nest" && guild.systemChannelID == news.id)
    #expect(world.events == [ChatEvent(audience: .guild(world.guild), payload: .guildUpdate(guild))])
    _ = try snapshot(world.ask(world.ann, command))
    #expect(world.events == [], "nothing changed")
    try world.restart()
    #expect(try world.wholeGuild().guild == guild)
    let cleared = try snapshot(world.ask(world.ann, patch(world) { $0.systemChannelID = .set(nil) }))
    #expect(cleared.guild.systemChannelID == nil)
  }

  @Test("what a guild cannot be is refused")
  func refusals() throws {
    var world = try World.make(.open)
    #expect(
      formCodes(world.ask(world.ann, patch(world) { $0.name = .set("x") })) == ["BASE_TYPE_BAD_LENGTH"])
    #expect(
      world.ask(world.ann, patch(world) { $0.systemChannelID = .set(world.voice) })
        == code(.wrongChannelType))
    #expect(
      world.ask(world.ann, patch(world) { $0.systemChannelID = .set(world.guild) })
        == code(.unknownChannel))
    #expect(
      world.ask(world.ann, patch(world) { $0.ownerID = .set(world.dot) }) == code(.unknownMember))
    #expect(world.events == [])
  }

  @Test("only the owner gives the guild away, and sees less from then on")
  func transfer() throws {
    var world = try World.make(.open)
    _ = try world.give(world.cy, .manageGuild)
    let secret = try world.makeChannel(
      .text, "secret", [.everyone(of: world.guild, deny: .viewChannel)])
    let command = patch(world) { $0.ownerID = .set(world.bob) }
    #expect(world.ask(world.cy, command) == code(.missingPermissions))
    #expect(try snapshot(world.ask(world.ann, command)).guild.ownerID == world.bob)
    func told(_ user: Snowflake, _ payload: Payload) -> ChatEvent {
      ChatEvent(
        audience: .viewers(guild: world.guild, channel: secret.id, only: [user]), payload: payload)
    }
    #expect(
      world.events.dropFirst() == [
        told(world.bob, .channelCreate(secret)), told(world.ann, .channelDelete(secret)),
      ])
    #expect(world.ask(world.ann, .channel(secret.id)) == code(.missingAccess))
  }

  @Test("deleting a guild ends voice, tells everybody and leaves nothing")
  func deletion() throws {
    var world = try World.make(.open)
    let invite = try world.invite()
    let message = try world.say(world.bob, "last words")
    try expectDone(world.join(world.bob, world.voice))
    #expect(world.ask(world.bob, .deleteGuild(world.guild)) == code(.missingPermissions))
    #expect(world.ask(world.ann, .deleteGuild(world.guild)) == .done)
    #expect(
      world.events.last
        == ChatEvent(audience: .guild(world.guild), payload: .guildDelete(guild: world.guild)))
    guard case .voiceStateUpdate(let view)? = world.events.first?.payload else {
      Issue.record("bob stays in voice")
      return
    }
    #expect(view.state.channelID == nil && view.state.userID == world.bob)
    for isRestarted in [false, true] {
      if isRestarted { try world.restart() }
      #expect(world.ask(world.ann, .guild(world.guild)) == code(.unknownGuild))
      #expect(world.ask(world.ann, .currentGuilds) == .guilds([]))
      #expect(world.ask(world.ann, .channel(world.text)) == code(.unknownChannel))
      #expect(world.ask(world.dot, .acceptInvite(code: invite)) == code(.unknownInvite))
      #expect(
        world.ask(world.bob, .message(channel: world.text, message: message.id))
          == code(.unknownChannel))
    }
    try expectDone(world.ask(world.ann, .createGuild(name: "Again", owner: nil)))
  }
}
