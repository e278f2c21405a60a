import Base

/// Names a member, or anything else that a user has within a guild or channel.
struct MemberKey: Hashable, Sendable {
  let place: Snowflake
  let user: Snowflake
}

/// Names a nonce.
struct NonceKey: Hashable, Sendable {
  let channel: Snowflake
  let author: Snowflake
  let nonce: Nonce
}

/// Everything that the core keeps in memory.
///
/// What the store keeps too changes only through ``apply(_:)``, at start as well as at work: memory is the
/// fold of the same writes, so the two cannot differ. Voice states, sessions and the like are not kept.
struct ChatState: Sendable {
  private(set) var accounts = Table<Snowflake, Account>()
  /// Usernames of people and e-mail addresses; only the latter hold an `@`.
  private(set) var logins = Table<String, Snowflake>()
  private(set) var applications = Table<Snowflake, Application>()
  private(set) var commands = Table<Snowflake, ApplicationCommand>()
  private(set) var applicationCommands = Relation<Snowflake, Snowflake>()
  private(set) var guilds = Table<Snowflake, Guild>()
  private(set) var channels = Table<Snowflake, Channel>()
  private(set) var members = Table<MemberKey, Member>()
  private(set) var invites = Table<String, Invite>()
  private(set) var bans = Table<MemberKey, Ban>()
  private(set) var guildBans = Relation<Snowflake, Snowflake>()
  private(set) var guildChannels = Relation<Snowflake, Snowflake>()
  private(set) var guildMembers = Relation<Snowflake, Snowflake>()
  private(set) var guildInvites = Relation<Snowflake, String>()
  private(set) var userGuilds = Relation<Snowflake, Snowflake>()
  /// The channel of two users, by the lower and the higher id.
  private(set) var directs = Table<MemberKey, Snowflake>()
  private(set) var userChannels = Relation<Snowflake, Snowflake>()
  private(set) var webhooks = WebhookState()

  private(set) var personal = PersonalState()

  /// Living gateway sessions and their users.
  private(set) var sessions = Table<String, Snowflake>()
  private(set) var userSessions = Relation<Snowflake, String>()
  private(set) var voiceStates = Table<MemberKey, VoiceState>()
  private(set) var guildVoice = Relation<Snowflake, Snowflake>()
  private(set) var channelVoice = Relation<Snowflake, Snowflake>()
  private(set) var userVoice = Relation<Snowflake, Snowflake>()
  /// Interactions by token, and the tokens by their ids and by ephemeral messages.
  var interactions = Table<String, Interaction>()
  var interactionTokens = Table<Snowflake, String>()
  /// The form that a user was last shown by an application (`place`).
  var modals = Table<MemberKey, ShownModal>()
  var nonces = Table<NonceKey, Snowflake>()
  var slowModePosts = Table<MemberKey, WallTime>()

  /// Who may view a channel; emptied for a guild when anything in it changes that could matter.
  var visibility = VisibilityCache()
  /// Threads' members, and when threads are archived.
  var threads = ThreadState()
}

extension ChatState {
  /// Applies one write to memory.
  mutating func apply(_ write: StoreWrite) {
    switch write {
    case .account(let account): setAccount(account)
    case .application(let application): applications[application.id] = application
    case .command(let command):
      commands[command.id] = command
      applicationCommands.insert(command.applicationID, command.id)
    case .deleteCommand(let id): removeCommand(id)
    case .guild(let guild):
      var guild = guild
      if let known = guilds[guild.id] { guild.roles = known.roles }
      guilds[guild.id] = guild
      visibility.forget(guild: guild.id)
    case .deleteGuild(let id): removeGuild(id)
    case .role(let guild, let role):
      changeRoles(guild) {
        $0.append(role)
      } removing: {
        $0.id == role.id
      }
    case .deleteRole(let guild, let role):
      changeRoles(guild) { _ in
      } removing: {
        $0.id == role
      }
      removeRoleFromMembers(guild, role)
    case .channel(let channel):
      if channel.kind.isThread { return setThread(channel) }
      let before = channels[channel.id]
      channels[channel.id] = channel
      if channel.kind.isPrivate { return setRecipients(channel, before: before?.recipients ?? []) }
      guildChannels.insert(channel.guildID, channel.id)
      visibility.forget(guild: channel.guildID)
    case .deleteChannel(let id): removeChannel(id)
    case .member(let member):
      members[MemberKey(place: member.guildID, user: member.userID)] = member
      guildMembers.insert(member.guildID, member.userID)
      userGuilds.insert(member.userID, member.guildID)
      visibility.forget(guild: member.guildID)
    case .deleteMember(let guild, let user): removeMember(guild, user)
    case .ban(let ban):
      bans[MemberKey(place: ban.guildID, user: ban.userID)] = ban
      guildBans.insert(ban.guildID, ban.userID)
    case .deleteBan(let guild, let user): removeBan(guild, user)
    case .invite(let invite):
      invites[invite.code] = invite
      guildInvites.insert(invite.guildID, invite.code)
    case .deleteInvite(let code):
      if let invite = invites[code] { guildInvites.remove(invite.guildID, code) }
      invites[code] = nil
    case .message(let message):
      guard var channel = channels[message.channelID] else { return }
      channel.note(message)
      channels[channel.id] = channel
    case .personal(let write): personal.apply(write)
    case .webhook(let write): webhooks.apply(write)
    case .deleteMessage(let id, let message):
      guard var thread = channels[id], thread.kind.isThread else { return }
      thread.noteDeleted(message)
      channels[id] = thread
    case .thread(let write): apply(write)
    case .updateMessage, .reaction, .deleteReaction, .deleteReactions, .audit, .log: break
    }
  }

