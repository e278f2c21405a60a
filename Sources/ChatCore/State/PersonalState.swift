import Base

/// What belongs to people: how far they read, what notifies them, who is whose friend, how they
/// log in.
///
/// A part of ``ChatState``, the fold of ``PersonalWrite``s.
struct PersonalState: Sendable {
  /// By channel and reader.
  private(set) var readStates = Table<MemberKey, ReadState>()
  private(set) var channelReaders = Relation<Snowflake, Snowflake>()
  /// By channel, oldest first.
  private(set) var wideMentions = Table<Snowflake, [WideMention]>()
  /// By guild and person.
  private(set) var notifications = Table<MemberKey, NotificationSettings>()
  private(set) var guildNotifications = Relation<Snowflake, Snowflake>()
  private(set) var userNotifications = Relation<Snowflake, Snowflake>()
  /// By person (`place`) and the other one.
  private(set) var relationships = Table<MemberKey, Relationship>()
  private(set) var userRelationships = Relation<Snowflake, Snowflake>()
  /// Names a log-in.
  struct LoginKey: Hashable, Sendable {
    let user: Snowflake
    let issued: WallTime
  }

  private(set) var logins = Table<LoginKey, LoginSession>()
  private(set) var userLogins = Relation<Snowflake, WallTime>()
  /// Tokens that were voided one by one.
  private(set) var revokedTokens = Relation<Snowflake, WallTime>()
  private(set) var secondFactors = Table<Snowflake, SecondFactor>()
  private(set) var disabled = Table<Snowflake, Bool>()
  /// The newest version of anything that a person has.
  private(set) var versions = Table<Snowflake, Int>()

  func readState(_ channel: Snowflake, _ user: Snowflake) -> ReadState? {
    readStates[MemberKey(place: channel, user: user)]
  }

  func relationship(_ user: Snowflake, _ other: Snowflake) -> Relationship? {
    relationships[MemberKey(place: user, user: other)]
  }

  func login(_ user: Snowflake, _ issued: WallTime) -> LoginSession? {
    logins[LoginKey(user: user, issued: issued)]
  }

  func settings(_ guild: Snowflake, _ user: Snowflake) -> NotificationSettings? {
    notifications[MemberKey(place: guild, user: user)]
  }

  mutating func apply(_ write: PersonalWrite) {
    switch write {
    case .readState(let state):
      readStates[MemberKey(place: state.channelID, user: state.userID)] = state
      channelReaders.insert(state.channelID, state.userID)
      reach(state.version, of: state.userID)
    case .deleteReadState(let channel, let user): removeReadState(channel, user)
    case .wideMention(let mention):
      let kept = (wideMentions[mention.channelID] ?? []) + [mention]
      wideMentions[mention.channelID] = kept.suffix(Limits.wideMentions)
    case .deleteWideMention(let channel, let message):
      let left = (wideMentions[channel] ?? []).filter { $0.messageID != message }
      wideMentions[channel] = left.isEmpty ? nil : left
    case .notifications(let settings):
      notifications[MemberKey(place: settings.guildID, user: settings.userID)] = settings
      guildNotifications.insert(settings.guildID, settings.userID)
      userNotifications.insert(settings.userID, settings.guildID)
      reach(settings.version, of: settings.userID)
    case .relationship(let side):
      relationships[MemberKey(place: side.userID, user: side.otherID)] = side
      userRelationships.insert(side.userID, side.otherID)
    case .deleteRelationship(let user, let other):
      relationships[MemberKey(place: user, user: other)] = nil
      userRelationships.remove(user, other)
    default: applyToAccount(write)
    }
  }

  private mutating func applyToAccount(_ write: PersonalWrite) {
    switch write {
    case .login(let session):
      logins[LoginKey(user: session.userID, issued: session.issued)] = session
      userLogins.insert(session.userID, session.issued)
    case .endLogin(let user, let issued):
      removeLogin(user, issued)
      revokedTokens.insert(user, issued)
    case .endLogins(let user): endLogins(user)
    case .secondFactor(let user, let factor): secondFactors[user] = factor
    case .disabled(let user, let isDisabled): disabled[user] = isDisabled ? true : nil
    case .forget(let user):
      endLogins(user)
      for guild in userNotifications.set(user) { removeNotifications(guild, user) }
      for other in userRelationships.set(user) {
        apply(.deleteRelationship(user: user, other: other))
      }
      secondFactors[user] = nil
      disabled[user] = nil
    default: break
    }
  }

