public import Base

/// Something that happened, and who learns of it.
public struct ChatEvent: Hashable, Sendable {
  /// Who learns of it.
  public let audience: Audience
  /// What happened.
  public let payload: Payload

  /// Makes an event.
  public init(audience: Audience, payload: Payload) {
    self.audience = audience
    self.payload = payload
  }
}

/// Who learns of an event, in terms of the sessions that Signaling holds.
///
/// Signaling subscribes a session to the guilds of its ``Ready``; ``Payload/guildCreate(_:)`` subscribes every
/// session of the audience's user to one more guild, ``Payload/guildDelete(guild:)`` ends that after its delivery.
public enum Audience: Hashable, Sendable {
  /// Every session subscribed to the guild.
  case guild(Snowflake)
  /// Every session subscribed to the guild except those of one user.
  case guildExcept(Snowflake, user: Snowflake)
  /// Sessions subscribed to the guild whose user is in the set.
  case members(guild: Snowflake, only: Set<Snowflake>)
  /// Sessions subscribed to the guild whose user may view the channel. `only` nil: all of them; otherwise
  /// exactly those whose user is in it. The set is right at this point of the output order.
  case viewers(guild: Snowflake, channel: Snowflake, only: Set<Snowflake>?)
  /// Every session of these users that receives what is in no guild.
  case users(Set<Snowflake>)
  /// Every session of the user, whatever its intents.
  case user(Snowflake)
  /// One gateway session.
  case session(String)
}

