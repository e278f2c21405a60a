import Base
public import ChatCore

/// What belongs to people in a ``MemoryStore``.
extension PersonalSnapshot {
  mutating func apply(_ write: PersonalWrite) {
    switch write {
    case .readState(let state):
      removeReadState(state.channelID, state.userID)
      readStates.append(state)
      readStates.sort { ($0.userID, $0.channelID) < ($1.userID, $1.channelID) }
    case .deleteReadState(let channel, let user): removeReadState(channel, user)
    case .wideMention(let mention):
      wideMentions.append(mention)
      wideMentions.sort { ($0.channelID, $0.messageID) < ($1.channelID, $1.messageID) }
      let kept = wideMentions.filter { $0.channelID == mention.channelID }.suffix(Limits.wideMentions)
      guard let oldest = kept.first?.messageID else { return }
      wideMentions.removeAll { $0.channelID == mention.channelID && $0.messageID < oldest }
    case .deleteWideMention(let channel, let message):
      wideMentions.removeAll { $0.channelID == channel && $0.messageID == message }
    case .notifications(let settings):
      notifications.removeAll { $0.guildID == settings.guildID && $0.userID == settings.userID }
      notifications.append(settings)
      notifications.sort { ($0.userID, $0.guildID) < ($1.userID, $1.guildID) }
    case .relationship(let side):
      removeRelationship(side.userID, side.otherID)
      relationships.append(side)
      relationships.sort { ($0.userID, $0.otherID) < ($1.userID, $1.otherID) }
    case .deleteRelationship(let user, let other): removeRelationship(user, other)
    default: applyToAccount(write)
    }
  }

  private mutating func applyToAccount(_ write: PersonalWrite) {
    switch write {
    case .login(let session):
      logins.removeAll { $0.userID == session.userID && $0.issued == session.issued }
      logins.append(session)
      logins.sort { ($0.userID, $0.issued) < ($1.userID, $1.issued) }
    case .endLogin(let user, let issued):
      logins.removeAll { $0.userID == user && $0.issued == issued }
      revokedTokens[user, default: []].insert(issued)
    case .endLogins(let user): endLogins(user)
    case .secondFactor(let user, let factor): secondFactors[user] = factor
    case .disabled(let user, let isDisabled):
      if isDisabled { disabled.insert(user) } else { disabled.remove(user) }
    case .forget(let user):
      endLogins(user)
      notifications.removeAll { $0.userID == user }
      relationships.removeAll { $0.userID == user }
      secondFactors[user] = nil
      disabled.remove(user)
    default: break
    }
  }

  private mutating func endLogins(_ user: Snowflake) {
    logins.removeAll { $0.userID == user }
    revokedTokens[user] = nil
  }

  mutating func removeChannel(_ id: Snowflake) {
    readStates.removeAll { $0.channelID == id }
    wideMentions.removeAll { $0.channelID == id }
  }

  mutating func removeGuild(_ id: Snowflake) {
    notifications.removeAll { $0.guildID == id }
  }

  mutating func removeMember(_ guild: Snowflake, _ user: Snowflake, channels: [Snowflake]) {
    readStates.removeAll { $0.userID == user && channels.contains($0.channelID) }
    notifications.removeAll { $0.guildID == guild && $0.userID == user }
  }

  private mutating func removeRelationship(_ user: Snowflake, _ other: Snowflake) {
    relationships.removeAll { $0.userID == user && $0.otherID == other }
  }

  private mutating func removeReadState(_ channel: Snowflake, _ user: Snowflake) {
    readStates.removeAll { $0.channelID == channel && $0.userID == user }
  }
}

extension MemoryDisk {
  /// All read states.
  public var readStates: [ReadState] { tables.snapshot.personal.readStates }

  /// How many messages name roles or everybody.
  public var wideMentionCount: Int { tables.snapshot.personal.wideMentions.count }
}