  private mutating func removeLogin(_ user: Snowflake, _ issued: WallTime) {
    logins[LoginKey(user: user, issued: issued)] = nil
    userLogins.remove(user, issued)
  }

  private mutating func endLogins(_ user: Snowflake) {
    for issued in userLogins.set(user) { removeLogin(user, issued) }
    for issued in revokedTokens.set(user) { revokedTokens.remove(user, issued) }
  }

  mutating func removeChannel(_ id: Snowflake) {
    for user in channelReaders.set(id) { removeReadState(id, user) }
    if wideMentions[id] != nil { wideMentions[id] = nil }
  }

  mutating func removeGuild(_ id: Snowflake) {
    for user in guildNotifications.set(id) { removeNotifications(id, user) }
  }

  mutating func removeMember(_ guild: Snowflake, _ user: Snowflake, channels: Set<Snowflake>) {
    for channel in channels { removeReadState(channel, user) }
    removeNotifications(guild, user)
  }

  private mutating func removeReadState(_ channel: Snowflake, _ user: Snowflake) {
    let key = MemberKey(place: channel, user: user)
    guard readStates[key] != nil else { return }
    readStates[key] = nil
    channelReaders.remove(channel, user)
  }

  private mutating func removeNotifications(_ guild: Snowflake, _ user: Snowflake) {
    let key = MemberKey(place: guild, user: user)
    guard notifications[key] != nil else { return }
    notifications[key] = nil
    guildNotifications.remove(guild, user)
    userNotifications.remove(user, guild)
  }

  private mutating func reach(_ version: Int, of user: Snowflake) {
    if version > versions[user] ?? 0 { versions[user] = version }
  }
}

extension PersonalState {
  var mark: [Int] {
    [
      readStates.mark, channelReaders.mark, wideMentions.mark, notifications.mark, guildNotifications.mark,
      userNotifications.mark, versions.mark, relationships.mark, userRelationships.mark,
      logins.mark, userLogins.mark, revokedTokens.mark, secondFactors.mark, disabled.mark,
    ]
  }

  mutating func rollback(to mark: [Int]) {
    readStates.rollback(to: mark[0])
    channelReaders.rollback(to: mark[1])
    wideMentions.rollback(to: mark[2])
    notifications.rollback(to: mark[3])
    guildNotifications.rollback(to: mark[4])
    userNotifications.rollback(to: mark[5])
    versions.rollback(to: mark[6])
    relationships.rollback(to: mark[7])
    userRelationships.rollback(to: mark[8])
    logins.rollback(to: mark[9])
    userLogins.rollback(to: mark[10])
    revokedTokens.rollback(to: mark[11])
    secondFactors.rollback(to: mark[12])
    disabled.rollback(to: mark[13])
  }

  mutating func commit() {
    readStates.commit()
    channelReaders.commit()
    wideMentions.commit()
    notifications.commit()
    guildNotifications.commit()
    userNotifications.commit()
    versions.commit()
    relationships.commit()
    userRelationships.commit()
    logins.commit()
    userLogins.commit()
    revokedTokens.commit()
    secondFactors.commit()
    disabled.commit()
  }
}

extension ChatState {
  /// Fills the people's part of an empty state.
  mutating func loadPersonal(_ snapshot: PersonalSnapshot) {
    for state in snapshot.readStates { apply(.personal(.readState(state))) }
    for mention in snapshot.wideMentions { apply(.personal(.wideMention(mention))) }
    for settings in snapshot.notifications { apply(.personal(.notifications(settings))) }
    for side in snapshot.relationships { apply(.personal(.relationship(side))) }
    for session in snapshot.logins { apply(.personal(.login(session))) }
    for (user, tokens) in snapshot.revokedTokens {
      for issued in tokens { apply(.personal(.endLogin(user: user, issued: issued))) }
    }
    for (user, factor) in snapshot.secondFactors { apply(.personal(.secondFactor(user: user, factor))) }
    for user in snapshot.disabled { apply(.personal(.disabled(user: user, true))) }
  }
}