/// What happened.
///
/// Every case holds complete models; the comment names the dispatch.
public enum Payload: Hashable, Sendable {
  /// GUILD_CREATE to somebody who joined or made a guild.
  case guildCreate(GuildSnapshot)
  /// GUILD_UPDATE.
  case guildUpdate(Guild)
  /// GUILD_DELETE without `unavailable`: the user is no longer a member, or the guild is no more.
  case guildDelete(guild: Snowflake)
  /// GUILD_ROLE_CREATE.
  case roleCreate(guild: Snowflake, Role)
  /// GUILD_ROLE_UPDATE.
  case roleUpdate(guild: Snowflake, Role)
  /// GUILD_ROLE_DELETE.
  case roleDelete(guild: Snowflake, role: Snowflake)
  /// CHANNEL_CREATE: it is new, or has become visible.
  case channelCreate(Channel)
  /// CHANNEL_UPDATE.
  case channelUpdate(Channel)
  /// CHANNEL_DELETE: it is gone, or is no longer visible.
  case channelDelete(Channel)
  /// Something that happened to threads.
  case thread(ThreadEvent)
  /// GUILD_MEMBER_ADD.
  case memberAdd(MemberView)
  /// GUILD_MEMBER_UPDATE. The member's own sessions get it whatever their intents.
  case memberUpdate(MemberView)
  /// GUILD_MEMBER_REMOVE.
  case memberRemove(guild: Snowflake, User)
  /// GUILD_BAN_ADD. The audience holds only members with BAN_MEMBERS or VIEW_AUDIT_LOG.
  case banAdd(guild: Snowflake, User)
  /// GUILD_BAN_REMOVE. The audience holds only members with BAN_MEMBERS or VIEW_AUDIT_LOG.
  case banRemove(guild: Snowflake, User)
  /// GUILD_AUDIT_LOG_ENTRY_CREATE. The audience holds only members with VIEW_AUDIT_LOG.
  case auditEntry(AuditEntry)
  /// USER_UPDATE.
  case userUpdate(SelfUser)
  /// INVITE_CREATE. The audience holds only members with MANAGE_CHANNELS.
  case inviteCreate(InviteView)
  /// INVITE_DELETE. The audience holds only members with MANAGE_CHANNELS.
  case inviteDelete(guild: Snowflake, channel: Snowflake, code: String)
  /// MESSAGE_CREATE.
  case messageCreate(MessageView)
  /// MESSAGE_UPDATE, the whole message.
  case messageUpdate(MessageView)
  /// MESSAGE_DELETE.
  case messageDelete(guild: Snowflake, channel: Snowflake, message: Snowflake)
  /// MESSAGE_DELETE_BULK, at most 100 ids, ascending.
  case messagesDelete(guild: Snowflake, channel: Snowflake, messages: [Snowflake])
  /// MESSAGE_REACTION_ADD; `member` is nil in a private channel.
  case reactionAdd(ReactionEvent, member: MemberView?)
  /// MESSAGE_REACTION_REMOVE.
  case reactionRemove(ReactionEvent)
  /// MESSAGE_REACTION_REMOVE_ALL, or with an emoji MESSAGE_REACTION_REMOVE_EMOJI.
  case reactionsClear(guild: Snowflake, channel: Snowflake, message: Snowflake, ReactionEmoji?)
  /// CHANNEL_PINS_UPDATE.
  case pinsUpdate(guild: Snowflake, channel: Snowflake, last: WallTime?)
  /// TYPING_START. `member` is nil in a private channel.
  case typing(channel: Snowflake, user: Snowflake, member: MemberView?, at: WallTime)
  /// CHANNEL_CREATE of a private channel that was opened.
  case privateChannelCreate(PrivateChannelView)
  /// CHANNEL_DELETE of a private channel that was closed.
  case privateChannelDelete(PrivateChannelView)
  /// INTERACTION_CREATE to the bot, whatever its intents.
  case interactionCreate(InteractionView)
  /// INTERACTION_CREATE to the person's session: the interaction has an id.
  case interactionStarted(id: Snowflake, nonce: Nonce?)
  /// INTERACTION_SUCCESS to the person's session.
  case interactionSuccess(id: Snowflake, nonce: Nonce?)
  /// More about interactions.
  case interaction(InteractionEvent)
  /// APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE to the person's session.
  case autocompletion([PlainValue], nonce: Nonce?)
  /// INTERACTION_MODAL_CREATE to the person's session.
  case modal(id: Snowflake, channel: Snowflake, Application, PlainValue, nonce: Nonce?)
  /// VOICE_STATE_UPDATE. `state.channelID` nil: the user has left voice in this guild. The user's own
  /// sessions get it whatever their intents. It is emitted for every change that the media plane must
  /// enforce; the voice gateway listens to it as well.
  case voiceStateUpdate(VoiceStateView)
  /// Something that belongs to one person.
  case personal(PersonalEvent)
  /// What happened to webhooks.
  case webhook(WebhookEvent)
  /// No dispatch: place the user on a voice server, then send VOICE_SERVER_UPDATE to this session.
  case voiceServerNeeded(VoiceAssignment)
  /// No dispatch: look up what a message links to, then ask for ``ChatCommand/showLinks(channel:message:_:)``.
  case linksPosted(PostedLinks)
  /// No dispatch: close the user's gateway connections with 4004, the tokens are void.
  case tokensRevoked(user: Snowflake)
  /// No dispatch: the same for the connections that began with one token.
  case tokenRevoked(user: Snowflake, issued: WallTime)
}

/// A reaction that came or went.
public struct ReactionEvent: Hashable, Sendable {
  /// The guild.
  public var guildID: Snowflake
  /// The channel.
  public var channelID: Snowflake
  /// The message.
  public var messageID: Snowflake
  /// The message's author.
  public var messageAuthorID: Snowflake
  /// Who reacted.
  public var userID: Snowflake
  /// With what.
  public var emoji: ReactionEmoji

  /// Makes the event of one reaction.
  public init(
    guildID: Snowflake, channelID: Snowflake, messageID: Snowflake, messageAuthorID: Snowflake,
    userID: Snowflake, emoji: ReactionEmoji
  ) {
    self.guildID = guildID
    self.channelID = channelID
    self.messageID = messageID
    self.messageAuthorID = messageAuthorID
    self.userID = userID
    self.emoji = emoji
  }
}

/// One output of the core.
///
/// The order of outputs is the order of what happened.
///
/// The events of a request come before its reply, except READY's: nothing precedes it.
public enum ChatOutput: Hashable, Sendable {
  /// The answer to the request with this id; exactly one a request.
  case reply(id: UInt64, ChatReply)
  /// Something happened.
  case event(ChatEvent)
}
