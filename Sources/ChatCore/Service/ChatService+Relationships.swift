import Base

/// Friends, requests, blocks.
extension ChatService where Store: ~Copyable {
  mutating func perform(_ command: RelationshipCommand, _ asker: Asker) throws(ChatError) -> ChatReply {
    let user = try person(asker)
    switch command {
    case .list: return .personal(.relationships(relationships(of: user)))
    case .befriend(let other): try befriend(user, other, asker.at)
    case .befriendNamed(let name):
      let login = TextRules.username(name)
      guard !login.contains("@"), let other = state.logins[login] else { throw .code(.unknownUsername) }
      try befriend(user, other, asker.at)
    case .block(let other): try block(user, other, asker.at)
    case .ignore(let other, let isIgnored): try ignore(user, other, isIgnored, asker.at)
    case .rename(let other, let nickname): try rename(user, other, nickname)
    case .remove(let other): try removeRelationship(user, other)
    }
    return .done
  }

  private mutating func befriend(
    _ user: Snowflake, _ other: Snowflake, _ now: WallTime
  ) throws(ChatError) {
    guard let account = state.accounts[other] else { throw .code(.unknownUser) }
    guard user != other else { throw .code(.befriendingSelf) }
    guard !account.user.isBot else { throw .code(.requestsDisabled) }
    let own = state.personal.relationship(user, other)
    let theirs = state.personal.relationship(other, user)
    switch own?.kind {
    case .friend: throw .code(.alreadyFriends)
    case .outgoing: return
    case .incoming:
      try relate(user, other, .friend, now, notifies: false)
      try relate(other, user, .friend, now, notifies: true)
    case .blocked, .none?, nil:
      guard theirs?.kind != .blocked else { throw .code(.requestBlocked) }
      guard state.personal.userRelationships.count(user) < Limits.relationshipsPerUser else {
        throw .code(.tooManyFriends)
      }
      guard theirs != nil || state.personal.userRelationships.count(other) < Limits.relationshipsPerUser
      else { throw .code(.requestsDisabled) }
      try relate(user, other, .outgoing, now, notifies: false)
      try relate(other, user, .incoming, now, notifies: theirs?.isIgnored != true)
    }
  }

  private mutating func block(_ user: Snowflake, _ other: Snowflake, _ now: WallTime) throws(ChatError) {
    let own = try self.other(other, of: user)
    guard own?.kind != .blocked else { return }
    guard own != nil || state.personal.userRelationships.count(user) < Limits.relationshipsPerUser else {
      throw .code(.tooManyFriends)
    }
    try relate(user, other, .blocked, now, notifies: false)
    try part(other, user)
  }

  private mutating func ignore(
    _ user: Snowflake, _ other: Snowflake, _ isIgnored: Bool, _ now: WallTime
  ) throws(ChatError) {
    let own = try self.other(other, of: user)
    var after = own ?? Relationship(userID: user, otherID: other, kind: .none, since: now)
    guard after.isIgnored != isIgnored else { return }
    after.isIgnored = isIgnored
    if after.kind == .none, !isIgnored { return try forget(after) }
    guard own != nil || state.personal.userRelationships.count(user) < Limits.relationshipsPerUser else {
      throw .code(.tooManyFriends)
    }
    try keep(.personal(.relationship(after)))
    let event: PersonalEvent =
      own == nil ? .relationshipAdd(view(after), notifies: false) : .relationshipUpdate(after)
    emit(.personal(event), to: .user(user))
  }

  private mutating func rename(
    _ user: Snowflake, _ other: Snowflake, _ nickname: String?
  ) throws(ChatError) {
    guard var own = try self.other(other, of: user), own.kind == .friend else { throw .code(.unknownUser) }
    let nickname = nickname.map(TextRules.trimmed)
    var form = FormCheck()
    form.length("nickname", nickname ?? "", 0...Limits.nickLength)
    try form.finish()
    own.nickname = nickname?.isEmpty == true ? nil : nickname
    try keep(.personal(.relationship(own)))
    emit(.personal(.relationshipUpdate(own)), to: .user(user))
  }

  private mutating func removeRelationship(_ user: Snowflake, _ other: Snowflake) throws(ChatError) {
    guard let own = state.personal.relationship(user, other) else { return }
    try part(user, other, endsBlock: true)
    if own.kind != .blocked { try part(other, user) }
  }

  /// The actor's side, of somebody who exists and is not the actor.
  private func other(_ other: Snowflake, of user: Snowflake) throws(ChatError) -> Relationship? {
    guard state.accounts[other] != nil, user != other else { throw .code(.unknownUser) }
    return state.personal.relationship(user, other)
  }

  private mutating func relate(
    _ user: Snowflake, _ other: Snowflake, _ kind: RelationshipKind, _ now: WallTime, notifies: Bool
  ) throws(ChatError) {
    var side = Relationship(userID: user, otherID: other, kind: kind, since: now)
    side.isIgnored = state.personal.relationship(user, other)?.isIgnored ?? false
    try keep(.personal(.relationship(side)))
    emit(.personal(.relationshipAdd(view(side), notifies: notifies)), to: .user(user))
  }

  /// Ends what one side has with another: a block only when the person itself ends it.
  mutating func part(
    _ user: Snowflake, _ other: Snowflake, endsBlock: Bool = false
  ) throws(ChatError) {
    guard var side = state.personal.relationship(user, other), side.kind != .none,
      endsBlock || side.kind != .blocked
    else { return }
    guard side.isIgnored else { return try forget(side) }
    emit(.personal(.relationshipRemove(of: other, side.kind)), to: .user(user))
    side.kind = .none
    side.nickname = nil
    try keep(.personal(.relationship(side)))
    emit(.personal(.relationshipAdd(view(side), notifies: false)), to: .user(user))
  }

  private mutating func forget(_ side: Relationship) throws(ChatError) {
    try keep(.personal(.deleteRelationship(user: side.userID, other: side.otherID)))
    emit(.personal(.relationshipRemove(of: side.otherID, side.kind)), to: .user(side.userID))
  }

  private func view(_ side: Relationship) -> RelationshipView {
    RelationshipView(relationship: side, user: user(side.otherID))
  }

  func relationships(of user: Snowflake) -> [RelationshipView] {
    state.personal.userRelationships.sorted(user).compactMap { other in
      state.personal.relationship(user, other).map { view($0) }
    }
  }

  func areFriends(_ user: Snowflake, _ other: Snowflake) -> Bool {
    state.personal.relationship(user, other)?.kind == .friend
  }

  /// Whether the person has blocked the other one.
  func hasBlocked(_ user: Snowflake, _ other: Snowflake) -> Bool {
    state.personal.relationship(user, other)?.kind == .blocked
  }

  /// Whether the other one's messages may notify the person.
  func mayNotify(_ user: Snowflake, from other: Snowflake) -> Bool {
    guard let side = state.personal.relationship(user, other) else { return true }
    return side.kind != .blocked && !side.isIgnored
  }
}
