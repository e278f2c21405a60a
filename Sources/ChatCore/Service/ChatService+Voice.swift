import Base

extension ChatService where Store: ~Copyable {
  func voice(_ guild: Snowflake, _ user: Snowflake) -> VoiceState? {
    state.voiceStates[MemberKey(place: guild, user: user)]
  }

  /// Op 4.
  ///
  /// What Discord ignores is ignored: no event, and `done`.
  mutating func updateVoiceState(
    _ update: VoiceUpdate, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: update.guild)
    guard let member = seat.member else { throw .unauthorized }
    guard state.sessions[update.session] == member.userID else { throw .code(.unknownSession) }
    let before = voice(update.guild, member.userID)
    guard let id = update.channel else {
      if let before, before.sessionID == update.session { leaveVoice(before) }
      return .done
    }
    guard let channel = state.channels[id], channel.guildID == update.guild, channel.kind.isVoice else {
      return .done
    }
    var next = before ?? newVoice(member, channel, update.session)
    next.isSelfMuted = update.isSelfMuted
    next.isSelfDeafened = update.isSelfDeafened
    next.isSelfVideo = update.isSelfVideo && next.mayStream
    if let before, before.channelID == id, before.sessionID == update.session {
      changeFlags(before, next, channel, member)
      return .done
    }
    guard mayJoin(channel, seat, member, before) else { return .done }
    next.channelID = id
    next.sessionID = update.session
    next.isMuted = member.isMuted
    next.isDeafened = member.isDeafened
    next.requestedToSpeakAt = nil
    next.isSuppressed = isSuppressed(at: channel, member, in: seat.guild, asker.at)
    next.mayStream = seat.permissions(in: channel).contains(.stream)
    next.isSelfVideo = update.isSelfVideo && next.mayStream
    leaveOtherGuilds(member)
    publish(next, leaving: before?.channelID, member)
    assign(next, channel)
    return .done
  }

  private func newVoice(_ member: Member, _ channel: Channel, _ session: String) -> VoiceState {
    VoiceState(
      guildID: member.guildID, userID: member.userID, channelID: channel.id, sessionID: session)
  }

  /// The same session in the same channel: flags change, or the client wants its voice server again.
  ///
  /// Some clients await the state before the server update and some after it, so it goes twice.
  private mutating func changeFlags(
    _ before: VoiceState, _ next: VoiceState, _ channel: Channel, _ member: Member
  ) {
    publish(next, leaving: channel.id, member)
    guard next == before, let kept = voice(next.guildID, next.userID) else { return }
    assign(kept, channel)
    let repeated = VoiceStateView(state: kept, member: view(member))
    emit(.voiceStateUpdate(repeated), to: .user(member.userID))
  }

  private func mayJoin(
    _ channel: Channel, _ seat: Seat, _ member: Member, _ before: VoiceState?
  ) -> Bool {
    let permissions = seat.permissions(in: channel)
    guard permissions.isSuperset(of: [.viewChannel, .connect]) else { return false }
    if channel.userLimit == 0 || permissions.contains(.moveMembers) { return true }
    return before?.channelID == channel.id
      || state.channelVoice.count(channel.id) < channel.userLimit
  }

  /// A stage's newcomer is audience; elsewhere SPEAK decides.
  private func isSuppressed(
    at channel: Channel, _ member: Member, in guild: Guild, _ now: WallTime
  ) -> Bool {
    if channel.kind == .stage { return true }
    let permissions = PermissionRules.permissions(of: member, in: channel, of: guild, at: now)
    return !permissions.contains(.speak)
  }

  /// STREAM decides whether pictures are shown; without it the camera counts as off.
  private func refreshStream(
    _ voice: inout VoiceState, at channel: Channel, _ member: Member, in guild: Guild, _ now: WallTime
  ) {
    voice.mayStream = PermissionRules.permissions(of: member, in: channel, of: guild, at: now).contains(
      .stream)
    voice.isSelfVideo = voice.isSelfVideo && voice.mayStream
  }

  /// A person is in one voice channel of the instance, a bot in one a guild.
  private mutating func leaveOtherGuilds(_ member: Member) {
    guard !user(member.userID).isBot else { return }
    for guild in state.userVoice.sorted(member.userID) where guild != member.guildID {
      if let other = voice(guild, member.userID) { leaveVoice(other) }
    }
  }

  /// Ends a voice state: `channelID` nil to everybody who could see it, and to the user.
  mutating func leaveVoice(_ voice: VoiceState) {
    guard let id = voice.channelID, let member = member(voice.guildID, voice.userID) else { return }
    var gone = voice
    gone.channelID = nil
    gone.requestedToSpeakAt = nil
    voiceVersion += 1
    gone.version = voiceVersion
    state.setVoice(gone)
    let update = Payload.voiceStateUpdate(VoiceStateView(state: gone, member: view(member)))
    guard let channel = state.channels[id] else { return emit(update, to: .user(voice.userID)) }
    emit(update, to: viewers(channel, and: voice.userID))
  }

  /// Sets a voice state and tells everybody who may view its channel.
  ///
  /// Those who could only see the channel that it left learn that the user is gone.
  private mutating func publish(_ next: VoiceState, leaving old: Snowflake?, _ member: Member) {
    guard let id = next.channelID, let channel = state.channels[id] else { return }
    var next = next
    voiceVersion += 1
    next.version = voiceVersion
    state.setVoice(next)
    if let old, old != id, let left = state.channels[old], let now = state.viewers(channel) {
      let before = state.viewers(left) ?? state.guildMembers.set(next.guildID)
      let blind = before.subtracting(now).subtracting([next.userID])
      var gone = next
      gone.channelID = nil
      if !blind.isEmpty {
        emit(
          .voiceStateUpdate(VoiceStateView(state: gone, member: view(member))),
          to: .viewers(guild: left.guildID, channel: left.id, only: blind))
      }
    }
    emit(
      .voiceStateUpdate(VoiceStateView(state: next, member: view(member))),
      to: viewers(channel, and: next.userID))
  }

  private mutating func assign(_ next: VoiceState, _ channel: Channel) {
    guard let kept = voice(next.guildID, next.userID) else { return }
    emit(
      .voiceServerNeeded(VoiceAssignment(state: kept, channelID: channel.id)),
      to: .session(kept.sessionID))
  }

  /// Applies a moderator's PATCH of a member to its voice state.
  mutating func moderate(
    _ before: VoiceState, _ member: Member, _ destination: Change<Channel?>, _ now: WallTime
  ) throws(ChatError) {
    if destination == .set(nil) { return leaveVoice(before) }
    var next = before
    next.isMuted = member.isMuted
    next.isDeafened = member.isDeafened
    if case .set(let channel) = destination, let channel, channel.id != before.channelID,
      let guild = state.guilds[member.guildID]
    {
      next.channelID = channel.id
      next.requestedToSpeakAt = nil
      next.isSuppressed = isSuppressed(at: channel, member, in: guild, now)
      refreshStream(&next, at: channel, member, in: guild, now)
      publish(next, leaving: before.channelID, member)
      assign(next, channel)
    } else if next != before {
      publish(next, leaving: before.channelID, member)
    }
  }

  /// Suppresses or releases everybody in voice as SPEAK now says; stages keep their speakers.
  mutating func refreshVoice(_ id: Snowflake, at now: WallTime) {
    guard let guild = state.guilds[id] else { return }
    for user in state.guildVoice.sorted(id) {
      guard let before = voice(id, user), let member = member(id, user),
        let channel = before.channelID.flatMap({ state.channels[$0] }), channel.kind == .voice
      else { continue }
      var next = before
      next.isSuppressed = isSuppressed(at: channel, member, in: guild, now)
      refreshStream(&next, at: channel, member, in: guild, now)
      if next != before { publish(next, leaving: before.channelID, member) }
    }
  }

  func voiceState(
    _ guild: Snowflake, _ user: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    guard let voice = voice(guild, user), let member = member(guild, user),
      let channel = voice.channelID.flatMap({ state.channels[$0] }),
      seat.permissions(in: channel).contains(.viewChannel)
    else { throw .code(.unknownVoiceState) }
    return .voiceState(VoiceStateView(state: voice, member: view(member)))
  }

  /// PATCH of a voice state on a stage: who moderates (MUTE_MEMBERS) makes speakers and audience, everybody
  /// may go back to the audience, and ask to speak with REQUEST_TO_SPEAK.
  mutating func modifyVoiceState(
    _ guild: Snowflake, _ user: Snowflake, _ changes: VoiceStateChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    guard let before = voice(guild, user), let member = member(guild, user),
      let channel = before.channelID.flatMap({ state.channels[$0] })
    else { throw .code(.unknownVoiceState) }
    guard channel.kind == .stage else { throw .code(.wrongChannelType) }
    let permissions = seat.permissions(in: channel)
    let isOwn = asker.user == user
    var next = before
    if case .set(let isSuppressed) = changes.isSuppressed, isSuppressed != before.isSuppressed {
      guard permissions.contains(.muteMembers) || (isOwn && isSuppressed) else {
        throw .code(.missingPermissions)
      }
      next.isSuppressed = isSuppressed
      next.requestedToSpeakAt = nil
    }
    if case .set(let time) = changes.requestedToSpeakAt {
      guard isOwn, time == nil || permissions.contains(.requestToSpeak) else {
        throw .code(.missingPermissions)
      }
      next.requestedToSpeakAt = time
    }
    if next != before { publish(next, leaving: channel.id, member) }
    return .done
  }
}
