public import Base
public import ChatCore

/// What a ``MemoryStore`` writes to.
///
/// It outlives the store, so that a test can restart the core and make the store fail while the core owns
/// it. One thread only.
public final class MemoryDisk {
  /// The step at which the store fails.
  public enum Fault: Hashable, Sendable {
    /// No step.
    case none
    /// `begin` throws.
    case begin
    /// The given `apply` of a transaction throws, counted from 0.
    case apply(Int)
    /// `commit` throws.
    case commit
    /// Every read throws.
    case read
  }

  /// What is kept: the fold of all committed writes.
  public fileprivate(set) var tables = Tables()
  /// How many transactions were committed.
  public fileprivate(set) var commits = 0
  /// How often a store was asked for something.
  public fileprivate(set) var reads = 0
  /// What fails from now on.
  public var fault: Fault = .none
  /// The error of a failing step.
  public var error: StoreError = .full

  /// An empty disk.
  public init() {}
}

/// A store for tests that keeps everything in memory and can be told to fail.
///
/// It is the simplest thing that fulfils ``ChatStore``: a transaction is a copy of the tables.
public struct MemoryStore: ~Copyable, ChatStore {
  private let disk: MemoryDisk
  private var open: Tables?
  private var applied = 0

  /// A store on a disk.
  public init(_ disk: MemoryDisk) {
    self.disk = disk
  }

  var current: Tables { open ?? disk.tables }

  /// Reads everything.
  public mutating func load() throws(StoreError) -> ChatSnapshot {
    try check(.read)
    return current.snapshot
  }

  /// Has no file.
  public mutating func backUp(to path: String) throws(StoreError) {
    throw .io
  }

  /// Opens a transaction.
  public mutating func begin() throws(StoreError) {
    try check(.begin)
    guard open == nil else { throw .other(1) }
    open = disk.tables
    applied = 0
  }

  /// Applies one write.
  public mutating func apply(_ write: StoreWrite) throws(StoreError) {
    try check(.apply(applied))
    guard open != nil else { throw .other(2) }
    open?.apply(write)
    applied += 1
  }

  /// Keeps the transaction.
  public mutating func commit() throws(StoreError) {
    guard let open else { throw .other(3) }
    self.open = nil
    try check(.commit)
    disk.tables = open
    disk.commits += 1
  }

  /// Forgets the transaction.
  public mutating func rollback() {
    open = nil
  }

  /// Nonces of recent messages.
  public mutating func recentNonces(
    since oldest: Snowflake, limit: Int
  ) throws(StoreError) -> [RecentNonce] {
    try check(.read)
    let messages = current.messages.filter { $0.id >= oldest && $0.nonce != nil }
    return messages.suffix(limit).compactMap { message in
      message.nonce.map {
        RecentNonce(
          authorID: message.authorID, nonce: $0, channelID: message.channelID, messageID: message.id)
      }
    }
  }

  /// Entries of the audit log.
  public mutating func auditEntries(
    guild: Snowflake, _ query: AuditQuery
  ) throws(StoreError) -> [AuditEntry] {
    try check(.read)
    let fitting = current.audit.filter { entry in
      entry.guildID == guild && query.user.map { entry.userID == $0 } ?? true
        && query.action.map { entry.action.rawValue == $0 } ?? true
    }
    switch query.anchor {
    case .after(let id): return Array(fitting.filter { $0.id > id }.prefix(query.limit))
    case .before(let id): return fitting.filter { $0.id < id }.suffix(query.limit).reversed()
    default: return fitting.suffix(query.limit).reversed()
    }
  }

  /// One message.
  public mutating func message(
    channel: Snowflake, id: Snowflake
  ) throws(StoreError) -> Message? {
    try check(.read)
    return current.messages.first { $0.channelID == channel && $0.id == id }
  }

  /// Older messages, newest first.
  public mutating func messages(
    channel: Snowflake, before bound: Snowflake?, limit: Int
  ) throws(StoreError) -> [Message] {
    try check(.read)
    let older = current.messages.filter { message in
      message.channelID == channel && (bound.map { message.id < $0 } ?? true)
    }
    return older.suffix(limit).reversed()
  }

  /// Newer messages, oldest first.
  public mutating func messages(
    channel: Snowflake, after bound: Snowflake, limit: Int
  ) throws(StoreError) -> [Message] {
    try check(.read)
    return Array(
      current.messages.filter { $0.channelID == channel && bound < $0.id }.prefix(limit))
  }

  /// Pinned messages, newest pin first.
  public mutating func pins(
    channel: Snowflake, before bound: WallTime?, limit: Int
  ) throws(StoreError) -> [Message] {
    try check(.read)
    let pinned = current.messages.compactMap { message in message.pinnedAt.map { (message, $0) } }
    let found = pinned.filter { message, at in
      message.channelID == channel && bound.map { at < $0 } ?? true
    }
    return found.sorted { ($0.1, $0.0.id) > ($1.1, $1.0.id) }.prefix(limit).map(\.0)
  }

