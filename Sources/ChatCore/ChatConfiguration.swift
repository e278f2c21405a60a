/// Who may register.
public enum RegistrationPolicy: Hashable, Sendable {
  /// Only with an invite.
  case invited
  /// Anybody.
  case open
  /// Nobody but whom the operator makes.
  case closed
}

/// What the operator decides about the chat core.
public struct ChatConfiguration: Hashable, Sendable {
  /// Who may register.
  public var registration: RegistrationPolicy
  /// Worker-and-process number in every id that this process mints, 0 to 1023.
  public var node: UInt16

  /// Makes a configuration.
  public init(registration: RegistrationPolicy, node: UInt16) {
    self.registration = registration
    self.node = node
  }
}
