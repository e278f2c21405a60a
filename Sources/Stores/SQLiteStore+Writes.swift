import Base
public import ChatCore

extension SQLiteStore {
  /// Applies one write within the open transaction.
  public mutating func apply(_ write: StoreWrite) throws(StoreError) {
    switch write {
    case .account(let account): try put(account)
    case .application(let application): try put(application)
    case .command(let command):
      try database.run(.noteDeleted, [.id(max(command.id, command.version))])
      try database.run(
        .putCommand,
        [
          .id(command.id), .id(command.applicationID), .id(command.guildID), .id(command.version),
          .text(CommandCoding.text(command.body)),
        ])
    case .deleteCommand(let id): try database.run(.deleteCommand, [.id(id)])
    case .guild(let guild):
      try database.run(
        .putGuild,
        [
          .id(guild.id), .text(guild.name), .id(guild.ownerID), .id(guild.systemChannelID),
          .text(orNull: GuildSettingsCoding.text(guild.settings)), .text(orNull: guild.icon),
        ])
    case .deleteGuild(let id):
      try database.run(.noteDeletedGuild, [.id(id)])
      for channel in try database.rows(.guildChannelIDs, [.id(id)], { $0.id(0) }) {
        try unindexAll(of: channel)
      }
      try database.run(.deleteGuildReactions, [.id(id)])
      try deletePersonal(guild: id, user: nil)
      try database.run(.deleteGuild, [.id(id)])
    case .role(let guild, let role): try put(role, of: guild)
    case .deleteRole(let guild, let role):
      try database.run(.noteDeleted, [.id(role)])
      try database.run(.deleteRole, [.id(guild), .id(role)])
    case .channel(let channel):
      try put(channel)
      try putThread(channel)
    case .thread(let write): try apply(write)
    case .deleteChannel(let id):
      try database.run(.noteDeletedChannel, [.id(id)])
      try unindexAll(of: id)
      try database.run(.deleteChannelReactions, [.id(id)])
      try database.run(.deleteChannel, [.id(id)])
    case .member(let member): try put(member)
    case .deleteMember(let guild, let user):
      try deletePersonal(guild: guild, user: user)
      try database.run(.deleteMember, [.id(guild), .id(user)])
    case .ban(let ban):
      try database.run(.putBan, [.id(ban.guildID), .id(ban.userID), .text(orNull: ban.reason)])
    case .deleteBan(let guild, let user): try database.run(.deleteBan, [.id(guild), .id(user)])
    case .audit(let entry, let oldest):
      try database.run(.forgetAudit, [.id(entry.guildID), .bound(oldest)])
      try database.run(.noteDeleted, [.id(entry.id)])
      try database.run(.putAudit, AuditCoding.values(entry))
    case .invite(let invite): try put(invite)
    case .deleteInvite(let code): try database.run(.deleteInvite, [.text(code)])
    case .personal(let write): try apply(write)
    case .log(let write): try apply(write)
    default: try applyToMessages(write)
    }
  }

  private mutating func applyToMessages(_ write: StoreWrite) throws(StoreError) {
    switch write {
    case .message(let message):
      try put(message)
      try putAttachments(message)
      try queueForIndex(message)
      try database.run(.setLastMessage, [.id(message.channelID), .id(message.id)])
      try count(message)
    case .updateMessage(let message):
      try reindex(message)
      try database.run(
        .updateMessage,
        [
          .id(message.channelID), .id(message.id), .text(message.content), .time(message.editedAt),
          .integer(Int64(message.flags.rawValue)), .flag(message.mentionsEveryone),
          .ids(message.mentions), .ids(message.mentionedRoles),
          .text(orNull: EmbedCoding.text(message.embeds)), .time(message.pinnedAt),
          .text(orNull: MessageExtraCoding.text(message)),
          .text(orNull: AttachmentCoding.text(message.attachments)),
        ])
      try replaceAttachments(message)
    case .deleteMessage(let channel, let message):
      if let kept = try self.message(channel: channel, id: message) { try unindex(kept) }
      try database.run(.deleteReactions, [.id(message)])
      try database.run(.deleteCrossposts, [.id(message)])
      try database.run(.deleteMessage, [.id(channel), .id(message)])
      try database.run(.uncountThreadMessage, [.id(channel), .id(message)])
    case .reaction(let message, let emoji, let user, let at):
      try database.run(
        .putReaction,
        [.id(message), .emojiID(emoji), .text(emoji.name), .id(user), .integer(at.milliseconds)])
    case .deleteReactions(let message, let emoji):
      guard let emoji else { return try database.run(.deleteReactions, [.id(message)]) }
      try database.run(
        .deleteReactionsOf, [.id(message), .emojiID(emoji), .text(emoji.name)])
    case .deleteReaction(let message, let emoji, let user):
      try database.run(
        .deleteReaction, [.id(message), .emojiID(emoji), .text(emoji.name), .id(user)])
    case .webhook(let write): try apply(write)
    default: break
    }
  }

  private mutating func put(_ account: Account) throws(StoreError) {
    try database.run(
      .putAccount,
      [
        .id(account.user.id), .text(account.user.username), .text(orNull: account.user.globalName),
        .flag(account.user.isBot), .text(orNull: account.email), .text(orNull: account.passwordHash),
        .integer(account.tokensValidAfter.milliseconds), .text(orNull: account.user.avatar),
      ])
  }

