import Base

/// How events are logged.
extension LoggedEvent {
  /// How an event is logged; nil for one that does not outlast the moment.
  init?(_ event: ChatEvent) {
    guard let logged = Self.message(event) ?? Self.guild(event) ?? Self.personal(event) else { return nil }
    self = logged
  }

  private static func message(_ event: ChatEvent) -> LoggedEvent? {
    func place(_ message: Message) -> [Snowflake] { [message.guildID, message.channelID, message.id] }
    switch event.payload {
    case .messageCreate(let view):
      return view.message.flags.contains(.ephemeral) ? nil : LoggedEvent(.messageCreate, place(view.message))
    case .messageUpdate(let view):
      return view.message.flags.contains(.ephemeral) ? nil : LoggedEvent(.messageUpdate, place(view.message))
    case .messageDelete(let guild, let channel, let id):
      return LoggedEvent(.messageDelete, [guild, channel, id])
    case .messagesDelete(let guild, let channel, let messages):
      return LoggedEvent(.messagesDelete, [guild, channel] + messages)
    case .reactionAdd(let reaction, _): return Self.reaction(.reactionAdd, reaction)
    case .reactionRemove(let reaction): return Self.reaction(.reactionRemove, reaction)
    case .reactionsClear(let guild, let channel, let message, let emoji):
      let id = emoji?.id ?? Snowflake(rawValue: 0)
      return LoggedEvent(.reactionsClear, [guild, channel, message, id], text: emoji?.name ?? "")
    case .pinsUpdate(let guild, let channel, _): return LoggedEvent(.pinsUpdate, [guild, channel])
    default: return nil
    }
  }

  private static func reaction(_ kind: Kind, _ event: ReactionEvent) -> LoggedEvent {
    LoggedEvent(
      kind,
      [
        event.guildID, event.channelID, event.messageID, event.messageAuthorID, event.userID,
        event.emoji.id ?? Snowflake(rawValue: 0),
      ], text: event.emoji.name)
  }

  private static func guild(_ event: ChatEvent) -> LoggedEvent? {
    switch event.payload {
    case .guildCreate(let snapshot):
      guard case .user(let user) = event.audience else { return nil }
      return LoggedEvent(.guildCreate, [snapshot.guild.id, user])
    case .guildUpdate(let guild): return LoggedEvent(.guildUpdate, [guild.id])
    case .guildDelete(let guild):
      if case .user(let user) = event.audience { return LoggedEvent(.guildDelete, [guild, user]) }
      return LoggedEvent(.guildDelete, [guild])
    case .roleCreate(let guild, let role): return LoggedEvent(.roleCreate, [guild, role.id])
    case .roleUpdate(let guild, let role): return LoggedEvent(.roleUpdate, [guild, role.id])
    case .roleDelete(let guild, let role): return LoggedEvent(.roleDelete, [guild, role])
    case .channelCreate(let channel): return LoggedEvent(.channelCreate, [channel.guildID, channel.id])
    case .channelUpdate(let channel): return LoggedEvent(.channelUpdate, [channel.guildID, channel.id])
    case .channelDelete(let channel):
      let kind = Snowflake(rawValue: UInt64(clamping: channel.kind.rawValue))
      return LoggedEvent(.channelDelete, [channel.guildID, channel.id, kind], text: channel.name)
    case .memberAdd(let view): return LoggedEvent(.memberAdd, [view.member.guildID, view.member.userID])
    case .memberUpdate(let view):
      return LoggedEvent(.memberUpdate, [view.member.guildID, view.member.userID])
    case .memberRemove(let guild, let user): return LoggedEvent(.memberRemove, [guild, user.id])
    case .banAdd(let guild, let user): return LoggedEvent(.banAdd, [guild, user.id])
    case .banRemove(let guild, let user): return LoggedEvent(.banRemove, [guild, user.id])
    case .auditEntry(let entry): return LoggedEvent(.auditEntry, [entry.guildID, entry.id])
    case .inviteCreate(let view):
      return LoggedEvent(.inviteCreate, [view.guild.id, view.channel.id], text: view.invite.code)
    case .inviteDelete(let guild, let channel, let code):
      return LoggedEvent(.inviteDelete, [guild, channel], text: code)
    default: return nil
    }
  }

  private static func personal(_ event: ChatEvent) -> LoggedEvent? {
    switch event.payload {
    case .userUpdate(let view): return LoggedEvent(.userUpdate, [view.user.id])
    case .privateChannelCreate(let view): return Self.channel(.privateChannelCreate, view, event.audience)
    case .privateChannelDelete(let view): return Self.channel(.privateChannelDelete, view, event.audience)
    case .tokensRevoked(let user): return LoggedEvent(.tokensRevoked, [user])
    default: return nil
    }
  }

  private static func channel(
    _ kind: Kind, _ view: PrivateChannelView, _ audience: Audience
  ) -> LoggedEvent? {
    guard case .users(let users) = audience, let user = users.first else { return nil }
    return LoggedEvent(kind, [view.channel.id, user])
  }
}