  /// The message with an attachment.
  public mutating func message(
    channel: Snowflake, holding id: Snowflake
  ) throws(StoreError) -> Message? {
    try check(.read)
    return current.messages.first { message in
      message.channelID == channel && message.allFiles.contains { $0.id == id }
    }
  }

  /// Blobs that are named by a message or a picture.
  public mutating func referenced(_ blobs: [String]) throws(StoreError) -> [String] {
    try check(.read)
    let pictures =
      current.snapshot.accounts.compactMap(\.user.avatar) + current.snapshot.guilds.compactMap(\.icon)
      + current.snapshot.channels.compactMap { $0.group?.icon }
      + current.snapshot.webhooks.compactMap(\.avatar)
    let named = Set(
      pictures.map(Picture.blob) + current.messages.flatMap { $0.allFiles.map(\.file.blob) })
    return blobs.filter(named.contains)
  }

  /// Messages of an author in any channel.
  public mutating func messages(
    author: Snowflake, after place: MessagePlace?, limit: Int
  ) throws(StoreError) -> [Message] {
    try check(.read)
    let own = current.messages.filter { $0.authorID == author }
    let sorted = own.sorted { ($0.channelID, $0.id) < ($1.channelID, $1.id) }
    let rest = sorted.filter { message in
      place.map { ($0.channelID, $0.messageID) < (message.channelID, message.id) } ?? true
    }
    return Array(rest.prefix(limit))
  }

  /// Ids of an author's messages, newest first.
  public mutating func messageIDs(
    channel: Snowflake, author: Snowflake, since oldest: Snowflake, limit: Int
  ) throws(StoreError) -> [Snowflake] {
    try check(.read)
    let found = current.messages.filter {
      $0.channelID == channel && $0.authorID == author && $0.id >= oldest && $0.kind.isDeletable
    }
    return found.suffix(limit).reversed().map(\.id)
  }

  /// Where a message was copied to.
  public mutating func copies(of source: Snowflake) throws(StoreError) -> [MessagePlace] {
    try check(.read)
    return current.copies(of: source)
  }

  /// Reactions by emoji.
  public mutating func reactions(
    message: Snowflake, reader: Snowflake?
  ) throws(StoreError) -> [ReactionCount] {
    try check(.read)
    let all = current.reactions.filter { $0.message == message }
    let emoji = Set(all.map(\.emoji)).map { emoji in
      (emoji: emoji, users: all.filter { $0.emoji == emoji })
    }
    let sorted = emoji.sorted { lhs, rhs in
      let first = (lhs.users.map(\.at).min() ?? 0, rhs.users.map(\.at).min() ?? 0)
      return first.0 != first.1 ? first.0 < first.1 : lhs.emoji.name < rhs.emoji.name
    }
    return sorted.map { emoji, users in
      ReactionCount(
        emoji: emoji, count: users.count, isMine: users.contains { $0.user == reader })
    }
  }

  /// Users who reacted.
  public mutating func reactionUsers(
    message: Snowflake, emoji: ReactionEmoji, after: Snowflake?, limit: Int
  ) throws(StoreError) -> [Snowflake] {
    try check(.read)
    let users = current.reactions.filter { $0.message == message && $0.emoji == emoji }.map(\.user)
    return Array(users.sorted().filter { user in after.map { $0 < user } ?? true }.prefix(limit))
  }

  func check(_ step: MemoryDisk.Fault) throws(StoreError) {
    if step == .read { disk.reads += 1 }
    if disk.fault == step { throw disk.error }
  }
}

/// The tables of a ``MemoryStore``.
public struct Tables: Hashable, Sendable {
  /// One reaction.
  public struct Reaction: Hashable, Sendable {
    let message: Snowflake
    let emoji: ReactionEmoji
    let user: Snowflake
    let at: Int64
  }

  var snapshot = ChatSnapshot()
  /// Messages ascending by id.
  public private(set) var messages: [Message] = []
  /// Audit entries ascending by id.
  public private(set) var audit: [AuditEntry] = []
  /// Reactions as they came.
  public private(set) var reactions: [Reaction] = []
  /// Published messages and their copies.
  var crossposts: [Crosspost] = []

  /// The event log.
  public internal(set) var log = MemoryLog()

  init() {}

