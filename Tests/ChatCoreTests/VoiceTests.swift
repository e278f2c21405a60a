import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Voice states")
struct VoiceTests {
  private func states(_ world: borrowing World) -> [VoiceState] {
    world.events.compactMap {
      if case .voiceStateUpdate(let view) = $0.payload { view.state } else { nil }
    }
  }

  private func assignments(_ world: borrowing World) -> [VoiceAssignment] {
    world.events.compactMap {
      if case .voiceServerNeeded(let assignment) = $0.payload { assignment } else { nil }
    }
  }

  private func update(
    _ user: Snowflake, _ channel: Snowflake?, _ world: borrowing World, muted: Bool = false
  ) -> ChatCommand {
    .updateVoiceState(
      VoiceUpdate(
        session: "s\(user)", guild: world.guild, channel: channel, isSelfMuted: muted,
        isSelfDeafened: false, isSelfVideo: false))
  }

  @Test("joining: the state to the viewers, then the server to the session")
  func join() throws {
    var world = try World.make(.open)
    #expect(world.join(world.bob, world.voice) == .done)
    #expect(
      world.events.map(\.audience) == [
        .viewers(guild: world.guild, channel: world.voice, only: nil), .session("s\(world.bob)"),
      ])
    let state = try #require(states(world).first)
    let assignment = try #require(assignments(world).first)
    #expect(state.channelID == world.voice && state.sessionID == "s\(world.bob)" && state.maySpeak)
    #expect(assignment.state == state && assignment.version == state.version && state.version > 0)
    #expect(try world.wholeGuild().voiceStates == [state])
  }

  @Test("the same channel again: flags go out alone, and nothing new asks for the server again")
  func flags() throws {
    var world = try World.make(.open)
    try expectDone(world.join(world.bob, world.voice))
    let first = try #require(states(world).first)
    #expect(world.ask(world.bob, update(world.bob, world.voice, world, muted: true)) == .done)
    #expect(states(world).map(\.isSelfMuted) == [true] && assignments(world) == [])
    #expect(try #require(states(world).first).version > first.version)
    #expect(world.ask(world.bob, update(world.bob, world.voice, world, muted: true)) == .done)
    let kinds = world.events.map { event in
      if case .voiceServerNeeded = event.payload { "server" } else { "state" }
    }
    #expect(kinds == ["state", "server", "state"])
  }

  @Test("moving and leaving")
  func moveAndLeave() throws {
    var world = try World.make(.open)
    let other = try world.makeChannel(.voice, "Other", [])
    try expectDone(world.join(world.bob, world.voice))
    #expect(world.ask(world.bob, update(world.bob, other.id, world)) == .done)
    #expect(states(world).map(\.channelID) == [other.id] && assignments(world).count == 1)
    #expect(world.ask(world.bob, update(world.bob, nil, world)) == .done)
    #expect(states(world).map(\.channelID) == [nil] && assignments(world) == [])
    #expect(world.ask(world.bob, update(world.bob, nil, world)) == .done)
    #expect(world.events == [])
    #expect(try world.wholeGuild().voiceStates == [])
  }

  @Test("who moves into a channel that others cannot see is gone for them")
  func moveIntoHidden() throws {
    var world = try World.make(.open)
    let hidden = try world.makeChannel(
      .voice, "hidden",
      [
        .everyone(of: world.guild, deny: .viewChannel),
        .member(world.bob, allow: [.viewChannel, .connect]),
      ])
    try expectDone(world.join(world.bob, world.voice))
    try expectDone(world.ask(world.bob, update(world.bob, hidden.id, world)))
    #expect(states(world).map(\.channelID) == [nil, hidden.id])
    #expect(
      world.events.first?.audience
        == .viewers(guild: world.guild, channel: world.voice, only: [world.cy]))
    #expect(
      world.events.dropFirst().first?.audience
        == .viewers(guild: world.guild, channel: hidden.id, only: [world.ann, world.bob]))
    try expectDone(world.ask(world.cy, .identify(session: "look")))
    guard case .ready(let ready) = world.ask(world.cy, .identify(session: "look")) else { return }
    #expect(ready.guilds.first?.voiceStates == [])
  }

  @Test("full and closed channels, and what is no voice channel, are ignored without a word")
  func ignored() throws {
    var world = try World.make(.open)
    var changes = ChannelChanges()
    changes.userLimit = .set(1)
    try expectDone(world.ask(world.ann, .modifyChannel(world.voice, changes)))
    try expectDone(world.join(world.bob, world.voice))
    #expect(world.join(world.cy, world.voice) == .done)
    #expect(world.events == [])
    #expect(world.join(world.ann, world.voice) == .done)
    #expect(states(world).count == 1, "MOVE_MEMBERS goes in all the same")
    let closed = try world.makeChannel(
      .voice, "closed", [.everyone(of: world.guild, deny: .connect)])
    for channel in [closed.id, world.text, Snowflake(rawValue: 1)] {
      #expect(world.join(world.cy, channel) == .done)
      #expect(world.events == [])
    }
    let foreign = world.ask(world.cy, update(world.bob, world.voice, world))
    #expect(foreign == code(.unknownSession))
    #expect(world.ask(world.dot, update(world.dot, world.voice, world)) == code(.missingAccess))
  }

  @Test("the session's end ends its voice; another session's does not")
  func sessionEnd() throws {
    var world = try World.make(.open)
    try expectDone(world.join(world.bob, world.voice))
    try expectDone(world.ask(world.bob, .identify(session: "other")))
    try expectDone(world.ask(world.bob, .endSession("other")))
    #expect(world.events == [])
    try expectDone(world.ask(world.bob, .endSession("s\(world.bob)")))
    #expect(states(world).map(\.channelID) == [nil])
    #expect(world.ask(world.bob, update(world.bob, world.voice, world)) == code(.unknownSession))
  }

  @Test("a person is in one guild's voice at a time; another session takes over")
  func onePlace() throws {
    var world = try World.make(.open)
    let nest = try snapshot(world.ask(world.bob, .createGuild(name: "Nest", owner: nil)))
    let channel = try #require(nest.channels.first { $0.kind == .voice })
    try expectDone(world.join(world.bob, world.voice))
    try expectDone(world.ask(world.bob, .identify(session: "two")))
    try expectDone(
      world.ask(
        world.bob,
        .updateVoiceState(
          VoiceUpdate(
            session: "two", guild: nest.guild.id, channel: channel.id, isSelfMuted: true,
            isSelfDeafened: true, isSelfVideo: true))))
    #expect(states(world).map(\.guildID) == [world.guild, nest.guild.id])
    #expect(states(world).map(\.channelID) == [nil, channel.id])
    #expect(world.ask(world.bob, update(world.bob, nil, world)) == .done)
    #expect(world.events == [])
  }

  @Test("moderators mute, deafen, move and disconnect; the member must be in voice")
  func moderation() throws {
    var world = try World.make(.open)
    func patch(_ body: (inout MemberChanges) -> Void) -> ChatCommand {
      var changes = MemberChanges()
      body(&changes)
      return .modifyMember(guild: world.guild, user: world.bob, changes)
    }
    let mute = patch { $0.isMuted = .set(true) }
    #expect(world.ask(world.ann, mute) == code(.targetNotInVoice))
    try expectDone(world.join(world.bob, world.voice))
    for command in [
      mute, patch { $0.isDeafened = .set(true) }, patch { $0.channelID = .set(nil) },
    ] {
      #expect(world.ask(world.cy, command) == code(.missingPermissions))
    }
    try expectDone(world.ask(world.ann, mute))
    #expect(states(world).map(\.isMuted) == [true] && states(world).map(\.maySpeak) == [false])
    try expectDone(world.ask(world.bob, update(world.bob, nil, world)))
    try expectDone(world.join(world.bob, world.voice))
    #expect(states(world).map(\.isMuted) == [true], "leaving does not unmute")

    let other = try world.makeChannel(.voice, "Other", [])
    try expectDone(world.ask(world.ann, patch { $0.channelID = .set(other.id) }))
    #expect(states(world).map(\.channelID) == [other.id])
    #expect(world.events.last?.audience == .session("s\(world.bob)"))
    #expect(
      world.ask(world.ann, patch { $0.channelID = .set(world.text) }) == code(.wrongChannelType))
    try expectDone(world.ask(world.ann, patch { $0.channelID = .set(nil) }))
    #expect(states(world).map(\.channelID) == [nil])
  }

  @Test("losing SPEAK suppresses at once, and getting it back releases")
  func suppress() throws {
    var world = try World.make(.open)
    try expectDone(world.join(world.bob, world.voice))
    let deny = PermissionOverwrite.everyone(of: world.guild, deny: .speak)
    try expectDone(world.ask(world.ann, .setOverwrite(channel: world.voice, deny)))
    #expect(states(world).map(\.isSuppressed) == [true])
    try expectDone(
      world.ask(world.ann, .deleteOverwrite(channel: world.voice, target: world.guild)))
    #expect(states(world).map(\.isSuppressed) == [false])
    var changes = RoleChanges()
    changes.permissions = .set([.viewChannel, .connect])
    try expectDone(
      world.ask(world.ann, .modifyRole(guild: world.guild, role: world.guild, changes)))
    #expect(states(world).map(\.isSuppressed) == [true])
  }

  @Test("a camera is told; losing STREAM turns it off at once, and it stays off")
  func camera() throws {
    var world = try World.make(.open)
    func show(_ isOn: Bool) -> ChatCommand {
      .updateVoiceState(
        VoiceUpdate(
          session: "s\(world.bob)", guild: world.guild, channel: world.voice, isSelfMuted: false,
          isSelfDeafened: false, isSelfVideo: isOn))
    }
    try expectDone(world.join(world.bob, world.voice))
    try expectDone(world.ask(world.bob, show(true)))
    #expect(states(world).map(\.isSelfVideo) == [true] && states(world).map(\.mayShow) == [true])
    let deny = PermissionOverwrite.everyone(of: world.guild, deny: .stream)
    try expectDone(world.ask(world.ann, .setOverwrite(channel: world.voice, deny)))
    #expect(states(world).map(\.isSelfVideo) == [false] && states(world).map(\.mayShow) == [false])
    #expect(states(world).map(\.maySpeak) == [true])
    try expectDone(world.ask(world.bob, show(true)))
    #expect(states(world).allSatisfy { !$0.isSelfVideo })
    try expectDone(
      world.ask(world.ann, .deleteOverwrite(channel: world.voice, target: world.guild)))
    #expect(states(world).map(\.mayShow) == [true])
    try expectDone(world.ask(world.bob, show(true)))
    #expect(states(world).map(\.isSelfVideo) == [true])
  }

  @Test("a stage's newcomer listens; moderators make speakers, and everybody may step down")
  func stage() throws {
    var world = try World.make(.open)
    let stage = try world.makeChannel(.stage, "Stage", [])
    try expectDone(world.join(world.bob, stage.id))
    #expect(states(world).map(\.isSuppressed) == [true])
    func change(_ body: (inout VoiceStateChanges) -> Void) -> ChatCommand {
      var changes = VoiceStateChanges()
      body(&changes)
      return .modifyVoiceState(guild: world.guild, user: world.bob, changes)
    }
    let speak = change { $0.isSuppressed = .set(false) }
    #expect(world.ask(world.bob, speak) == code(.missingPermissions))
    let time = WallTime(milliseconds: world.now)
    try expectDone(world.ask(world.bob, change { $0.requestedToSpeakAt = .set(time) }))
    #expect(states(world).map(\.requestedToSpeakAt) == [time])
    try expectDone(world.ask(world.ann, speak))
    let state = try #require(states(world).first)
    #expect(!state.isSuppressed && state.requestedToSpeakAt == nil && state.maySpeak)
    try expectDone(world.ask(world.bob, change { $0.isSuppressed = .set(true) }))
    #expect(states(world).map(\.isSuppressed) == [true])
    try expectDone(world.ask(world.bob, update(world.bob, world.voice, world)))
    #expect(world.ask(world.ann, speak) == code(.wrongChannelType))
    let view = world.ask(world.cy, .voiceState(guild: world.guild, user: world.bob))
    guard case .voiceState(let seen) = view else { throw World.Unexpected(reply: view) }
    #expect(seen.state.channelID == world.voice)
    #expect(
      world.ask(world.cy, .voiceState(guild: world.guild, user: world.cy))
        == code(.unknownVoiceState))
  }

  @Test("deleting a channel disconnects everybody in it")
  func deleteChannel() throws {
    var world = try World.make(.open)
    try expectDone(world.join(world.bob, world.voice))
    try expectDone(world.join(world.cy, world.voice))
    try expectDone(world.ask(world.ann, .deleteChannel(world.voice)))
    #expect(states(world).map(\.userID) == [world.bob, world.cy])
    #expect(states(world).allSatisfy { $0.channelID == nil })
    guard case .channelDelete? = world.events.last?.payload else {
      Issue.record("no CHANNEL_DELETE")
      return
    }
  }
}
