import Base
import ChatCore
import JSON

/// Registering, logging in and what people do with their own account.
extension RESTCall {
  func accountPlan() throws(RESTError) -> RESTPlan {
    switch route {
    case .register: return try registerPlan()
    case .login: return try logInPlan()
    case .logInWithCode, .logInWithBackupCode:
      var form = try form()
      let ticket = form.requiredString("ticket")
      let code = form.requiredString("code")
      try form.check()
      return .logInWithCode(ticket: ticket, code: code)
    case .logout: return .ask(.account(.endSession))
    case .getSessions: return .ask(.account(.sessions))
    case .endSessions:
      var form = try form()
      let codes = form.strings("session_id_hashes")
      if codes == nil { form.noteMissing("session_id_hashes") }
      try form.check()
      return .ask(.account(.endSessions(codes ?? [])))
    case .modifySelf: return try modifySelfPlan()
    case .getUser: return .ask(.user(try user("user")))
    case .getOwnOAuthApplication, .getOwnApplication: return .ask(.currentApplication)
    case .modifyOwnApplication: return try applicationPlan()
    case .getOwnGuilds: return .ask(.currentGuilds)
    case .getPrivateChannels: return .ask(.privateChannels)
    case .createDirectMessage: return .ask(try openPrivate())
    case .leaveGuild: return .ask(.leaveGuild(try id("guild")))
    default: return .ask(.currentUser)
    }
  }

  /// What only the account's owner may do; most of it asks for the password again.
  func securityPlan() throws(RESTError) -> RESTPlan {
    if route == .exportAccount { return .ask(.account(.export)) }
    var form = try form()
    if route == .disableSecondFactor {
      let code = form.requiredString("code")
      try form.check()
      return .removeFactor(code: code)
    }
    let password = form.requiredString("password")
    switch route {
    case .enableSecondFactor:
      let code = form.requiredString("code")
      let secret = Base32.decode(form.requiredString("secret")) ?? []
      if form.value("secret") != nil, !limits.secretCount.contains(secret.count) {
        form.note("secret", "INVALID_SECRET", "Must be Base32 of 10 to 64 octets.")
      }
      try form.check()
      return .enableFactor(secret: secret, code: code, password: password)
    default:
      try form.check()
      let commands: [RESTRoute: AccountCommand] = [
        .renewBackupCodes: .renewBackupCodes, .disableAccount: .disable, .deleteAccount: .delete,
      ]
      guard let command = commands[route] else { throw .notFound }
      return .confirm(password: password, .ask(.account(command)))
    }
  }

  private func modifySelfPlan() throws(RESTError) -> RESTPlan {
    var form = try form()
    var changes = UserChanges()
    changes.username = form.change("username") { $0.string($1) }
    changes.globalName = form.clearable("global_name") { $0.string($1) }
    let avatar = form.clearable("avatar") { $0.picture($1) }
    if case .set(nil) = avatar { changes.avatar = .set(nil) }
    guard let next = form.string("new_password") else {
      try form.check()
      return RESTCall.plan(.modifyCurrentUser(changes), with: avatar)
    }
    let password = form.requiredString("password")
    checkPassword(next, "new_password", &form)
    if case .set(_?) = avatar {
      form.note("avatar", "IMAGE_INVALID", "A new password and a picture are two requests.")
    }
    try form.check()
    return .confirm(password: password, .change(changes, newPassword: next))
  }

  private func checkPassword(_ password: String, _ key: String, _ form: inout FormReader) {
    guard !limits.passwordCount.contains(password.unicodeScalars.count) else { return }
    form.note(
      key, "BASE_TYPE_BAD_LENGTH",
      "Must be between \(limits.passwordCount.lowerBound) and \(limits.passwordCount.upperBound) in length.")
  }

  /// Libraries name one recipient, people's clients a list; any other number than one is a group.
  private func openPrivate() throws(RESTError) -> ChatCommand {
    var form = try form()
    let list = form.snowflakes("recipients")
    let one = form.snowflake("recipient_id")
    if one == nil, list == nil { form.noteMissing("recipient_id") }
    try form.check()
    if let one { return .openDirect(user: one) }
    if let list, let only = list.first, list.count == 1 { return .openDirect(user: only) }
    return .openGroup(list ?? [])
  }

  private func registerPlan() throws(RESTError) -> RESTPlan {
    var form = try form()
    let username = form.requiredString("username")
    let password = form.requiredString("password")
    var registration = Registration(
      username: username, globalName: form.string("global_name"), email: form.string("email"),
      passwordHash: "", inviteCode: form.string("invite"))
    registration.client = client
    if form.value("password") != nil { checkPassword(password, "password", &form) }
    try form.check()
    return .register(registration, password: password)
  }

  private func logInPlan() throws(RESTError) -> RESTPlan {
    var form = try form()
    let login = form.requiredString("login")
    let password = form.requiredString("password")
    let enables = form.bool("undelete") ?? false
    try form.check()
    guard login.utf8.count <= Limits.emailLength,
      password.unicodeScalars.count <= limits.passwordCount.upperBound
    else { throw .invalidLogin }
    return .logIn(login: login, password: password, enables: enables)
  }

  /// What the User-Agent says of the client, in words that people know.
  var client: ClientDescription {
    let agent = (request.header("user-agent") ?? "").prefix(512)
    func first(_ names: [(String, String)]) -> String {
      names.first { agent.contains($0.0) }?.1 ?? "Other"
    }
    return ClientDescription(
      os: first([
        ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"),
        ("Mac OS X", "Mac OS X"), ("Linux", "Linux"),
      ]),
      platform: first([
        ("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
      ]))
  }
}