  /// Nobody's sight depends on what of a thread can change.
  private mutating func setThread(_ channel: Channel) {
    var thread = channel
    thread.thread?.memberCount = threads.members.count(thread.id)
    channels[thread.id] = thread
    threads.put(thread)
  }

  /// Replaces a thread whose members were counted anew: only they see a private one.
  mutating func replaceThread(_ thread: Channel) {
    channels[thread.id] = thread
    visibility.forget(thread)
  }

  mutating func setNewest(_ thread: Snowflake, of id: Snowflake) {
    guard var channel = channels[id] else { return }
    channel.lastMessageID = thread
    channels[id] = channel
  }

  private mutating func setRecipients(_ channel: Channel, before: [Snowflake]) {
    for user in before where !channel.recipients.contains(user) { userChannels.remove(user, channel.id) }
    for user in channel.recipients { userChannels.insert(user, channel.id) }
    if channel.kind == .direct, let first = channel.recipients.first, let last = channel.recipients.last {
      directs[MemberKey(place: first, user: last)] = channel.id
    }
  }

  private mutating func removeCommand(_ id: Snowflake) {
    if let command = commands[id] { applicationCommands.remove(command.applicationID, id) }
    commands[id] = nil
  }

  private mutating func removeGuild(_ id: Snowflake) {
    for (command, kept) in commands.all where kept.guildID == id { removeCommand(command) }
    for channel in guildChannels.sorted(id) {
      for thread in threads.children.sorted(channel) { removeChannel(thread) }
      removeChannel(channel)
    }
    for user in guildMembers.sorted(id) { removeMember(id, user) }
    for user in guildBans.sorted(id) { removeBan(id, user) }
    personal.removeGuild(id)
    guilds[id] = nil
    visibility.forget(guild: id)
  }

  private mutating func removeBan(_ guild: Snowflake, _ user: Snowflake) {
    bans[MemberKey(place: guild, user: user)] = nil
    guildBans.remove(guild, user)
  }

  private mutating func removeMember(_ guild: Snowflake, _ user: Snowflake) {
    members[MemberKey(place: guild, user: user)] = nil
    guildMembers.remove(guild, user)
    userGuilds.remove(user, guild)
    personal.removeMember(guild, user, channels: places(in: guild))
    removeFromThreads(guild, user)
    visibility.forget(guild: guild)
  }

  private mutating func setAccount(_ account: Account) {
    let before = accounts[account.user.id]
    for login in [before.flatMap(ChatState.username), before?.email] {
      if let login { logins[login] = nil }
    }
    for login in [ChatState.username(account), account.email] {
      if let login { logins[login] = account.user.id }
    }
    accounts[account.user.id] = account
  }

  private static func username(_ account: Account) -> String? {
    account.user.isBot ? nil : account.user.username
  }

  private mutating func changeRoles(
    _ id: Snowflake, _ add: (inout [Role]) -> Void, removing isGone: (Role) -> Bool
  ) {
    guard var guild = guilds[id] else { return }
    guild.roles.removeAll(where: isGone)
    add(&guild.roles)
    guild.roles.sort { ($0.position, $0.id) < ($1.position, $1.id) }
    guilds[id] = guild
    visibility.forget(guild: id)
  }

  private mutating func removeRoleFromMembers(_ guild: Snowflake, _ role: Snowflake) {
    for user in guildMembers.set(guild) {
      let key = MemberKey(place: guild, user: user)
      guard var member = members[key], member.roles.contains(role) else { continue }
      member.roles.removeAll { $0 == role }
      members[key] = member
    }
  }

