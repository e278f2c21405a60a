public import Base

/// Why the store could not do it.
public enum StoreError: Error, Hashable, Sendable {
  /// The disk or a quota is full.
  case full
  /// The file is not a database, or is damaged.
  case corrupt
  /// Somebody else holds the database.
  case busy
  /// Reading or writing failed.
  case io
  /// The database was written by a newer Roost.
  case newerSchema(Int)
  /// Anything else, with the library's own code.
  case other(Int)
}

/// One change to what is kept.
public enum StoreWrite: Hashable, Sendable {
  /// Adds or replaces an account.
  case account(Account)
  /// Adds or replaces an application.
  case application(Application)
  /// Adds or replaces a command of an application.
  case command(ApplicationCommand)
  /// Removes a command.
  case deleteCommand(Snowflake)
  /// Adds or replaces a guild without its roles.
  case guild(Guild)
  /// Removes a guild with everything in it.
  case deleteGuild(Snowflake)
  /// Adds or replaces a role.
  case role(guild: Snowflake, Role)
  /// Removes a role.
  case deleteRole(guild: Snowflake, role: Snowflake)
  /// Adds or replaces a channel with its overwrites.
  case channel(Channel)
  /// Removes a channel with its messages and invites.
  case deleteChannel(Snowflake)
  /// Threads' memberships and newest posts.
  case thread(ThreadWrite)
  /// Adds or replaces a member.
  case member(Member)
  /// Removes a member.
  case deleteMember(guild: Snowflake, user: Snowflake)
  /// Adds or replaces a ban.
  case ban(Ban)
  /// Removes a ban.
  case deleteBan(guild: Snowflake, user: Snowflake)
  /// Adds an entry to the audit log, and removes those of its guild with an id below `forgetting`.
  case audit(AuditEntry, forgetting: Snowflake)
  /// Adds or replaces an invite.
  case invite(Invite)
  /// Removes an invite.
  case deleteInvite(code: String)
  /// Adds a message, and makes it its channel's last.
  case message(Message)
  /// Replaces a message.
  case updateMessage(Message)
  /// Removes a message with its reactions, and the notes of its copies or of its source.
  case deleteMessage(channel: Snowflake, message: Snowflake)
  /// Changes what belongs to a person.
  case personal(PersonalWrite)
  /// Adds to the event log. → see ``LogWrite``.
  case log(LogWrite)
  /// Adds a reaction; nothing if it is there. `at` orders the emoji of a message.
  case reaction(message: Snowflake, ReactionEmoji, user: Snowflake, at: WallTime)
  /// Removes everybody's reactions, or those with one emoji.
  case deleteReactions(message: Snowflake, ReactionEmoji?)
  /// Removes a reaction.
  case deleteReaction(message: Snowflake, ReactionEmoji, user: Snowflake)
  /// Changes webhooks and what they bring.
  case webhook(WebhookWrite)
}

/// What a store does when it has time.
public enum MaintenanceTask: Hashable, Sendable {
  /// Makes messages that were written or changed findable.
  case index
}

/// A message's nonce, remembered across a restart.
public struct RecentNonce: Hashable, Sendable {
  /// The author.
  public var authorID: Snowflake
  /// The nonce.
  public var nonce: Nonce
  /// The channel.
  public var channelID: Snowflake
  /// The message.
  public var messageID: Snowflake

  /// Makes a remembered nonce.
  public init(authorID: Snowflake, nonce: Nonce, channelID: Snowflake, messageID: Snowflake) {
    self.authorID = authorID
    self.nonce = nonce
    self.channelID = channelID
    self.messageID = messageID
  }
}

/// Everything that the core keeps in memory, as the store has it; messages and reactions stay in the store.
public struct ChatSnapshot: Hashable, Sendable {
  /// All accounts, ascending by id.
  public var accounts: [Account] = []
  /// All applications, ascending by id.
  public var applications: [Application] = []
  /// All commands of applications, ascending by id.
  public var commands: [ApplicationCommand] = []
  /// All guilds with their roles, ascending by id.
  public var guilds: [Guild] = []
  /// All channels with their overwrites and newest message id, ascending by id.
  public var channels: [Channel] = []
  /// All memberships of threads, ascending by thread and user.
  public var threadMembers: [ThreadMember] = []
  /// All members, ascending by guild and user.
  public var members: [Member] = []
  /// All bans, ascending by guild and user.
  public var bans: [Ban] = []
  /// All invites, ascending by code.
  public var invites: [Invite] = []
  /// What belongs to people.
  public var personal = PersonalSnapshot()
  /// All webhooks, ascending by id.
  public var webhooks: [Webhook] = []
  /// The greatest id in any table, also of messages deleted since; `nil` in an empty store.
  public var newestID: Snowflake?

