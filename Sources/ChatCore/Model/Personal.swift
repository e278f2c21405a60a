public import Base

/// One change to what belongs to a person rather than to a guild or a channel.
///
/// All of it goes with its person, channel or guild: stores remove what refers to them.
public enum PersonalWrite: Hashable, Sendable {
  /// Adds or replaces a read state.
  case readState(ReadState)
  /// Removes a read state.
  case deleteReadState(channel: Snowflake, user: Snowflake)
  /// Adds a message that names roles or everybody; the newest ``Limits/wideMentions`` of its channel stay.
  case wideMention(WideMention)
  /// Removes one.
  case deleteWideMention(channel: Snowflake, message: Snowflake)
  /// Adds or replaces notification settings.
  case notifications(NotificationSettings)
  /// Adds or replaces one side of a relationship.
  case relationship(Relationship)
  /// Removes one side.
  case deleteRelationship(user: Snowflake, other: Snowflake)
  /// Adds or replaces a log-in.
  case login(LoginSession)
  /// Ends a log-in, if it is known, and voids its token in any case.
  case endLogin(user: Snowflake, issued: WallTime)
  /// Ends all log-ins of somebody whose tokens until now are void.
  case endLogins(user: Snowflake)
  /// Adds, replaces or removes a second factor.
  case secondFactor(user: Snowflake, SecondFactor?)
  /// Whether an account is disabled.
  case disabled(user: Snowflake, Bool)
  /// Removes notification settings, relationships, second factor and what else a deleted account leaves; its read
  /// states go before.
  case forget(user: Snowflake)
}

/// What the store keeps about people, ascending by the ids in the order in which they are named.
public struct PersonalSnapshot: Hashable, Sendable {
  /// By user and channel.
  public var readStates: [ReadState] = []
  /// By channel and message.
  public var wideMentions: [WideMention] = []
  /// By user and guild.
  public var notifications: [NotificationSettings] = []
  /// By user and other user.
  public var relationships: [Relationship] = []
  /// By user and time.
  public var logins: [LoginSession] = []
  /// Tokens that were voided one by one, by user.
  public var revokedTokens: [Snowflake: Set<WallTime>] = [:]
  /// By user.
  public var secondFactors: [Snowflake: SecondFactor] = [:]
  /// Accounts that are disabled.
  public var disabled: Set<Snowflake> = []

  /// Nothing kept.
  public init() {}
}

/// What is told to people, not to guilds: to the person's own sessions, or to those of a group.
public enum PersonalEvent: Hashable, Sendable {
  /// MESSAGE_ACK.
  case read(ReadStateView, isManual: Bool)
  /// CHANNEL_PINS_ACK.
  case pinsRead(ReadState)
  /// USER_GUILD_SETTINGS_UPDATE.
  case notifications(NotificationSettings)
  /// RELATIONSHIP_ADD, also when one becomes another.
  case relationshipAdd(RelationshipView, notifies: Bool)
  /// RELATIONSHIP_UPDATE: nickname, whether ignored.
  case relationshipUpdate(Relationship)
  /// RELATIONSHIP_REMOVE.
  case relationshipRemove(of: Snowflake, RelationshipKind)
  /// CHANNEL_RECIPIENT_ADD.
  case recipientAdd(channel: Snowflake, User)
  /// CHANNEL_RECIPIENT_REMOVE.
  case recipientRemove(channel: Snowflake, User)
  /// CHANNEL_UPDATE of a group.
  case groupUpdate(PrivateChannelView)
}

/// What a command about the actor's own things came to.
public enum PersonalReply: Hashable, Sendable {
  /// The settings as they are now.
  case notifications(NotificationSettings)
  /// Relationships, ascending by user.
  case relationships([RelationshipView])
  /// Log-ins, the newest first.
  case sessions([LoginSession])
  /// A second factor is needed from now on; the codes are shown this once.
  case secondFactorSet(SelfUser, issued: WallTime, [BackupCode])
  /// Codes on paper, shown this once.
  case backupCodes([BackupCode])
  /// Everything beside messages.
  case export(PersonalExport)
}

/// What READY tells a person about itself; empty for bots.
public struct PersonalReady: Hashable, Sendable {
  /// Channels of which anything is known.
  public var readStates: [ReadStateView] = []
  /// Guilds about which anything was chosen.
  public var notifications: [NotificationSettings] = []
  /// Friends, requests, blocked and ignored users.
  public var relationships: [RelationshipView] = []

  /// Nothing known.
  public init() {}
}
