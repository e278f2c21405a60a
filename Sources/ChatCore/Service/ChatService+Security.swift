import Base

/// Log-ins, the second factor, the end of an account.
extension ChatService where Store: ~Copyable {
  mutating func perform(_ command: AccountCommand, _ asker: Asker) throws(ChatError) -> ChatReply {
    let user = try person(asker)
    switch command {
    case .credentials: return .credentials(credentials(of: user))
    case .sessions: return .personal(.sessions(sessions(of: user)))
    case .endSessions(let codes):
      for session in sessions(of: user) where codes.contains(session.code) {
        try end(session.issued, of: user)
      }
    case .endSession:
      guard let issued = asker.issued else { throw .unauthorized }
      try end(issued, of: user)
    case .setSecondFactor(let secret, let step): return try setSecondFactor(secret, step, user, asker.at)
    case .removeSecondFactor(let proof):
      try prove(proof, of: user)
      try keep(.personal(.secondFactor(user: user, nil)))
      return try open(user, try revokeAll(user, asker.at), .unknown, asker.at)
    case .renewBackupCodes:
      guard var factor = state.personal.secondFactors[user] else { throw .code(.noSecondFactor) }
      factor.backupCodes = newBackupCodes()
      try keep(.personal(.secondFactor(user: user, factor)))
      return .personal(.backupCodes(factor.backupCodes))
    case .disable: try disable(user, asker.at)
    case .delete: try delete(user, asker)
    case .export: return .personal(.export(try export(user)))
    }
    return .done
  }

  mutating func perform(_ order: AccountOrder, _ asker: Asker) throws(ChatError) -> ChatReply {
    guard asker.isSystem else { throw .code(.general) }
    switch order {
    case .endSessions(let user): _ = try revokeAll(try known(user), asker.at)
    case .removeSecondFactor(let user):
      try keep(.personal(.secondFactor(user: try known(user), nil)))
    case .disable(let user): try disable(try known(user), asker.at)
    case .delete(let user): try delete(try known(user), asker)
    case .export(let user): return .personal(.export(try export(try known(user))))
    case .messages(let user, let place, let limit):
      let limit = min(max(limit, 1), Limits.exportPage)
      let found = try read { store throws(StoreError) in
        try store.messages(author: user, after: place, limit: limit)
      }
      return .messages(found.map { freshView($0, referenced: .none) })
    }
    return .done
  }

  private func known(_ user: Snowflake) throws(ChatError) -> Snowflake {
    guard isPerson(user) else { throw .code(.unknownUser) }
    return user
  }

  func credentials(of user: Snowflake) -> Credentials? {
    guard let hash = state.accounts[user]?.passwordHash else { return nil }
    var credentials = Credentials(userID: user, passwordHash: hash)
    credentials.secondFactor = state.personal.secondFactors[user]
    credentials.isDisabled = state.personal.disabled[user] == true
    return credentials
  }

  // MARK: Log-ins

  mutating func openSession(_ opening: SessionOpening, _ asker: Asker) throws(ChatError) -> ChatReply {
    guard asker.user == nil else { throw .code(.general) }
    let user = opening.user
    guard isPerson(user) else { throw .code(.unknownUser) }
    if state.personal.disabled[user] == true {
      guard opening.enables else { throw .code(.accountDisabled) }
      try keep(.personal(.disabled(user: user, false)))
    }
    if state.personal.secondFactors[user] != nil {
      guard let proof = opening.proof else { throw .code(.wrongSecondFactor) }
      try prove(proof, of: user)
    }
    return try open(user, asker.at, opening.client, asker.at)
  }

  /// Begins a session whose token claims `earliest` or later; the oldest ends when there are too many.
  mutating func open(
    _ user: Snowflake, _ earliest: WallTime, _ client: ClientDescription, _ now: WallTime
  ) throws(ChatError) -> ChatReply {
    guard let account = state.accounts[user] else { throw .code(.unknownUser) }
    let open = state.personal.userLogins.sorted(user)
    if open.count >= Limits.loginsPerUser, let oldest = open.first { try end(oldest, of: user) }
    var issued = max(earliest, account.tokensValidAfter)
    // Two log-ins of one millisecond get two tokens.
    while open.contains(issued) || state.personal.revokedTokens.contains(user, issued) {
      issued = WallTime(milliseconds: issued.milliseconds &+ 1)
    }
    let session = LoginSession(
      userID: user, issued: issued, code: random.text(32, of: .hexadecimal), client: client, lastUsedAt: now)
    try keep(.personal(.login(session)))
    return .authenticated(selfView(account), issued: issued)
  }

  func selfView(_ account: Account) -> SelfUser {
    var view = SelfUser(user: account.user, email: account.email)
    view.hasSecondFactor = state.personal.secondFactors[account.user.id] != nil
    return view
  }

  private func sessions(of user: Snowflake) -> [LoginSession] {
    state.personal.userLogins.sorted(user).reversed().compactMap { state.personal.login(user, $0) }
  }

  /// Notes that a gateway session began with the token.
  mutating func noteUse(of issued: WallTime?, _ user: Snowflake, _ now: WallTime) throws(ChatError) {
    guard let issued, var session = state.personal.login(user, issued),
      now.milliseconds &- session.lastUsedAt.milliseconds >= Limits.loginUseStep
    else { return }
    session.lastUsedAt = now
    try keep(.personal(.login(session)))
  }