  private mutating func put(_ application: Application) throws(StoreError) {
    try database.run(
      .putApplication,
      [
        .id(application.id), .text(application.name), .text(application.description),
        .id(application.ownerID), .integer(Int64(application.flags)), .text(application.verifyKey),
        .text(orNull: application.interactionsEndpoint),
      ])
  }

  private mutating func put(_ role: Role, of guild: Snowflake) throws(StoreError) {
    try database.run(
      .putRole,
      [
        .id(guild), .id(role.id), .text(role.name), .number(role.color), .flag(role.isHoisted),
        .number(role.position), .mask(role.permissions), .flag(role.isManaged),
        .flag(role.isMentionable), .id(role.botID), .number(orNull: role.secondaryColor),
        .number(orNull: role.tertiaryColor), .text(orNull: role.unicodeEmoji),
      ])
  }

  private mutating func put(_ channel: Channel) throws(StoreError) {
    try database.run(
      .putChannel,
      [
        .id(channel.id), .id(channel.guildID == .noGuild ? nil : channel.guildID),
        .number(channel.kind.rawValue), .text(channel.name),
        .number(channel.position), .id(channel.parentID), .text(orNull: channel.topic),
        .flag(channel.isNSFW), .number(channel.rateLimitPerUser), .number(channel.bitrate),
        .number(channel.userLimit), .id(channel.lastMessageID), .time(channel.lastPinAt),
        .ids(channel.recipients), .ids(channel.closedBy),
      ])
    if let group = channel.group { try put(group, of: channel.id) }
    try database.run(.deleteOverwrites, [.id(channel.id)])
    for overwrite in channel.overwrites {
      try database.run(
        .putOverwrite,
        [
          .id(channel.id), .id(overwrite.id), .number(overwrite.target.rawValue),
          .mask(overwrite.allow), .mask(overwrite.deny),
        ])
    }
  }

  private mutating func put(_ member: Member) throws(StoreError) {
    try database.run(
      .putMember,
      [
        .id(member.guildID), .id(member.userID), .text(orNull: member.nick), .time(member.joinedAt),
        .flag(member.isMuted), .flag(member.isDeafened), .time(member.timedOutUntil),
        .flag(member.isTemporary),
      ])
    try database.run(.deleteMemberRoles, [.id(member.guildID), .id(member.userID)])
    for role in member.roles {
      try database.run(.putMemberRole, [.id(member.guildID), .id(member.userID), .id(role)])
    }
  }

  private mutating func put(_ invite: Invite) throws(StoreError) {
    try database.run(
      .putInvite,
      [
        .text(invite.code), .id(invite.guildID), .id(invite.channelID), .id(invite.inviterID),
        .time(invite.createdAt), .number(invite.maxAge), .number(invite.maxUses), .number(invite.uses),
        .flag(invite.isTemporary),
      ])
  }

  private mutating func put(_ message: Message) throws(StoreError) {
    try database.run(
      .putMessage,
      [
        .id(message.channelID), .id(message.id), .id(message.guildID), .id(message.authorID),
        .number(message.kind.rawValue), .text(message.content), .time(message.editedAt),
        .flag(message.isTTS), .integer(Int64(message.flags.rawValue)), .nonce(message.nonce),
        .flag(message.mentionsEveryone), .ids(message.mentions), .ids(message.mentionedRoles),
        .id(message.reference?.channelID), .id(message.reference?.messageID),
        .text(orNull: EmbedCoding.text(message.embeds)), .time(message.pinnedAt),
        .text(orNull: MessageExtraCoding.text(message)),
        .text(orNull: AttachmentCoding.text(message.attachments)),
      ])
  }
}

extension SQLiteStore {
  private mutating func putAttachments(_ message: Message) throws(StoreError) {
    for attachment in message.allFiles {
      try database.run(
        .putAttachment,
        [.id(attachment.id), .id(message.channelID), .id(message.id), .text(attachment.file.blob)])
    }
  }

  /// Few messages have attachments, and fewer lose one: those of the others are not touched.
  private mutating func replaceAttachments(_ message: Message) throws(StoreError) {
    let kept = try database.rows(.attachmentIDs, [.id(message.channelID), .id(message.id)]) { $0.id(0) }
    for id in kept where !message.allFiles.contains(where: { $0.id == id }) {
      try database.run(.deleteAttachment, [.id(id)])
    }
    try putAttachments(message)
  }
}

extension SQLValue {
  /// Ids as big-endian octets one after the other; NULL for none, which most messages have.
  static func ids(_ ids: [Snowflake]) -> SQLValue {
    if ids.isEmpty { return .null }
    var octets: [UInt8] = []
    octets.reserveCapacity(ids.count * 8)
    for id in ids {
      for shift in stride(from: 56, through: 0, by: -8) {
        octets.append(UInt8(truncatingIfNeeded: id.rawValue >> UInt64(shift)))
      }
    }
    return .blob(octets)
  }

  static func emojiID(_ emoji: ReactionEmoji) -> SQLValue {
    .integer(Int64(bitPattern: emoji.id?.rawValue ?? 0))
  }

  static func nonce(_ nonce: Nonce?) -> SQLValue {
    switch nonce {
    case .text(let text): .text(text)
    case .integer(let value): .integer(value)
    case nil: .null
    }
  }
}
