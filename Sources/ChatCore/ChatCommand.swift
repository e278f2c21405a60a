public import Base

/// Who asks.
public enum Actor: Hashable, Sendable {
  /// Nobody yet: register, log in, preview an invite.
  case nobody
  /// A user whose token was authentic. `issued` is the token's claim in milliseconds; tokens from before the
  /// account's ``Account/tokensValidAfter`` are refused with ``ChatError/unauthorized``.
  case user(Snowflake, issued: WallTime)
  /// The operator through the command line or `--dev`: permission checks are skipped, and what is made has
  /// no maker. Never given to the network.
  case system
}

/// One thing asked of the chat core.
public struct ChatRequest: Sendable {
  /// Echoed in the reply; the core attaches no meaning to it.
  public let id: UInt64
  /// Who asks.
  public let actor: Actor
  /// What is asked.
  public let command: ChatCommand
  /// The wall clock when the request came.
  public let at: WallTime
  /// Why, for the audit log: at most ``Limits/reasonLength`` code points.
  public var reason: String?

  /// Makes a request without a reason.
  public init(id: UInt64, actor: Actor, command: ChatCommand, at: WallTime) {
    self.id = id
    self.actor = actor
    self.command = command
    self.at = at
  }
}

/// One field of a PATCH: left out, or given (perhaps as null, when `Value` is optional).
public enum Change<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The field was left out.
  case keep
  /// The field was given.
  case set(Value)
}

/// What can be asked; one case a use case.
///
/// The comment names the reply of success.
///
/// Every command is refused with ``ChatReply/failure(_:)`` and then changes nothing.
public enum ChatCommand: Sendable {
  // Accounts. Passwords are hashed and verified outside (Argon2id takes 100 ms).

  /// → ``ChatReply/authenticated(_:issued:)`` Only `.nobody` and `.system`. Joins the invite's guild, if one is given.
  case register(Registration)
  /// → ``ChatReply/credentials(_:)`` The hash to verify for an e-mail address or username; nil if unknown:
  /// verify a dummy then, so that both take equally long. Only `.nobody`.
  case credentials(login: String)
  /// → ``ChatReply/authenticated(_:issued:)`` After the password was verified. `issued` is what the token must claim.
  case openSession(SessionOpening)
  /// → ``ChatReply/credentials(_:)`` Those of a person whose password was found right a moment ago. Only `.nobody`.
  case credentialsOf(Snowflake)
  /// Log-ins, second factor, the account's end. → see ``AccountCommand``
  case account(AccountCommand)
  /// The same by the operator. → see ``AccountOrder``
  case order(AccountOrder)
  /// → ``ChatReply/done`` Another password; all tokens issued until now are void. Only `.system`.
  case setPassword(user: Snowflake, hash: String)
  /// → ``ChatReply/bot(_:)`` People and `.system`. Mint the bot's token from its user id.
  case createBot(name: String)
  /// → ``ChatReply/selfUser(_:)``
  case currentUser
  /// → ``ChatReply/selfUser(_:)`` and ``Payload/userUpdate(_:)``, ``Payload/memberUpdate(_:)`` in each guild.
  case modifyCurrentUser(UserChanges)
  /// → ``ChatReply/user(_:)``
  case user(Snowflake)
  /// → ``ChatReply/application(_:owner:)`` Bots only.
  case currentApplication
  /// What a bot's application is, and what became of interactions sent to its endpoint. → see ``ApplicationRequest``.
  case application(ApplicationRequest)

  // Commands of applications; asked by their bots.

  /// → ``ChatReply/commands(_:)`` ascending by id.
  case commands(CommandScope)
  /// → ``ChatReply/command(_:isNew:)``
  case command(CommandScope, id: Snowflake)
  /// → ``ChatReply/command(_:isNew:)`` One of the same name and kind is replaced.
  case createCommand(CommandScope, CommandChanges)
  /// → ``ChatReply/command(_:isNew:)``
  case modifyCommand(CommandScope, id: Snowflake, CommandChanges)
  /// → ``ChatReply/done``
  case deleteCommand(CommandScope, id: Snowflake)
  /// → ``ChatReply/commands(_:)`` All of them at once; those that are not named go.
  case replaceCommands(CommandScope, [CommandChanges])
  /// → ``ChatReply/commandIndex(_:)`` What the actor can call in a channel.
  case commandIndex(channel: Snowflake)
  /// → ``ChatReply/commandIndex(_:)`` What the actor can call in a guild.
  case guildCommandIndex(guild: Snowflake)

