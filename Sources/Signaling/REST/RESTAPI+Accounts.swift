import Base
import ChatCore
import Crypto
import JSON

/// What is done once the asker's password was found right.
enum Confirmed: Sendable {
  /// The chat core is asked.
  case ask(ChatCommand)
  /// A new password is hashed, then the account is changed.
  case change(UserChanges, newPassword: String)
}

/// A log-in whose password is verified.
struct RESTLogin: Sendable {
  let password: String
  let client: ClientDescription
  let enables: Bool
}

/// Log-ins with a second factor, and what needs the password again.
///
/// ```
/// password right ─▶ no second factor ─▶ session
///                └▶ ticket ─▶ code ─▶ session        the ticket is signed and holds for five minutes
/// token ─▶ own credentials ─▶ password right ─▶ the command that needed it
/// ```
extension RESTAPI {
  /// The password of a log-in was verified.
  mutating func admit(
    _ id: UInt64, _ credentials: Credentials, _ opening: SessionOpening, _ exchange: Exchange, at now: Moment,
    into actions: inout [RESTAction]
  ) {
    if credentials.isDisabled, !opening.enables {
      let error = RESTError(.code(.accountDisabled))
      return finish(id, error.response, exchange, at: now, into: &actions)
    }
    guard credentials.secondFactor != nil else {
      exchanges[id]?.stage = .session
      return ask(.openSession(opening), as: .nobody, id: id, at: now, into: &actions)
    }
    guard let ticket = tokens.ticket(user: opening.user, at: now.wall) else {
      return finish(id, RESTError.internalError.response, exchange, at: now, into: &actions)
    }
    let response = RESTResponse.object {
      $0.field("user_id", opening.user)
      $0.field("mfa", true)
      $0.field("ticket", ticket)
      $0.field("totp", true)
      $0.field("sms", false)
      $0.field("backup", true)
      $0.null("webauthn")
    }
    finish(id, response, exchange, at: now, into: &actions)
  }

  /// A code came with the ticket of a log-in.
  mutating func logIn(
    _ ticket: String, _ code: String, _ call: RESTCall, _ exchange: Exchange, id: UInt64, at now: Moment,
    into actions: inout [RESTAction]
  ) throws(RESTError) {
    try throttle(login: nil, call.request.remote, at: now)
    guard let user = tokens.verify(ticket: ticket, at: now.wall) else { throw .invalidTicket }
    try throttle(codesOf: user, at: now)
    var exchange = exchange
    // The account was to be enabled when the password came, or the ticket would not be there.
    exchange.stage = .factor(code, SessionOpening(user: user, client: call.client, enables: true))
    exchanges[id] = exchange
    ask(.credentialsOf(user), as: .nobody, id: id, at: now, into: &actions)
  }

  /// The second factor of a log-in is known.
  mutating func prove(
    _ id: UInt64, _ code: String, _ opening: SessionOpening, _ credentials: Credentials?,
    _ exchange: Exchange,
    at now: Moment, into actions: inout [RESTAction]
  ) {
    guard let factor = credentials?.secondFactor, let proof = factor.proof(of: code, at: now.wall) else {
      return finish(id, RESTError(.code(.wrongSecondFactor)).response, exchange, at: now, into: &actions)
    }
    var opening = opening
    opening.proof = proof
    exchanges[id]?.stage = .session
    ask(.openSession(opening), as: .nobody, id: id, at: now, into: &actions)
  }

  /// Asks for the asker's own password hash.
  mutating func confirm(
    _ password: String, _ confirmed: Confirmed, _ call: RESTCall, _ exchange: Exchange, id: UInt64,
    at now: Moment, into actions: inout [RESTAction]
  ) throws(RESTError) {
    try throttle(login: "\(try call.own())", call.request.remote, at: now)
    var exchange = exchange
    exchange.stage = .confirmation(password: password, confirmed)
    exchanges[id] = exchange
    ask(.account(.credentials), as: call.actor, id: id, at: now, into: &actions)
  }

