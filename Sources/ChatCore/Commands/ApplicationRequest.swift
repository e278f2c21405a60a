public import Base

/// What is asked about an application.
public enum ApplicationRequest: Hashable, Sendable {
  /// → ``ChatReply/application(_:owner:)`` The bot changes its application. An endpoint was verified before.
  case modify(ApplicationChanges)
  /// → ``ChatReply/done`` and ``InteractionEvent/failure(id:nonce:)``, unless the bot has answered.
  ///
  /// Only `.system`: whoever watches the three seconds, or asked the endpoint in vain.
  case failInteraction(Snowflake)
}

/// PATCH of an application.
public struct ApplicationChanges: Hashable, Sendable {
  /// Up to ``Limits/applicationDescriptionLength`` code points.
  public var description = Change<String>.keep
  /// Where interactions are sent; nil sends them over the gateway again.
  public var interactionsEndpoint = Change<String?>.keep

  /// Changes nothing; set what the body gives.
  public init() {}
}

/// More of what happens to interactions.
public enum InteractionEvent: Hashable, Sendable {
  /// INTERACTION_FAILURE to the person's session: the bot did not answer in time, or could not be reached.
  case failure(id: Snowflake, nonce: Nonce?)
  /// No dispatch: to be sent to the bot's endpoint instead.
  case posted(InteractionView, endpoint: String)
}