  // Interactions: a person asks, the bot answers with the token that it was given.

  /// → ``ChatReply/done`` People only; ``Payload/interactionCreate(_:)`` to the bot.
  case interact(InteractionRequest)
  /// → ``ChatReply/responded(_:)`` The first answer, within three seconds. Anybody with the token.
  case respond(interaction: Snowflake, token: String, InteractionResponse)
  /// → ``ChatReply/message(_:)`` One more message. Anybody with the token.
  case followUp(InteractionTarget, MessageDraft)
  /// → ``ChatReply/message(_:)``
  case interactionMessage(InteractionTarget)
  /// → ``ChatReply/message(_:)``
  case editInteractionMessage(InteractionTarget, MessageChanges)
  /// → ``ChatReply/done``
  case deleteInteractionMessage(InteractionTarget)

  // Gateway sessions.

  /// → ``ChatReply/ready(_:)`` Everything that READY and the GUILD_CREATEs need, as of this point in the output
  /// order: later events apply on top of it. The core knows the session until ``endSession(_:)``.
  case identify(session: String)
  /// → ``ChatReply/done`` The session is over and will not be resumed; its voice state goes.
  case endSession(String)
  /// → ``ChatReply/members(_:notFound:)`` Op 8.
  case requestMembers(guild: Snowflake, MemberQuery)

  // Guilds.

  /// → ``ChatReply/guild(_:)`` with a text and a voice channel; ``Payload/guildCreate(_:)`` to the owner. People only
  /// (`.system` needs `owner`, others leave it nil).
  case createGuild(name: String, owner: Snowflake?)
  /// → ``ChatReply/guild(_:)``
  case guild(Snowflake)
  /// → ``ChatReply/guild(_:)`` and ``Payload/guildUpdate(_:)``. MANAGE_GUILD; a new owner only by the owner.
  case modifyGuild(Snowflake, GuildChanges)
  /// → ``ChatReply/done``; everybody in voice leaves, then GUILD_DELETE to all. Owner only.
  case deleteGuild(Snowflake)
  /// → ``ChatReply/guilds(_:)`` The actor's guilds by ascending id.
  case currentGuilds
  /// → ``ChatReply/done``; GUILD_MEMBER_REMOVE to others, GUILD_DELETE to the leaver.
  case leaveGuild(Snowflake)

  // Roles. → role(_:) or roles(_:)

  /// → ``ChatReply/roles(_:)``
  case roles(guild: Snowflake)
  /// → ``ChatReply/role(_:)``
  case role(guild: Snowflake, role: Snowflake)
  /// → ``ChatReply/roleMemberCounts(_:)``
  case roleMemberCounts(guild: Snowflake)
  /// → ``ChatReply/roles(_:)`` all of them, and ``Payload/roleUpdate(guild:_:)`` for each that moved.
  case moveRoles(guild: Snowflake, [RolePlacement])
  /// → ``ChatReply/role(_:)``
  case createRole(guild: Snowflake, RoleChanges)
  /// → ``ChatReply/role(_:)``
  case modifyRole(guild: Snowflake, role: Snowflake, RoleChanges)
  /// → ``ChatReply/done``
  case deleteRole(guild: Snowflake, role: Snowflake)

  // Channels.

