import Base

/// Who could view which channel of a guild before something changed.
struct Sight {
  let guild: Snowflake
  let channels: [(channel: Channel, only: Set<Snowflake>?)]
  /// The active private threads with those who could view them.
  let threads: [(thread: Channel, only: Set<Snowflake>)]
}

extension ChatService where Store: ~Copyable {
  /// Notes who may view what, before a change of roles, overwrites or a member's roles.
  mutating func sight(of guild: Snowflake) -> Sight {
    var channels: [(channel: Channel, only: Set<Snowflake>?)] = []
    for channel in sortedChannels(guild) {
      channels.append((channel, state.viewers(channel)))
    }
    var threads: [(thread: Channel, only: Set<Snowflake>)] = []
    for id in state.threads.active.sorted(guild) {
      guard let thread = state.channels[id], thread.kind == .privateThread else { continue }
      threads.append((thread, state.viewers(thread) ?? []))
    }
    return Sight(guild: guild, channels: channels, threads: threads)
  }

  /// Applies a change of permissions to everybody at once.
  ///
  /// Who gains a channel gets CHANNEL_CREATE and the voice states in it, who loses one CHANNEL_DELETE and
  /// leaves its voice. Whoever is in voice is suppressed or released as SPEAK now says.
  mutating func showChanges(since before: Sight, at now: WallTime) {
    let members = state.guildMembers.set(before.guild)
    for (old, onlyBefore) in before.channels {
      guard let channel = state.channels[old.id] else { continue }
      let onlyAfter = state.viewers(channel)
      if onlyBefore == nil, onlyAfter == nil { continue }
      let was = onlyBefore ?? members
      let now = onlyAfter ?? members
      show(channel, to: now.subtracting(was))
      hide(channel, from: was.subtracting(now))
    }
    showThreads(since: before)
    refreshVoice(before.guild, at: now)
  }

  /// Private threads that came or went by themselves: THREAD_CREATE or THREAD_DELETE.
  ///
  /// Those whose parents came are in its THREAD_LIST_SYNC, those whose parents went are gone with them.
  private mutating func showThreads(since before: Sight) {
    for (old, was) in before.threads {
      guard let thread = state.channels[old.id], let parent = parent(of: thread) else { continue }
      let now = state.viewers(thread) ?? []
      if now == was { continue }
      let could = before.channels.first { $0.channel.id == parent.id }.flatMap(\.only)
      let can = state.viewers(parent)
      let gained = now.subtracting(was).filter { could?.contains($0) ?? true }
      let lost = was.subtracting(now).filter { can?.contains($0) ?? true }
      for (users, event) in [
        (gained, ThreadEvent.create(thread, member: nil, isNew: false)), (lost, .delete(thread)),
      ] where !users.isEmpty {
        emit(
          .thread(event), to: .viewers(guild: thread.guildID, channel: thread.id, only: Set(users)))
      }
    }
  }

  private mutating func show(_ channel: Channel, to gained: Set<Snowflake>) {
    guard !gained.isEmpty else { return }
    let audience = Audience.viewers(guild: channel.guildID, channel: channel.id, only: gained)
    emit(.channelCreate(channel), to: audience)
    syncThreads(of: channel, to: gained)
    for user in state.channelVoice.sorted(channel.id) {
      guard let voice = voice(channel.guildID, user), let member = member(channel.guildID, user) else {
        continue
      }
      emit(.voiceStateUpdate(VoiceStateView(state: voice, member: view(member))), to: audience)
    }
  }

  private mutating func hide(_ channel: Channel, from lost: Set<Snowflake>) {
    guard !lost.isEmpty else { return }
    for user in state.channelVoice.sorted(channel.id) where lost.contains(user) {
      if let voice = voice(channel.guildID, user) { leaveVoice(voice) }
    }
    emit(
      .channelDelete(channel),
      to: .viewers(guild: channel.guildID, channel: channel.id, only: lost))
  }

  /// Members with MANAGE_CHANNELS at a channel that they may view: who learns of invites.
  func managers(of channel: Channel, at now: WallTime) -> Audience {
    let guild = state.guilds[channel.guildID]
    let only = state.guildMembers.set(channel.guildID).filter { user in
      guard let guild, let member = member(guild.id, user) else { return false }
      let permissions = PermissionRules.permissions(of: member, in: channel, of: guild, at: now)
      return permissions.contains(.manageChannels)
    }
    return .viewers(guild: channel.guildID, channel: channel.id, only: only)
  }
}
