import Base
import ChatCore

/// What belongs to people.
extension SQLiteStore {
  mutating func apply(_ write: PersonalWrite) throws(StoreError) {
    switch write {
    case .readState(let state):
      try database.run(
        .putReadState,
        [
          .id(state.userID), .id(state.channelID), .id(state.lastReadID), .ids(state.mentions),
          .time(state.pinsReadAt), .number(state.version),
        ])
    case .deleteReadState(let channel, let user):
      try database.run(.deleteReadState, [.id(user), .id(channel)])
    case .wideMention(let mention):
      try database.run(
        .putWideMention,
        [
          .id(mention.channelID), .id(mention.messageID), .id(mention.authorID), .flag(mention.isEveryone),
          .ids(mention.roles),
        ])
      try database.run(.trimWideMentions, [.id(mention.channelID), .number(Limits.wideMentions)])
    case .deleteWideMention(let channel, let message):
      try database.run(.deleteWideMention, [.id(channel), .id(message)])
    case .notifications(let settings):
      try database.run(
        .putNotifications,
        [
          .id(settings.userID), .id(settings.guildID), .text(NotificationCoding.text(settings)),
          .number(settings.version),
        ])
    case .relationship(let side):
      try database.run(
        .putRelationship,
        [
          .id(side.userID), .id(side.otherID), .number(side.kind.rawValue), .text(orNull: side.nickname),
          .flag(side.isIgnored), .time(side.since),
        ])
    case .deleteRelationship(let user, let other):
      try database.run(.deleteRelationship, [.id(user), .id(other)])
    default: try applyToAccount(write)
    }
  }

  private mutating func applyToAccount(_ write: PersonalWrite) throws(StoreError) {
    switch write {
    case .login(let session):
      try database.run(
        .putLogin,
        [
          .id(session.userID), .time(session.issued), .text(session.code), .text(session.client.os),
          .text(session.client.platform), .time(session.lastUsedAt),
        ])
    case .endLogin(let user, let issued):
      try database.run(.deleteLogin, [.id(user), .time(issued)])
      try database.run(.putRevokedToken, [.id(user), .time(issued)])
    case .endLogins(let user): try deleteLogins(of: user)
    case .secondFactor(let user, nil): try database.run(.deleteSecondFactor, [.id(user)])
    case .secondFactor(let user, let factor?):
      let codes = factor.backupCodes.map { ($0.isUsed ? "-" : "") + $0.text }
      try database.run(
        .putSecondFactor,
        [
          .id(user), .blob(factor.secret), .integer(factor.lastStep), .text(codes.joined(separator: " ")),
        ])
    case .disabled(let user, let isDisabled):
      try database.run(isDisabled ? .putDisabled : .deleteDisabled, [.id(user)])
    case .forget(let user):
      try deleteLogins(of: user)
      for query in [
        Query.deleteSecondFactor, .deleteDisabled, .deleteOwnNotifications, .deleteOwnRelationships,
      ] {
        try database.run(query, [.id(user)])
      }
    default: break
    }
  }

  private mutating func deleteLogins(of user: Snowflake) throws(StoreError) {
    try database.run(.deleteLogin, [.id(user), .null])
    try database.run(.deleteRevokedTokens, [.id(user)])
  }

  private mutating func loadLogins(into snapshot: inout PersonalSnapshot) throws(StoreError) {
    snapshot.logins = try database.rows(.logins, []) { row in
      LoginSession(
        userID: row.id(0), issued: row.time(1), code: row.string(2),
        client: ClientDescription(os: row.string(3), platform: row.string(4)), lastUsedAt: row.time(5))
    }
    for (user, issued) in try database.rows(.revokedTokens, [], { ($0.id(0), $0.time(1)) }) {
      snapshot.revokedTokens[user, default: []].insert(issued)
    }
    let factors = try database.rows(.secondFactors, []) { row in
      let codes = row.string(3).split(separator: " ").map { code in
        BackupCode(text: String(code.drop { $0 == "-" }), isUsed: code.hasPrefix("-"))
      }
      return (row.id(0), SecondFactor(secret: row.blob(1), lastStep: row.integer(2), backupCodes: codes))
    }
    for (user, factor) in factors { snapshot.secondFactors[user] = factor }
    snapshot.disabled = Set(try database.rows(.disabledAccounts, []) { $0.id(0) })
  }

  mutating func put(_ group: Channel.Group, of channel: Snowflake) throws(StoreError) {
    try database.run(.putGroup, [.id(channel), .id(group.ownerID), .text(orNull: group.icon)])
  }

  /// What groups have, by channel.
  mutating func loadGroups() throws(StoreError) -> [Snowflake: Channel.Group] {
    let rows = try database.rows(.groups, []) { row in
      (row.id(0), Channel.Group(ownerID: row.id(1), icon: row.text(2)))
    }
    return Dictionary(rows) { first, _ in first }
  }

  /// Removes what a member leaves behind in a guild, or everybody when `user` is nil.
  mutating func deletePersonal(guild: Snowflake, user: Snowflake?) throws(StoreError) {
    if let user { try database.run(.deleteMemberReadStates, [.id(guild), .id(user)]) }
    try database.run(.deleteNotifications, [.id(guild), .id(user)])
  }

  mutating func loadPersonal() throws(StoreError) -> PersonalSnapshot {
    var snapshot = PersonalSnapshot()
    snapshot.readStates = try database.rows(.readStates, []) { row in
      var state = ReadState(userID: row.id(0), channelID: row.id(1))
      state.lastReadID = row.id(2)
      state.mentions = row.ids(3)
      state.pinsReadAt = row.timeOrNil(4)
      state.version = row.number(5)
      return state
    }
    snapshot.wideMentions = try database.rows(.wideMentions, []) { row in
      WideMention(
        channelID: row.id(0), messageID: row.id(1), authorID: row.id(2), isEveryone: row.flag(3),
        roles: row.ids(4))
    }
    snapshot.notifications = try database.rows(.notifications, []) { row throws(StoreError) in
      var settings = NotificationSettings(userID: row.id(0), guildID: row.id(1))
      try NotificationCoding.read(row.string(2), into: &settings)
      settings.version = row.number(3)
      return settings
    }
    snapshot.relationships = try database.rows(.relationships, []) { row in
      var side = Relationship(
        userID: row.id(0), otherID: row.id(1), kind: RelationshipKind(rawValue: row.number(2)) ?? .none,
        since: row.time(5))
      side.nickname = row.text(3)
      side.isIgnored = row.flag(4)
      return side
    }
    try loadLogins(into: &snapshot)
    return snapshot
  }
}