  /// → ``ChatReply/channels(_:)`` Those the actor may view.
  case channels(guild: Snowflake)
  /// → ``ChatReply/channel(_:)``
  case channel(Snowflake)
  /// → ``ChatReply/channel(_:)`` `kind` must be set by the caller; the name is required.
  case createChannel(guild: Snowflake, kind: ChannelKind, ChannelChanges)
  /// → ``ChatReply/channel(_:)``
  case modifyChannel(Snowflake, ChannelChanges)
  /// → ``ChatReply/done`` Places, categories and their overwrites of several channels at once.
  case moveChannels(guild: Snowflake, [ChannelPlacement])
  /// → ``ChatReply/channel(_:)`` as it was; a private channel is only closed for the actor. People in voice there are disconnected.
  case deleteChannel(Snowflake)
  /// → ``ChatReply/done`` PUT of one overwrite.
  case setOverwrite(channel: Snowflake, PermissionOverwrite)
  /// → ``ChatReply/done``
  case deleteOverwrite(channel: Snowflake, target: Snowflake)

  // Private channels.

  /// → ``ChatReply/privateChannel(_:)`` The one with that user; opened, and made if there is none.
  case openDirect(user: Snowflake)
  /// → ``ChatReply/privateChannel(_:)`` A new group with friends of the actor, who owns it. People only.
  case openGroup([Snowflake])
  /// → ``ChatReply/done``, or ``ChatReply/privateChannel(_:)`` when a channel of two becomes a new group. Friends only.
  case addRecipient(channel: Snowflake, user: Snowflake)
  /// → ``ChatReply/done`` The actor, or by a group's owner anybody.
  case removeRecipient(channel: Snowflake, user: Snowflake)
  /// → ``ChatReply/privateChannels(_:)`` Those that the actor has not closed.
  case privateChannels

  /// Threads. → see ``ThreadCommand``.
  case thread(ThreadCommand)

  // Members.

  /// → ``ChatReply/member(_:)``
  case member(guild: Snowflake, user: Snowflake)
  /// → ``ChatReply/members(_:notFound:)`` ascending by user id.
  case members(guild: Snowflake, limit: Int, after: Snowflake?)
  /// → ``ChatReply/member(_:)`` The actor's own nickname is changed by this, too (CHANGE_NICKNAME).
  case modifyMember(guild: Snowflake, user: Snowflake, MemberChanges)
  /// → ``ChatReply/done``
  case addMemberRole(guild: Snowflake, user: Snowflake, role: Snowflake)
  /// → ``ChatReply/done``
  case removeMemberRole(guild: Snowflake, user: Snowflake, role: Snowflake)
  /// → ``ChatReply/done``
  case kick(guild: Snowflake, user: Snowflake)
  /// → ``ChatReply/done`` Also for people who are no members.
  case banMember(guild: Snowflake, user: Snowflake, BanParameters)
  /// → ``ChatReply/bulkBan(banned:failed:)`` At most 200; who cannot be banned is passed over, 500000 if nobody can.
  case banMembers(guild: Snowflake, [Snowflake], BanParameters)
  /// → ``ChatReply/done``
  case unban(guild: Snowflake, user: Snowflake)
  /// → ``ChatReply/bans(_:)`` with one ban.
  case ban(guild: Snowflake, user: Snowflake)
  /// → ``ChatReply/bans(_:)``
  case bans(guild: Snowflake, BanPage)
  /// → ``ChatReply/auditLog(_:)`` VIEW_AUDIT_LOG.
  case auditLog(guild: Snowflake, AuditQuery)
  /// → ``ChatReply/done`` Puts a bot into a guild; needs MANAGE_GUILD there.
  case addBot(guild: Snowflake, bot: Snowflake)

  // Invites.

  /// → ``ChatReply/invite(_:)``
  case createInvite(channel: Snowflake, InviteParameters)
  /// → ``ChatReply/invite(_:)`` Anybody who knows the code.
  case invite(code: String)
  /// → ``ChatReply/invite(_:)`` Joins; a member already is told the same. People only.
  case acceptInvite(code: String)
  /// → ``ChatReply/invite(_:)`` as it was.
  case deleteInvite(code: String)
  /// → ``ChatReply/invites(_:)``
  case channelInvites(Snowflake)
  /// → ``ChatReply/invites(_:)``
  case guildInvites(Snowflake)

  // Messages.