  /// The asker's password was verified.
  mutating func perform(
    _ id: UInt64, _ confirmed: Confirmed, _ exchange: Exchange, at now: Moment,
    into actions: inout [RESTAction]
  ) {
    switch confirmed {
    case .ask(let command):
      exchanges[id]?.stage = .reply
      ask(command, as: exchange.actor, id: id, at: now, into: &actions)
    case .change(let changes, let password):
      exchanges[id]?.stage = .newHash(changes)
      actions.append(.hashPassword(id: id, password: password))
    }
  }

  /// Removes the second factor with one of its codes.
  mutating func removeFactor(
    _ code: String, _ call: RESTCall, _ exchange: Exchange, id: UInt64, at now: Moment,
    into actions: inout [RESTAction]
  ) throws(RESTError) {
    try throttle(codesOf: try call.own(), at: now)
    var exchange = exchange
    exchange.stage = .removal(code)
    exchanges[id] = exchange
    ask(.account(.credentials), as: call.actor, id: id, at: now, into: &actions)
  }

  /// The second factor that is to go is known.
  mutating func remove(
    _ id: UInt64, _ code: String, _ credentials: Credentials?, _ exchange: Exchange, at now: Moment,
    into actions: inout [RESTAction]
  ) {
    guard let factor = credentials?.secondFactor else {
      return finish(id, RESTError(.code(.noSecondFactor)).response, exchange, at: now, into: &actions)
    }
    guard let proof = factor.proof(of: code, at: now.wall) else {
      return finish(id, RESTError(.code(.wrongSecondFactor)).response, exchange, at: now, into: &actions)
    }
    exchanges[id]?.stage = .session
    ask(
      .account(.removeSecondFactor(proof)), as: exchange.actor, id: id, at: now, into: &actions)
  }

  /// Counts a code against its account.
  mutating func throttle(codesOf user: Snowflake, at now: Moment) throws(RESTError) {
    let tried = codes.count(user, limits.codeRate, at: now.instant)
    guard tried.isAllowed else { throw .limitedLogin(tried.resetAfter) }
  }

  /// Counts a password against its address, and its account when one is named.
  mutating func throttle(
    login: String?, _ remote: IPAddress, at now: Moment
  ) throws(RESTError) {
    let byAddress = addressLogins.count(remote, limits.addressLoginRate, at: now.instant)
    guard byAddress.isAllowed else { throw .limitedLogin(byAddress.resetAfter) }
    guard let login else { return }
    let byAccount = accountLogins.count(login, limits.accountLoginRate, at: now.instant)
    guard byAccount.isAllowed else { throw .limitedLogin(byAccount.resetAfter) }
  }

  /// The answer to whoever logged in, changed the password or turned the second factor on or off.
  func authenticated(
    _ account: SelfUser, issued: WallTime, _ route: RESTRoute, _ codes: [BackupCode]? = nil
  ) -> RESTResponse {
    guard let token = tokens.mint(user: account.user.id, at: issued) else {
      return RESTError.internalError.response
    }
    return .object {
      if route == .modifySelf { $0.selfUser(account) }
      $0.field("token", token)
      if let codes { $0.backupCodes(codes, of: account.user.id) }
      guard route == .login || route == .register || route == .logInWithCode || route == .logInWithBackupCode
      else { return }
      $0.field("user_id", account.user.id)
      $0.object("user_settings") {
        $0.field("locale", "en-US")
        $0.field("theme", "dark")
      }
    }
  }
}

extension SecondFactor {
  /// What a code proves: that of a time step, or one on paper; `nil` when it is neither.
  fileprivate func proof(of code: String, at now: WallTime) -> FactorProof? {
    if let step = TOTP.step(of: code, secret: secret, at: now) { return .step(step) }
    // People write codes on paper with a hyphen or in capitals.
    let text = code.filter { $0 != "-" && $0 != " " }
    let unused = backupCodes.filter { !$0.isUsed && Digest.areEqual(Array($0.text.utf8), Array(text.utf8)) }
    return unused.first.map { .backup($0.text) }
  }
}
