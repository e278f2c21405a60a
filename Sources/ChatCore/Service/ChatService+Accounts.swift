import Base

extension ChatService where Store: ~Copyable {
  mutating func register(_ registration: Registration, _ asker: Asker) throws(ChatError) -> ChatReply {
    guard asker.user == nil else { throw .code(.general) }
    guard asker.isSystem || configuration.registration != .closed else { throw .code(.registrationClosed) }
    let username = TextRules.username(registration.username)
    let email = registration.email?.lowercased()
    var form = FormCheck()
    checkUsername(username, &form)
    if let name = registration.globalName { form.length("global_name", name, 1...Limits.nickLength) }
    if let email {
      if !TextRules.isEmail(email) {
        form.fail(["email"], "EMAIL_TYPE_INVALID_EMAIL", "Not a well formed email address.")
      } else if state.logins[email] != nil {
        form.fail(["email"], "EMAIL_ALREADY_REGISTERED", "Email is already registered.")
      }
    }
    form.length("password", registration.passwordHash, 1...Limits.passwordHashLength)
    if registration.inviteCode == nil, configuration.registration == .invited, !asker.isSystem {
      form.fail(["invite"], "BASE_TYPE_REQUIRED", "This field is required")
    }
    try form.finish()
    var invite: Invite?
    if let code = registration.inviteCode { invite = try livingInvite(code, asker.at) }

    let user = User(
      id: ids.next(at: asker.at), username: username, globalName: registration.globalName, isBot: false)
    try keep(
      .account(
        Account(
          user: user, email: email, passwordHash: registration.passwordHash,
          tokensValidAfter: WallTime(milliseconds: 0))))
    if let invite { try join(through: invite, user.id, asker.at) }
    return try open(user.id, asker.at, registration.client, asker.at)
  }

  private func checkUsername(_ username: String, _ form: inout FormCheck) {
    form.length("username", username, Limits.usernameLengthMin...Limits.usernameLengthMax)
    if !TextRules.isUsername(username) {
      form.fail(
        ["username"], "USERNAME_INVALID_CHARACTERS",
        "Please only use numbers, letters, underscores _, or periods.")
    } else if state.logins[username] != nil || username.hasPrefix(Limits.deletedPrefix) {
      form.fail(["username"], "USERNAME_ALREADY_TAKEN", "Username is unavailable. Try another.")
    }
  }

  func credentials(_ login: String) -> ChatReply {
    .credentials(state.logins[login.lowercased()].flatMap { credentials(of: $0) })
  }

  func credentials(of user: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    guard asker.user == nil else { throw .code(.general) }
    return .credentials(credentials(of: user))
  }

  mutating func setPassword(
    _ user: Snowflake, _ hash: String, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    guard asker.isSystem else { throw .code(.general) }
    guard var account = state.accounts[user], account.passwordHash != nil else { throw .code(.unknownUser) }
    account.passwordHash = hash
    try keep(.account(account))
    _ = try revokeAll(user, asker.at)
    return .done
  }

  mutating func createBot(_ name: String, _ asker: Asker) throws(ChatError) -> ChatReply {
    if !asker.isSystem, try account(asker).user.isBot { throw .code(.botsNotAllowed) }
    let name = TextRules.trimmed(name)
    var form = FormCheck()
    form.length("name", name, Limits.usernameLengthMin...Limits.usernameLengthMax)
    try form.finish()
    let application = Application(
      id: ids.next(at: asker.at), name: name, description: "", ownerID: asker.user,
      flags: Application.privilegedIntentFlags, verifyKey: random.text(64, of: .hexadecimal))
    let user = User(id: application.id, username: name, globalName: nil, isBot: true)
    try keep(
      .account(
        Account(
          user: user, email: nil, passwordHash: nil, tokensValidAfter: WallTime(milliseconds: 0))))
    try keep(.application(application))
    return .bot(application)
  }

  func ownView(_ asker: Asker) throws(ChatError) -> SelfUser {
    selfView(try account(asker))
  }

  mutating func modifyCurrentUser(
    _ changes: UserChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    var account = try account(asker)
    var form = FormCheck()
    if case .set(let username) = changes.username {
      if account.user.isBot {
        account.user.username = TextRules.trimmed(username)
        form.length(
          "username", account.user.username, Limits.usernameLengthMin...Limits.usernameLengthMax)
      } else if TextRules.username(username) != account.user.username {
        account.user.username = TextRules.username(username)
        checkUsername(account.user.username, &form)
      }
    }
    if case .set(let name) = changes.globalName {
      account.user.globalName = name
      if let name { form.length("global_name", name, 1...Limits.nickLength) }
    }
    if case .set(let avatar) = changes.avatar { account.user.avatar = avatar }
    if case .set(let hash) = changes.passwordHash {
      guard !account.user.isBot else { throw .code(.botsNotAllowed) }
      account.passwordHash = hash
    }
    try form.finish()
    let view = selfView(account)
    if account == state.accounts[account.user.id] { return .selfUser(view) }
    try keep(.account(account))
    emit(.userUpdate(view), to: .user(account.user.id))
    for guild in state.userGuilds.sorted(account.user.id) {
      guard let member = member(guild, account.user.id) else { continue }
      emit(.memberUpdate(self.view(member)), to: .guild(guild))
    }
    guard case .set = changes.passwordHash else { return .selfUser(view) }
    return try open(account.user.id, try revokeAll(account.user.id, asker.at), .unknown, asker.at)
  }

  func user(_ id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    if !asker.isSystem { _ = try account(asker) }
    guard let account = state.accounts[id] else { throw .code(.unknownUser) }
    return .user(account.user)
  }
}
