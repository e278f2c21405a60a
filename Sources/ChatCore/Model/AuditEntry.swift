public import Base

/// What somebody with power did; raw values are Discord's.
public enum AuditAction: Int, CaseIterable, Hashable, Sendable {
  case guildUpdate = 1
  case channelCreate = 10
  case channelUpdate = 11
  case channelDelete = 12
  case overwriteCreate = 13
  case overwriteUpdate = 14
  case overwriteDelete = 15
  case memberKick = 20
  case memberBan = 22
  case memberUnban = 23
  case memberUpdate = 24
  case memberRoles = 25
  case memberMove = 26
  case memberDisconnect = 27
  case botAdd = 28
  case roleCreate = 30
  case roleUpdate = 31
  case roleDelete = 32
  case inviteCreate = 40
  case inviteDelete = 42
  case webhookCreate = 50
  case webhookUpdate = 51
  case webhookDelete = 52
  case messageDelete = 72
  case messageBulkDelete = 73
  case messagePin = 74
  case messageUnpin = 75
  case threadCreate = 110
  case threadUpdate = 111
  case threadDelete = 112

  /// Whether the target is a user.
  public var targetsUser: Bool {
    switch self {
    case .memberKick, .memberBan, .memberUnban, .memberUpdate, .memberRoles, .botAdd, .messageDelete,
      .messagePin, .messageUnpin:
      true
    default: false
    }
  }
}

/// One field that changed: `old` nil when it was not there, `new` nil when it is no more.
public struct AuditChange: Hashable, Sendable {
  /// Discord's name of the field.
  public var key: String
  /// The value before.
  public var old: PlainValue?
  /// The value after.
  public var new: PlainValue?

  /// Makes a change.
  public init(key: String, old: PlainValue?, new: PlainValue?) {
    self.key = key
    self.old = old
    self.new = new
  }
}

/// A line of a guild's audit log.
public struct AuditEntry: Hashable, Sendable {
  /// The entry's id; its time is when it happened.
  public let id: Snowflake
  /// The guild.
  public let guildID: Snowflake
  /// Who did it; `nil` when the operator did.
  public var userID: Snowflake?
  /// What it was done to; `nil` when that has no id.
  public var targetID: Snowflake?
  /// What was done.
  public var action: AuditAction
  /// The fields that changed.
  public var changes: [AuditChange]
  /// What else belongs to the action, such as a channel and a count.
  public var options: [PlainValue.Field]
  /// What the actor gave as reason, at most 512 code points.
  public var reason: String?

  /// Makes an entry.
  public init(
    id: Snowflake, guildID: Snowflake, userID: Snowflake?, targetID: Snowflake?, action: AuditAction,
    changes: [AuditChange], options: [PlainValue.Field], reason: String?
  ) {
    self.id = id
    self.guildID = guildID
    self.userID = userID
    self.targetID = targetID
    self.action = action
    self.changes = changes
    self.options = options
    self.reason = reason
  }
}

/// Which entries are asked for.
public struct AuditQuery: Hashable, Sendable {
  /// Only by this user.
  public var user: Snowflake?
  /// Only of this type: Discord's number, also one that no entry here has.
  public var action: Int?
  /// Older than an id, newest first; newer than one, oldest first; or the newest.
  public var anchor: HistoryAnchor = .newest
  /// How many at most.
  public var limit: Int

  /// Asks for the newest of all.
  public init(limit: Int) {
    self.limit = limit
  }
}

/// A page of the audit log with the users that it speaks of.
public struct AuditLogView: Hashable, Sendable {
  /// The entries.
  public var entries: [AuditEntry]
  /// Actors and targets, ascending by id.
  public var users: [User]
  /// Webhooks that are targets and still exist, ascending by id.
  public var webhooks: [WebhookView] = []

  /// Makes a page.
  public init(entries: [AuditEntry], users: [User]) {
    self.entries = entries
    self.users = users
  }
}
