public import Base

/// What a command came to.
///
/// `ChatCommand` says which case answers what.
public enum ChatReply: Hashable, Sendable {
  /// Refused: nothing changed.
  case failure(ChatError)
  /// Done, nothing to tell (204).
  case done
  /// Logged in: mint a token for the user claiming `issued`.
  case authenticated(SelfUser, issued: WallTime)
  /// The hash to verify, or nil when no such person exists.
  case credentials(Credentials?)
  /// A bot was made.
  case bot(Application)
  /// The actor's own user.
  case selfUser(SelfUser)
  /// A user.
  case user(User)
  /// Users, ascending by id.
  case users([User])
  /// The bot's application with the person who made it.
  case application(Application, owner: User?)
  /// A command, and whether there was none of its name before.
  case command(ApplicationCommand, isNew: Bool)
  /// Commands, ascending by id.
  case commands([ApplicationCommand])
  /// What can be called somewhere.
  case commandIndex(CommandIndex)
  /// What became of a bot's first answer.
  case responded(InteractionResult)
  /// READY.
  case ready(Ready)
  /// A guild with everything the actor may see of it.
  case guild(GuildSnapshot)
  /// The actor's guilds.
  case guilds([GuildSummary])
  /// A role.
  case role(Role)
  /// A guild's roles.
  case roles([Role])
  /// How many members have each role but @everyone, ascending by role.
  case roleMemberCounts([RoleMemberCount])
  /// A channel.
  case channel(Channel)
  /// A private channel, seen by the actor.
  case privateChannel(PrivateChannelView)
  /// Private channels, the newest message first.
  case privateChannels([PrivateChannelView])
  /// What a command on threads came to.
  case thread(ThreadReply)
  /// Channels, sorted by position, then id.
  case channels([Channel])
  /// A member.
  case member(MemberView)
  /// Members, ascending by user id; `notFound` only for a query by ids.
  case members([MemberView], notFound: [Snowflake])
  /// Bans, ascending by user id.
  case bans([BanView])
  /// Whom a bulk ban banned and passed over, as they were named.
  case bulkBan(banned: [Snowflake], failed: [Snowflake])
  /// A page of the audit log.
  case auditLog(AuditLogView)
  /// An invite.
  case invite(InviteView)
  /// Invites, oldest first.
  case invites([InviteView])
  /// A message, seen by the actor.
  case message(MessageView)
  /// Messages, newest first.
  case messages([MessageView])
  /// Pinned messages, newest pin first, and whether there are older ones.
  case pins([MessageView], hasMore: Bool)
  /// What came of a search.
  case search(SearchReply)
  /// What a webhook's command came to.
  case webhook(WebhookReply)
  /// A voice state.
  case voiceState(VoiceStateView)
  /// Something of the actor's own.
  case personal(PersonalReply)
  /// A file of a message.
  case attachment(Attachment)
  /// The blob of a picture, if there is one.
  case picture(String?)
  /// Blobs that are named by something.
  case blobs([String])
}

/// How many members have a role.
public struct RoleMemberCount: Hashable, Sendable {
  /// The role.
  public var role: Snowflake
  /// How many members have it.
  public var count: Int

  /// Makes a count.
  public init(role: Snowflake, count: Int) {
    self.role = role
    self.count = count
  }
}

/// What a password is verified against.
public struct Credentials: Hashable, Sendable {
  /// The person.
  public var userID: Snowflake
  /// Argon2id in its string form.
  public var passwordHash: String
  /// What must be proved beside the password.
  public var secondFactor: SecondFactor?
  /// Whether the account must be enabled again.
  public var isDisabled = false

  /// Makes credentials.
  public init(userID: Snowflake, passwordHash: String) {
    self.userID = userID
    self.passwordHash = passwordHash
  }
}

/// The state a gateway session starts from.
public struct Ready: Hashable, Sendable {
  /// The user.
  public var user: SelfUser
  /// The application, when the user is a bot.
  public var application: Application?
  /// The user's guilds by ascending id.
  public var guilds: [GuildSnapshot]
  /// The private channels that the user has not closed; none for bots.
  public var privateChannels: [PrivateChannelView] = []
  /// What else belongs to the person.
  public var personal = PersonalReady()

  /// Makes the state.
  public init(user: SelfUser, application: Application?, guilds: [GuildSnapshot]) {
    self.user = user
    self.application = application
    self.guilds = guilds
  }
}

/// A guild as one member sees it: GUILD_CREATE, and the guild object of REST.
public struct GuildSnapshot: Hashable, Sendable {
  /// The guild with its roles.
  public var guild: Guild
  /// The channels that the member may view, by position, then id.
  public var channels: [Channel]
  /// Members by ascending user id: all while there are at most ``Limits/memberPage``, otherwise the first of
  /// them together with the member itself and everybody in voice.
  public var members: [MemberView]
  /// How many members there are.
  public var memberCount: Int
  /// Voice states in channels that the member may view, by ascending user id.
  public var voiceStates: [VoiceState]
  /// When the member joined.
  public var joinedAt: WallTime
  /// Active threads that the member may view, ascending by id, and its memberships of them.
  public var threads = ThreadList(threads: [], members: [], hasMore: nil)

  /// Makes a snapshot.
  public init(
    guild: Guild, channels: [Channel], members: [MemberView], memberCount: Int, voiceStates: [VoiceState],
    joinedAt: WallTime
  ) {
    self.guild = guild
    self.channels = channels
    self.members = members
    self.memberCount = memberCount
    self.voiceStates = voiceStates
    self.joinedAt = joinedAt
  }
}

/// A row of `GET /users/@me/guilds`.
public struct GuildSummary: Hashable, Sendable {
  /// The guild.
  public var guild: Guild
  /// Whether the actor owns it.
  public var isOwner: Bool
  /// The actor's permissions without any channel's overwrites.
  public var permissions: Permissions
  /// How many members there are.
  public var memberCount: Int

  /// Makes a row.
  public init(guild: Guild, isOwner: Bool, permissions: Permissions, memberCount: Int) {
    self.guild = guild
    self.isOwner = isOwner
    self.permissions = permissions
    self.memberCount = memberCount
  }
}

/// An invite with what its JSON needs.
public struct InviteView: Hashable, Sendable {
  /// The invite.
  public var invite: Invite
  /// The guild.
  public var guild: Guild
  /// The channel.
  public var channel: Channel
  /// Who made it.
  public var inviter: User?
  /// How many members the guild has.
  public var memberCount: Int

  /// Makes a view.
  public init(invite: Invite, guild: Guild, channel: Channel, inviter: User?, memberCount: Int) {
    self.invite = invite
    self.guild = guild
    self.channel = channel
    self.inviter = inviter
    self.memberCount = memberCount
  }
}