  private mutating func end(_ issued: WallTime, of user: Snowflake) throws(ChatError) {
    try keep(.personal(.endLogin(user: user, issued: issued)))
    emit(.tokenRevoked(user: user, issued: issued), to: .user(user))
  }

  /// Voids all tokens; from when on new ones hold.
  mutating func revokeAll(_ user: Snowflake, _ now: WallTime) throws(ChatError) -> WallTime {
    guard var account = state.accounts[user] else { throw .code(.unknownUser) }
    let next = now.milliseconds.addingReportingOverflow(1).partialValue
    let newest = state.personal.userLogins.sorted(user).last?.milliseconds ?? 0
    account.tokensValidAfter = max(
      account.tokensValidAfter,
      WallTime(milliseconds: max(next, newest.addingReportingOverflow(1).partialValue)))
    try keep(.account(account))
    try keep(.personal(.endLogins(user: user)))
    emit(.tokensRevoked(user: user), to: .user(user))
    return account.tokensValidAfter
  }

  // MARK: The second factor

  private mutating func setSecondFactor(
    _ secret: [UInt8], _ step: Int64, _ user: Snowflake, _ now: WallTime
  ) throws(ChatError) -> ChatReply {
    guard state.personal.secondFactors[user] == nil else { throw .code(.hasSecondFactor) }
    let factor = SecondFactor(secret: secret, lastStep: step, backupCodes: newBackupCodes())
    try keep(.personal(.secondFactor(user: user, factor)))
    let reply = try open(user, try revokeAll(user, now), .unknown, now)
    guard case .authenticated(let account, let issued) = reply else { return reply }
    return .personal(.secondFactorSet(account, issued: issued, factor.backupCodes))
  }

  private mutating func newBackupCodes() -> [BackupCode] {
    (0..<Limits.backupCodes).map { _ in BackupCode(text: random.text(8, of: .alphanumeric), isUsed: false) }
  }

  /// Takes a proof, which holds once.
  private mutating func prove(_ proof: FactorProof, of user: Snowflake) throws(ChatError) {
    guard var factor = state.personal.secondFactors[user] else { throw .code(.noSecondFactor) }
    switch proof {
    case .step(let step):
      guard step > factor.lastStep else { throw .code(.wrongSecondFactor) }
      factor.lastStep = step
    case .backup(let text):
      guard let index = factor.backupCodes.firstIndex(where: { $0.text == text && !$0.isUsed }) else {
        throw .code(.wrongSecondFactor)
      }
      factor.backupCodes[index].isUsed = true
    }
    try keep(.personal(.secondFactor(user: user, factor)))
  }

  // MARK: The end of an account

  private mutating func disable(_ user: Snowflake, _ now: WallTime) throws(ChatError) {
    try keep(.personal(.disabled(user: user, true)))
    _ = try revokeAll(user, now)
  }

  private mutating func delete(_ user: Snowflake, _ asker: Asker) throws(ChatError) {
    let guilds = state.userGuilds.sorted(user)
    guard !guilds.contains(where: { state.guilds[$0]?.ownerID == user }) else { throw .code(.ownsGuilds) }
    for guild in guilds {
      if let member = member(guild, user) { try removeMember(member) }
    }
    for id in state.userChannels.sorted(user) {
      guard let channel = state.channels[id] else { continue }
      if channel.kind == .group {
        try leaveGroup(channel, user, by: user, asker.at)
      } else if state.personal.readState(id, user) != nil {
        try keep(.personal(.deleteReadState(channel: id, user: user)))
      }
    }
    for side in relationships(of: user) { try part(side.user.id, user, endsBlock: true) }
    for id in state.applications.keys.sorted() {
      guard var application = state.applications[id], application.ownerID == user else { continue }
      application.ownerID = nil
      try keep(.application(application))
    }
    try anonymise(user, asker.at)
  }

  /// Takes name, picture, address and password from an account; no token holds for it again.
  private mutating func anonymise(_ user: Snowflake, _ now: WallTime) throws(ChatError) {
    _ = try revokeAll(user, now)
    try keep(.personal(.forget(user: user)))
    let nobody = User(
      id: user, username: Limits.deletedPrefix + user.description, globalName: "Deleted User", isBot: false)
    try keep(
      .account(
        Account(
          user: nobody, email: nil, passwordHash: nil, tokensValidAfter: WallTime(milliseconds: .max))))
  }

  private func export(_ user: Snowflake) throws(ChatError) -> PersonalExport {
    guard let account = state.accounts[user] else { throw .code(.unknownUser) }
    let channels = state.userChannels.sorted(user).compactMap { state.channels[$0] }
    let memberships = state.userGuilds.sorted(user).compactMap { id -> PersonalExport.Membership? in
      guard let guild = state.guilds[id], let member = member(id, user) else { return nil }
      return PersonalExport.Membership(guild: guild, member: member)
    }
    let snapshots = memberships.map { snapshot(Seat(guild: $0.guild, member: $0.member, at: user.time)) }
    let views = channels.map { view($0, for: user) }
    return PersonalExport(
      user: selfView(account), sessions: sessions(of: user), relationships: relationships(of: user),
      memberships: memberships, privateChannels: views, readStates: readStates(of: user, snapshots, views),
      notifications: notifications(of: user),
      applications: state.applications.all.values.filter { $0.ownerID == user }.sorted { $0.id < $1.id })
  }
}