  /// The snapshot of an empty store.
  public init() {}
}

/// Where the core keeps what must survive.
///
/// One owner, one thread. Writes happen inside a transaction: `begin`, any number of `apply`, then `commit`,
/// which returns only when everything is on stable storage, or `rollback`. Reads see what the open
/// transaction has applied. After a `commit` that throws, the store is as it was before `begin`.
public protocol ChatStore: ~Copyable {
  /// Reads everything that is kept in memory.
  mutating func load() throws(StoreError) -> ChatSnapshot
  /// Nonces of messages with an id of at least `oldest`, ascending by message, at most `limit` of the newest.
  mutating func recentNonces(since oldest: Snowflake, limit: Int) throws(StoreError) -> [RecentNonce]

  /// Copies everything that is committed to a new file at `path`; not within a transaction.
  mutating func backUp(to path: String) throws(StoreError)

  /// Opens a transaction.
  mutating func begin() throws(StoreError)
  /// Applies one write within the open transaction.
  mutating func apply(_ write: StoreWrite) throws(StoreError)
  /// Makes the open transaction durable.
  mutating func commit() throws(StoreError)
  /// Forgets the open transaction.
  mutating func rollback()

  /// Entries of a guild's audit log that fit the query: newest first, after an id oldest first.
  mutating func auditEntries(guild: Snowflake, _ query: AuditQuery) throws(StoreError) -> [AuditEntry]
  /// One message of the channel.
  mutating func message(channel: Snowflake, id: Snowflake) throws(StoreError) -> Message?
  /// Messages of the channel older than `bound` (all when nil), newest first.
  mutating func messages(channel: Snowflake, before bound: Snowflake?, limit: Int) throws(StoreError)
    -> [Message]
  /// The first messages of the channel newer than `bound`, oldest first.
  mutating func messages(channel: Snowflake, after bound: Snowflake, limit: Int) throws(StoreError)
    -> [Message]
  /// Those of the named messages that the channel has, in any order.
  mutating func messages(channel: Snowflake, ids: [Snowflake]) throws(StoreError) -> [Message]
  /// Who reacted to each of the messages; nil for one with more than `limit` reactions.
  mutating func reactionTallies(
    of messages: [Snowflake], limit: Int
  ) throws(StoreError) -> [ReactionTally?]
  /// Pinned messages of the channel, newest pin first, pinned before `bound` (all when nil).
  mutating func pins(channel: Snowflake, before bound: WallTime?, limit: Int) throws(StoreError) -> [Message]
  /// The message of the channel that has the attachment `id`.
  mutating func message(channel: Snowflake, holding id: Snowflake) throws(StoreError) -> Message?
  /// Those of `blobs` that an attachment or a picture names; counted in the transaction that names them.
  mutating func referenced(_ blobs: [String]) throws(StoreError) -> [String]
  /// Where the event log and its readers stand.
  mutating func logState() throws(StoreError) -> LogState
  /// Entries of the event log after one, oldest first.
  ///
  /// The first one's offset is more than one higher when those between were forgotten.
  mutating func logEntries(after offset: UInt64, limit: Int) throws(StoreError) -> [LogEntry]
  /// Goes on with a search, for a few milliseconds: counts and names messages in the scope's channels that fit.
  ///
  /// What was written a moment ago may not be found before ``maintain(_:)`` had its turn.
  mutating func search(
    _ filter: SearchFilter, in scope: SearchScope, from progress: SearchProgress
  ) throws(StoreError) -> SearchProgress
  /// Does a bounded part of what can be done later, not within a transaction; whether more of it waits.
  mutating func maintain(_ task: MaintenanceTask) throws(StoreError) -> Bool
  /// Messages of an author in any channel, by channel, then id, after a place; up to one pass over all messages.
  mutating func messages(author: Snowflake, after place: MessagePlace?, limit: Int) throws(StoreError)
    -> [Message]
  /// Ids of the author's messages in the channel that may be deleted (``MessageKind/isDeletable``) and are at
  /// least `oldest`, newest first.
  mutating func messageIDs(
    channel: Snowflake, author: Snowflake, since oldest: Snowflake, limit: Int
  ) throws(StoreError) -> [Snowflake]
  /// Where a published message was copied to, ascending by channel.
  mutating func copies(of source: Snowflake) throws(StoreError) -> [MessagePlace]
  /// The message's reactions in the order in which the emoji came, `isMine` as `reader` sees it.
  mutating func reactions(message: Snowflake, reader: Snowflake?) throws(StoreError) -> [ReactionCount]
  /// Users who reacted with `emoji` and have an id greater than `after`, ascending.
  mutating func reactionUsers(
    message: Snowflake, emoji: ReactionEmoji, after: Snowflake?, limit: Int
  ) throws(StoreError) -> [Snowflake]
}
