import Base
import ChatCore

/// The answers of those who do what takes long: passwords and pictures.
extension RESTAPI {
  /// The worker hashed a password; `nil` when it could not.
  public mutating func hashed(
    _ id: UInt64, _ hash: String?, at now: Moment, into actions: inout [RESTAction]
  ) {
    guard let exchange = exchanges[id] else { return }
    guard let hash else {
      return finish(id, RESTError.overloaded.response, exchange, at: now, into: &actions)
    }
    switch exchange.stage {
    case .hash(var registration):
      registration.passwordHash = hash
      exchanges[id]?.stage = .session
      ask(.register(registration), as: .nobody, id: id, at: now, into: &actions)
    case .newHash(var changes):
      changes.passwordHash = .set(hash)
      exchanges[id]?.stage = .session
      ask(.modifyCurrentUser(changes), as: exchange.actor, id: id, at: now, into: &actions)
    default: return
    }
  }

  /// The worker verified a password.
  public mutating func verified(
    _ id: UInt64, _ isRight: Bool, at now: Moment, into actions: inout [RESTAction]
  ) {
    guard let exchange = exchanges[id] else { return }
    switch exchange.stage {
    case .verdict(let credentials, let login):
      guard let credentials, isRight else {
        return finish(id, RESTError.invalidLogin.response, exchange, at: now, into: &actions)
      }
      let opening = SessionOpening(
        user: credentials.userID, client: login.client, enables: login.enables)
      admit(id, credentials, opening, exchange, at: now, into: &actions)
    case .confirmed(let confirmed):
      guard isRight else {
        return finish(id, RESTError.wrongPassword.response, exchange, at: now, into: &actions)
      }
      perform(id, confirmed, exchange, at: now, into: &actions)
    default: return
    }
  }

  /// The worker kept a picture, or did not.
  public mutating func kept(
    _ id: UInt64, _ picture: KeptPicture, at now: Moment, into actions: inout [RESTAction]
  ) {
    guard let exchange = exchanges[id], case .picture(let command) = exchange.stage else { return }
    switch picture {
    case .kept(let blob):
      exchanges[id]?.stage = .reply
      var request = ChatRequest(
        id: ChatRequestOrigin.rest.id(id), actor: exchange.actor, command: command.with(picture: blob),
        at: now.wall)
      request.reason = exchange.reason
      actions.append(.chat(request))
    case .invalid:
      let problem = FieldError(
        path: [command.pictureField], code: "IMAGE_INVALID", message: "Invalid image data")
      finish(id, RESTError.form([problem]).response, exchange, at: now, into: &actions)
    case .failed: finish(id, RESTError.overloaded.response, exchange, at: now, into: &actions)
    }
  }
}