  private mutating func removeChannel(_ id: Snowflake) {
    guard let channel = channels[id] else { return }
    if channel.kind.isThread {
      threads.remove(channel)
      visibility.forget(channel)
      personal.removeChannel(id)
      channels[id] = nil
      return
    }
    for code in guildInvites.sorted(channel.guildID) where invites[code]?.channelID == id {
      invites[code] = nil
      guildInvites.remove(channel.guildID, code)
    }
    webhooks.removeChannel(id)
    channels[id] = nil
    for user in channel.recipients { userChannels.remove(user, id) }
    guildChannels.remove(channel.guildID, id)
    personal.removeChannel(id)
    visibility.forget(guild: channel.guildID)
  }

  /// Makes a session known.
  mutating func openSession(_ id: String, user: Snowflake) {
    sessions[id] = user
    userSessions.insert(user, id)
  }

  /// Forgets a session.
  mutating func closeSession(_ id: String) {
    guard let user = sessions[id] else { return }
    sessions[id] = nil
    userSessions.remove(user, id)
  }

  /// Adds, replaces or (with `state.channelID` nil) removes a voice state.
  mutating func setVoice(_ state: VoiceState) {
    let key = MemberKey(place: state.guildID, user: state.userID)
    if let channel = voiceStates[key]?.channelID { channelVoice.remove(channel, state.userID) }
    if let channel = state.channelID {
      voiceStates[key] = state
      channelVoice.insert(channel, state.userID)
      guildVoice.insert(state.guildID, state.userID)
      userVoice.insert(state.userID, state.guildID)
    } else {
      voiceStates[key] = nil
      guildVoice.remove(state.guildID, state.userID)
      userVoice.remove(state.userID, state.guildID)
    }
  }

}

extension ChatState {
  /// Where every table stands.
  struct Mark: Sendable {
    fileprivate var tables: [Int]
    fileprivate var personal: [Int]
    fileprivate var webhooks: [Int]
    fileprivate var threads: ThreadState.Mark
  }

  /// The point that ``rollback(to:)`` goes back to.
  var mark: Mark {
    Mark(
      tables: [
        accounts.mark, logins.mark, applications.mark, guilds.mark, channels.mark, members.mark, invites.mark,
        guildChannels.mark, guildMembers.mark, guildInvites.mark, userGuilds.mark, sessions.mark,
        userSessions.mark, voiceStates.mark, guildVoice.mark, channelVoice.mark, userVoice.mark, nonces.mark,
        slowModePosts.mark, bans.mark, guildBans.mark, directs.mark, userChannels.mark, commands.mark,
        applicationCommands.mark, interactions.mark, interactionTokens.mark, modals.mark,
      ], personal: personal.mark, webhooks: webhooks.mark, threads: threads.mark)
  }

  /// Undoes everything since `mark`.
  mutating func rollback(to mark: Mark) {
    let tables = mark.tables
    accounts.rollback(to: tables[0])
    logins.rollback(to: tables[1])
    applications.rollback(to: tables[2])
    guilds.rollback(to: tables[3])
    channels.rollback(to: tables[4])
    members.rollback(to: tables[5])
    invites.rollback(to: tables[6])
    guildChannels.rollback(to: tables[7])
    guildMembers.rollback(to: tables[8])
    guildInvites.rollback(to: tables[9])
    userGuilds.rollback(to: tables[10])
    sessions.rollback(to: tables[11])
    userSessions.rollback(to: tables[12])
    voiceStates.rollback(to: tables[13])
    guildVoice.rollback(to: tables[14])
    channelVoice.rollback(to: tables[15])
    userVoice.rollback(to: tables[16])
    nonces.rollback(to: tables[17])
    slowModePosts.rollback(to: tables[18])
    bans.rollback(to: tables[19])
    guildBans.rollback(to: tables[20])
    directs.rollback(to: tables[21])
    userChannels.rollback(to: tables[22])
    commands.rollback(to: tables[23])
    applicationCommands.rollback(to: tables[24])
    interactions.rollback(to: tables[25])
    interactionTokens.rollback(to: tables[26])
    modals.rollback(to: tables[27])
    personal.rollback(to: mark.personal)
    webhooks.rollback(to: mark.webhooks)
    threads.rollback(to: mark.threads)
    visibility.forgetEverything()
  }

  /// Makes everything since the last commit final.
  mutating func commit() {
    accounts.commit()
    logins.commit()
    applications.commit()
    guilds.commit()
    channels.commit()
    members.commit()
    invites.commit()
    guildChannels.commit()
    guildMembers.commit()
    guildInvites.commit()
    userGuilds.commit()
    sessions.commit()
    userSessions.commit()
    voiceStates.commit()
    guildVoice.commit()
    channelVoice.commit()
    userVoice.commit()
    nonces.commit()
    slowModePosts.commit()
    bans.commit()
    guildBans.commit()
    directs.commit()
    userChannels.commit()
    commands.commit()
    applicationCommands.commit()
    interactions.commit()
    interactionTokens.commit()
    modals.commit()
    personal.commit()
    webhooks.commit()
    threads.commit()
  }
}
