public import Base

/// What people use to call a command; raw values are Discord's.
public enum CommandKind: Int, CaseIterable, Hashable, Sendable {
  /// Typed after a slash.
  case chat = 1
  /// Chosen on a user.
  case user = 2
  /// Chosen on a message.
  case message = 3
}

/// What a bot's author writes about a command.
public struct CommandBody: Hashable, Sendable {
  /// How it is called.
  public var kind: CommandKind
  /// 1 to 32 code points; lower case for those after a slash.
  public var name: String
  /// 1 to 100 code points after a slash, else empty.
  public var description: String = ""
  /// Arguments and subcommands in Discord's form, checked and handed on.
  public var options: [PlainValue] = []
  /// Who may use it without more: nil anybody, empty only administrators.
  public var defaultPermissions: Permissions?
  /// Whether it is for channels with an age gate.
  public var isNSFW: Bool = false
  /// Whether it works in private channels with the bot.
  public var worksInPrivate: Bool = true
  /// The name in other languages.
  public var nameLocalizations: PlainValue?
  /// The description in other languages.
  public var descriptionLocalizations: PlainValue?

  /// A command without arguments for everybody.
  public init(kind: CommandKind, name: String) {
    self.kind = kind
    self.name = name
  }
}

/// A command that an application offers.
public struct ApplicationCommand: Hashable, Sendable {
  /// The command's id.
  public let id: Snowflake
  /// The application, whose id is its bot's.
  public let applicationID: Snowflake
  /// The only guild that has it; `nil` for all of the bot's.
  public let guildID: Snowflake?
  /// Changes with every change of the body.
  public var version: Snowflake
  /// What its author wrote.
  public var body: CommandBody

  /// Makes a command.
  public init(
    id: Snowflake, applicationID: Snowflake, guildID: Snowflake?, version: Snowflake, body: CommandBody
  ) {
    self.id = id
    self.applicationID = applicationID
    self.guildID = guildID
    self.version = version
    self.body = body
  }
}

/// POST, PUT and PATCH of a command.
public struct CommandChanges: Hashable, Sendable {
  /// How it is called; only at creation.
  public var kind: CommandKind = .chat
  /// The name.
  public var name: Change<String> = .keep
  /// The description.
  public var description: Change<String> = .keep
  /// All arguments.
  public var options: Change<[PlainValue]> = .keep
  /// Who may use it.
  public var defaultPermissions: Change<Permissions?> = .keep
  /// The age gate.
  public var isNSFW: Change<Bool> = .keep
  /// Whether it works in private channels.
  public var worksInPrivate: Change<Bool> = .keep
  /// The name in other languages.
  public var nameLocalizations: Change<PlainValue?> = .keep
  /// The description in other languages.
  public var descriptionLocalizations: Change<PlainValue?> = .keep

  /// Changes nothing; set what the body gives.
  public init() {}

  /// Applies what was given.
  func apply(to body: inout CommandBody) {
    if case .set(let name) = name { body.name = name }
    if case .set(let description) = description { body.description = description }
    if case .set(let options) = options { body.options = options }
    if case .set(let permissions) = defaultPermissions { body.defaultPermissions = permissions }
    if case .set(let isNSFW) = isNSFW { body.isNSFW = isNSFW }
    if case .set(let works) = worksInPrivate { body.worksInPrivate = works }
    if case .set(let texts) = nameLocalizations { body.nameLocalizations = texts }
    if case .set(let texts) = descriptionLocalizations { body.descriptionLocalizations = texts }
  }
}

/// Which of an application's commands are meant: its global ones or those of one guild.
public struct CommandScope: Hashable, Sendable {
  /// The application.
  public var application: Snowflake
  /// The guild; nil for the global ones.
  public var guild: Snowflake?

  /// Makes a scope.
  public init(application: Snowflake, guild: Snowflake?) {
    self.application = application
    self.guild = guild
  }
}

/// The commands that a person can call somewhere, with the bots that offer them.
public struct CommandIndex: Hashable, Sendable {
  /// The applications, ascending by id.
  public var applications: [Application]
  /// Their commands, ascending by id.
  public var commands: [ApplicationCommand]

  /// Makes an index.
  public init(applications: [Application], commands: [ApplicationCommand]) {
    self.applications = applications
    self.commands = commands
  }
}