  /// → ``ChatReply/message(_:)``
  case createMessage(channel: Snowflake, MessageDraft)
  /// → ``ChatReply/done`` Whether the actor may bring files there.
  case mayAttach(channel: Snowflake)
  /// → ``ChatReply/message(_:)``
  case editMessage(channel: Snowflake, message: Snowflake, MessageChanges)
  /// → ``ChatReply/done``
  case deleteMessage(channel: Snowflake, message: Snowflake)
  /// → ``ChatReply/done`` 2 to 100 of the last 14 days; those that are gone already are passed over.
  case deleteMessages(channel: Snowflake, [Snowflake])
  /// → ``ChatReply/message(_:)``
  case message(channel: Snowflake, message: Snowflake)
  /// → ``ChatReply/messages(_:)`` newest first; empty without READ_MESSAGE_HISTORY.
  case messages(channel: Snowflake, HistoryAnchor, limit: Int)
  /// → ``ChatReply/done`` The actor's own reaction. No event when it was there already.
  case addReaction(channel: Snowflake, message: Snowflake, ReactionEmoji)
  /// → ``ChatReply/done`` `user` nil: the actor's own.
  case removeReaction(channel: Snowflake, message: Snowflake, ReactionEmoji, user: Snowflake?)
  /// → ``ChatReply/done`` Everybody's reactions, or those with one emoji. MANAGE_MESSAGES.
  case clearReactions(channel: Snowflake, message: Snowflake, ReactionEmoji?)
  /// → ``ChatReply/pins(_:hasMore:)`` newest pin first, pinned before a time.
  case pins(channel: Snowflake, before: WallTime?, limit: Int)
  /// → ``ChatReply/done`` PIN_MESSAGES or MANAGE_MESSAGES. A system message tells of it.
  case pin(channel: Snowflake, message: Snowflake)
  /// → ``ChatReply/done``
  case unpin(channel: Snowflake, message: Snowflake)
  /// → ``ChatReply/message(_:)`` Publishes a message of an announcement channel.
  case crosspost(channel: Snowflake, message: Snowflake)
  /// → ``ChatReply/users(_:)`` ascending by id.
  case reactionUsers(
    channel: Snowflake, message: Snowflake, ReactionEmoji, limit: Int, after: Snowflake?)
  /// → ``ChatReply/done``
  case typing(channel: Snowflake)
  /// → ``ChatReply/search(_:)``
  case search(SearchCommand)

  /// Webhooks and followers. → see ``WebhookCommand``.
  case webhook(WebhookCommand)

  // Files. Only `.system`: the server serves signed links and sweeps what nobody names.

  /// → ``ChatReply/done`` and ``Payload/messageUpdate(_:)``: cards of a message's links.
  case showLinks(channel: Snowflake, message: Snowflake, [LinkEmbed])
  /// → ``ChatReply/attachment(_:)``
  case attachment(channel: Snowflake, id: Snowflake)
  /// → ``ChatReply/picture(_:)``
  case picture(PicturePlace)
  /// → ``ChatReply/blobs(_:)`` Those of them that anything names.
  case referencedBlobs([String])

  // What belongs to a person; bots get 20001.

  /// How far somebody has read. → see ``ReadStateCommand``
  case readState(ReadStateCommand)
  /// → ``ChatReply/personal(_:)`` The notification settings of a guild, or with ``Base/Snowflake/noGuild`` of
  /// private channels; ``PersonalEvent/notifications(_:)``.
  case modifyNotifications(guild: Snowflake, NotificationChanges)

  /// Friends, requests and blocks. → see ``RelationshipCommand``
  case relationship(RelationshipCommand)

  // Voice.

  /// → ``ChatReply/done``, also for what Discord ignores without a word (a full channel). Op 4, and with
  /// `channel` nil the voice gateway's news that the user's voice connection is gone for good.
  case updateVoiceState(VoiceUpdate)
  /// → ``ChatReply/done`` PATCH /guilds/{g}/voice-states/{@me or user}: stage channels only.
  case modifyVoiceState(guild: Snowflake, user: Snowflake, VoiceStateChanges)
  /// → ``ChatReply/voiceState(_:)`` or 10065.
  case voiceState(guild: Snowflake, user: Snowflake)
}