  mutating func apply(_ write: StoreWrite) {
    note(write)
    switch write {
    case .account(let account): put(account, in: \.accounts) { $0.user.id }
    case .application(let application): put(application, in: \.applications) { $0.id }
    case .command(let command): put(command, in: \.commands) { $0.id }
    case .deleteCommand(let id): snapshot.commands.removeAll { $0.id == id }
    case .guild(var guild):
      guild.roles = snapshot.guilds.first { $0.id == guild.id }?.roles ?? []
      put(guild, in: \.guilds) { $0.id }
    case .deleteGuild(let id):
      for channel in snapshot.channels where channel.guildID == id { apply(.deleteChannel(channel.id)) }
      snapshot.members.removeAll { $0.guildID == id }
      snapshot.bans.removeAll { $0.guildID == id }
      audit.removeAll { $0.guildID == id }
      snapshot.commands.removeAll { $0.guildID == id }
      snapshot.personal.removeGuild(id)
      snapshot.guilds.removeAll { $0.id == id }
    case .role(let guild, let role): changeRoles(guild) { $0 = $0.filter { $0.id != role.id } + [role] }
    case .deleteRole(let guild, let role):
      changeRoles(guild) { $0.removeAll { $0.id == role } }
      for index in snapshot.members.indices where snapshot.members[index].guildID == guild {
        snapshot.members[index].roles.removeAll { $0 == role }
      }
    case .channel(var channel):
      channel.thread?.memberCount = 0
      put(channel, in: \.channels) { $0.id }
    case .thread(let write): apply(write)
    case .deleteChannel(let id):
      snapshot.threadMembers.removeAll { $0.threadID == id }
      let gone = Set(messages.filter { $0.channelID == id }.map(\.id))
      snapshot.channels.removeAll { $0.id == id }
      snapshot.personal.removeChannel(id)
      snapshot.invites.removeAll { $0.channelID == id }
      removeWebhooks(of: id)
      messages.removeAll { $0.channelID == id }
      reactions.removeAll { gone.contains($0.message) }
    case .member(let member):
      snapshot.members.removeAll { $0.guildID == member.guildID && $0.userID == member.userID }
      snapshot.members.append(member)
      snapshot.members.sort { ($0.guildID, $0.userID) < ($1.guildID, $1.userID) }
    case .deleteMember(let guild, let user):
      snapshot.threadMembers.removeAll { $0.guildID == guild && $0.userID == user }
      snapshot.members.removeAll { $0.guildID == guild && $0.userID == user }
      let channels = snapshot.channels.filter { $0.guildID == guild }.map(\.id)
      snapshot.personal.removeMember(guild, user, channels: channels)
    case .ban(let ban):
      snapshot.bans.removeAll { $0.guildID == ban.guildID && $0.userID == ban.userID }
      snapshot.bans.append(ban)
      snapshot.bans.sort { ($0.guildID, $0.userID) < ($1.guildID, $1.userID) }
    case .deleteBan(let guild, let user):
      snapshot.bans.removeAll { $0.guildID == guild && $0.userID == user }
    case .audit(let entry, let oldest):
      audit.removeAll { $0.guildID == entry.guildID && $0.id < oldest }
      audit.append(entry)
      audit.sort { $0.id < $1.id }
    case .invite(let invite): put(invite, in: \.invites) { $0.code }
    case .deleteInvite(let code): snapshot.invites.removeAll { $0.code == code }
    case .personal(let write): snapshot.personal.apply(write)
    case .log(let write): log.apply(write)
    default: applyToMessages(write)
    }
  }

  private mutating func applyToMessages(_ write: StoreWrite) {
    switch write {
    case .message(let message):
      messages.append(message)
      messages.sort { $0.id < $1.id }
      change(message.channelID) { $0.note(message) }
    case .updateMessage(let message):
      messages = messages.map { $0.id == message.id && $0.channelID == message.channelID ? message : $0 }
    case .deleteMessage(let channel, let id):
      messages.removeAll { $0.channelID == channel && $0.id == id }
      change(channel) { $0.noteDeleted(id) }
      reactions.removeAll { $0.message == id }
      crossposts.removeAll { $0.source.messageID == id || $0.copy.messageID == id }
    case .reaction(let message, let emoji, let user, let at):
      let isKnown = reactions.contains {
        $0.message == message && $0.emoji == emoji && $0.user == user
      }
      if !isKnown {
        reactions.append(
          Reaction(message: message, emoji: emoji, user: user, at: at.milliseconds))
      }
    case .deleteReactions(let message, let emoji):
      reactions.removeAll { $0.message == message && (emoji == nil || $0.emoji == emoji) }
    case .deleteReaction(let message, let emoji, let user):
      reactions.removeAll { $0.message == message && $0.emoji == emoji && $0.user == user }
    case .webhook(let write): apply(write)
    default: break
    }
  }

  private mutating func note(_ write: StoreWrite) {
    let id: Snowflake? =
      switch write {
      case .account(let account): account.user.id
      case .guild(let guild): guild.id
      case .role(_, let role): role.id
      case .channel(let channel): channel.id
      case .message(let message): message.id
      case .audit(let entry, _): entry.id
      case .command(let command): max(command.id, command.version)
      case .webhook(.put(let webhook)): webhook.id
      default: nil
      }
    if let id { snapshot.newestID = max(snapshot.newestID ?? id, id) }
  }

  private mutating func changeRoles(_ id: Snowflake, _ body: (inout [Role]) -> Void) {
    for index in snapshot.guilds.indices where snapshot.guilds[index].id == id {
      body(&snapshot.guilds[index].roles)
      snapshot.guilds[index].roles.sort { ($0.position, $0.id) < ($1.position, $1.id) }
    }
  }

  mutating func put<Row, Key: Comparable>(
    _ row: Row, in table: WritableKeyPath<ChatSnapshot, [Row]>, _ key: (Row) -> Key
  ) {
    snapshot[keyPath: table].removeAll { key($0) == key(row) }
    snapshot[keyPath: table].append(row)
    snapshot[keyPath: table].sort { key($0) < key($1) }
  }
}
