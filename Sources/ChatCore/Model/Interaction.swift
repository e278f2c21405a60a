public import Base

/// What a person did with an application; raw values are Discord's.
public enum InteractionKind: Int, Hashable, Sendable {
  /// Called a command.
  case command = 2
  /// Pressed a button or chose from a list.
  case component = 3
  /// Is typing an argument that the bot completes.
  case autocomplete = 4
  /// Sent a form.
  case modal = 5
}

/// What a person's client asks of an application.
public struct InteractionRequest: Hashable, Sendable {
  /// What was done.
  public var kind: InteractionKind
  /// The application.
  public var applicationID: Snowflake
  /// The channel.
  public var channelID: Snowflake
  /// The gateway session that is told what comes of it.
  public var sessionID: String?
  /// The client's own mark.
  public var nonce: Nonce?
  /// The message with the component.
  public var messageID: Snowflake?
  /// The command and its arguments, the component and its values, or the form, as Discord writes them.
  public var data: PlainValue

  /// Asks for what `data` says.
  public init(
    kind: InteractionKind, applicationID: Snowflake, channelID: Snowflake, data: PlainValue
  ) {
    self.kind = kind
    self.applicationID = applicationID
    self.channelID = channelID
    self.data = data
  }
}

/// How a message came from an interaction.
public struct InteractionMetadata: Hashable, Sendable {
  /// The interaction.
  public var id: Snowflake
  /// What was done.
  public var kind: InteractionKind
  /// Who did it.
  public var userID: Snowflake
  /// The command's name.
  public var name: String?
  /// The message with the component.
  public var messageID: Snowflake?

  /// Makes metadata.
  public init(id: Snowflake, kind: InteractionKind, userID: Snowflake, name: String?, messageID: Snowflake?) {
    self.id = id
    self.kind = kind
    self.userID = userID
    self.name = name
    self.messageID = messageID
  }
}

/// What ids in an interaction stand for.
public struct ResolvedValues: Hashable, Sendable {
  /// Users, ascending by id.
  public var users: [User] = []
  /// Those of them who are members.
  public var members: [Member] = []
  /// Roles.
  public var roles: [Role] = []
  /// Channels that the person may view.
  public var channels: [Channel] = []
  /// The message that a command was called on.
  public var messages: [MessageView] = []

  /// Nothing named.
  public init() {}

  /// Whether nothing was named.
  public var isEmpty: Bool { self == ResolvedValues() }
}

/// An interaction with everything that INTERACTION_CREATE needs.
public struct InteractionView: Hashable, Sendable {
  /// The interaction.
  public var id: Snowflake
  /// The application.
  public var applicationID: Snowflake
  /// What was done.
  public var kind: InteractionKind
  /// What authorises the answer, for 15 minutes.
  public var token: String
  /// The guild; nil in a private channel.
  public var guild: Guild?
  /// The channel.
  public var channel: Channel
  /// Who did it.
  public var user: User
  /// Its membership; nil in a private channel.
  public var member: Member?
  /// What the person may do in the channel.
  public var permissions: Permissions
  /// What the bot may do there.
  public var botPermissions: Permissions
  /// What was called, pressed or sent, in Discord's form.
  public var data: PlainValue
  /// What ids in it stand for.
  public var resolved: ResolvedValues
  /// The message with the component.
  public var message: MessageView?

  /// Makes a view.
  public init(
    id: Snowflake, applicationID: Snowflake, kind: InteractionKind, token: String, guild: Guild?,
    channel: Channel, user: User, member: Member?, permissions: Permissions, botPermissions: Permissions,
    data: PlainValue, resolved: ResolvedValues, message: MessageView?
  ) {
    self.id = id
    self.applicationID = applicationID
    self.kind = kind
    self.token = token
    self.guild = guild
    self.channel = channel
    self.user = user
    self.member = member
    self.permissions = permissions
    self.botPermissions = botPermissions
    self.data = data
    self.resolved = resolved
    self.message = message
  }
}

/// A bot's first answer to an interaction.
public enum InteractionResponse: Hashable, Sendable {
  /// A message (type 4).
  case message(MessageDraft)
  /// A message that comes later (type 5); only EPHEMERAL is taken.
  case deferredMessage(MessageFlags)
  /// The component's message is changed later, if at all (type 6).
  case deferredUpdate
  /// The component's message is changed (type 7).
  case update(MessageChanges)
  /// Completions of what is being typed (type 8).
  case choices([PlainValue])
  /// A form (type 9) in Discord's form.
  case modal(PlainValue)

  /// Discord's number.
  public var type: Int {
    switch self {
    case .message: 4
    case .deferredMessage: 5
    case .deferredUpdate: 6
    case .update: 7
    case .choices: 8
    case .modal: 9
    }
  }
}

/// What became of an answer.
public struct InteractionResult: Hashable, Sendable {
  /// The interaction.
  public var id: Snowflake
  /// What was done.
  public var kind: InteractionKind
  /// Discord's number of the answer.
  public var type: Int
  /// The message that it made or changed.
  public var message: MessageView?

  /// Makes a result.
  public init(id: Snowflake, kind: InteractionKind, type: Int, message: MessageView?) {
    self.id = id
    self.kind = kind
    self.type = type
    self.message = message
  }
}

/// Names one message of an interaction to its bot.
public struct InteractionTarget: Hashable, Sendable {
  /// The application.
  public var application: Snowflake
  /// The interaction's token.
  public var token: String
  /// The message; nil for the first answer.
  public var message: Snowflake?

  /// Names a message.
  public init(application: Snowflake, token: String, message: Snowflake?) {
    self.application = application
    self.token = token
    self.message = message
  }
}

/// What the core remembers of an interaction while its token lives; a restart forgets it.
struct Interaction: Sendable {
  /// How far the bot has answered.
  enum Phase: Sendable {
    /// Not at all.
    case open
    /// The first message is still to be filled.
    case loading
    /// It has.
    case answered
    /// It did not in time, or cannot be reached.
    case failed
  }

  let id: Snowflake
  let request: InteractionRequest
  let token: String
  let userID: Snowflake
  let guildID: Snowflake
  let at: WallTime
  /// The command's name.
  let name: String?
  let commandKind: CommandKind?
  var phase = Phase.open
  /// The first answer, or the component's message that it changes.
  var originalID: Snowflake?
  /// Messages that only the person and the bot see; they are never stored.
  var ephemeral: [Message] = []

  var metadata: InteractionMetadata {
    InteractionMetadata(
      id: id, kind: request.kind, userID: userID, name: name, messageID: request.messageID)
  }
}

/// A form that a person was shown.
struct ShownModal: Sendable {
  let customID: String
  let messageID: Snowflake?
}
