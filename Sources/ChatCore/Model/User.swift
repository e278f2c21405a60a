public import Base

/// A person or a bot, as everybody may see it.
public struct User: Hashable, Sendable {
  /// The user's id; its time is the registration.
  public let id: Snowflake
  /// The unique name: 2 to 32 of `a-z 0-9 _ .`, for bots any display text.
  public var username: String
  /// The display name, when it differs from the username.
  public var globalName: String?
  /// Whether an application speaks through this user (discriminator "0000" instead of "0").
  public var isBot: Bool
  /// The blob of the picture; clients are told ``Picture/name(_:)``.
  public var avatar: String?

  /// Makes a user.
  public init(id: Snowflake, username: String, globalName: String?, isBot: Bool) {
    self.id = id
    self.username = username
    self.globalName = globalName
    self.isBot = isBot
    avatar = nil
  }
}

/// A user with what only the user and the store may see.
public struct Account: Hashable, Sendable {
  /// The public part.
  public var user: User
  /// The e-mail address to log in with, lower case; `nil` for bots and people who gave none.
  public var email: String?
  /// Argon2id in its string form; `nil` for bots, which have only tokens.
  public var passwordHash: String?
  /// Tokens issued before this time are void; ``WallTime`` 0 when none was ever revoked.
  public var tokensValidAfter: WallTime

  /// Makes an account.
  public init(user: User, email: String?, passwordHash: String?, tokensValidAfter: WallTime) {
    self.user = user
    self.email = email
    self.passwordHash = passwordHash
    self.tokensValidAfter = tokensValidAfter
  }
}

/// The user object that its owner gets: READY's `user`, `GET /users/@me`, USER_UPDATE.
public struct SelfUser: Hashable, Sendable {
  /// The public part.
  public var user: User
  /// The e-mail address, if any.
  public var email: String?
  /// Whether log-ins need a second factor.
  public var hasSecondFactor = false

  /// Makes the owner's view.
  public init(user: User, email: String?) {
    self.user = user
    self.email = email
  }
}

/// A bot's application; its id equals its bot user's id.
public struct Application: Hashable, Sendable {
  /// The application's and the bot user's id.
  public let id: Snowflake
  /// The application's name.
  public var name: String
  /// The description, possibly empty.
  public var description: String
  /// The person who made it; `nil` when the operator did.
  public var ownerID: Snowflake?
  /// Discord's application flags.
  public var flags: UInt32
  /// The flags that grant the privileged intents: presences (bit 13), members (15), message content (19).
  ///
  /// A new application has them: whoever runs a bot on their own server need not ask anybody.
  public static let privilegedIntentFlags: UInt32 = 1 << 13 | 1 << 15 | 1 << 19
  /// 64 hexadecimal digits, unique to the application; what bots verify signatures with is known outside.
  public var verifyKey: String
  /// Where interactions are sent over HTTP instead of the gateway.
  public var interactionsEndpoint: String?

  /// Makes an application.
  public init(
    id: Snowflake, name: String, description: String, ownerID: Snowflake?, flags: UInt32, verifyKey: String
  ) {
    self.id = id
    self.name = name
    self.description = description
    self.ownerID = ownerID
    self.flags = flags
    self.verifyKey = verifyKey
  }
}
