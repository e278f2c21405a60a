internal import Base
internal import ChatCore
internal import Crypto
internal import Glibc
internal import Net
internal import Signaling

/// What an operator does without a server: accounts, guilds, invites and tokens, straight in the database.
///
/// Each command takes the data directory's lock, so it is refused while a server runs. What it makes is
/// durable when it says so.
struct Operator: ~Copyable {
  private let directory: DataDirectory
  private let configuration: Configuration
  private let now: WallTime
  private let tokens: TokenAuthority
  private var chat: Chat

  /// Opens the data directory of `configuration`, and makes it when it is not there.
  ///
  /// - Throws: ``ServerError`` when it is in use or damaged.
  init(_ configuration: Configuration) throws(ServerError) {
    let now = WallClock.now()
    let directory = try DataDirectory(configuration.dataDirectory)
    let secret = try InstanceSecret.load(in: directory)
    chat = try Operator.open(configuration, in: directory, at: now)
    self.now = now
    self.directory = directory
    self.configuration = configuration
    tokens = TokenAuthority(secret: secret)
  }

  private static func open(
    _ configuration: Configuration, in directory: borrowing DataDirectory, at now: WallTime
  ) throws(ServerError) -> Chat {
    do {
      return try RoostServer.openChat(configuration, in: directory, at: now)
    } catch let error as ServerError {
      throw error
    } catch {
      throw .store("\(error)")
    }
  }

  /// Does what `words` say; what is to be printed, or `nil` when there is no such command.
  mutating func perform(_ words: [String]) throws(ServerError) -> String? {
    switch (words.first, words.dropFirst().first, Array(words.dropFirst(2))) {
    case ("user", "create", let names) where names.count == 1: try createUser(names[0])
    case ("user", "password", let names) where names.count == 1: try resetPassword(names[0])
    case ("user", "logout", let names) where names.count == 1:
      try order(names[0], AccountOrder.endSessions)
    case ("user", "disable", let names) where names.count == 1: try order(names[0], AccountOrder.disable)
    case ("user", "delete", let names) where names.count == 1: try order(names[0], AccountOrder.delete)
    case ("user", "reset-mfa", let names) where names.count == 1:
      try order(names[0], AccountOrder.removeSecondFactor)
    case ("user", "export", let names) where names.count == 2: try export(names[0], to: names[1])
    case ("user", "bot", let names) where names.count == 2: try createBot(names[0], guild: names[1])
    case ("guild", "create", let names) where names.count == 2: try createGuild(names[0], owner: names[1])
    case ("invite", "create", let names) where names.count == 1: try createInvite(names[0])
    case ("token", let user?, let rest) where rest.isEmpty: try mint(try self.user(user)) + "\n"
    default: nil
    }
  }

  private mutating func createUser(_ name: String) throws(ServerError) -> String {
    let (password, hash) = try newPassword()
    let registration = Registration(
      username: name, globalName: nil, email: nil, passwordHash: hash, inviteCode: nil)
    let id = try ask(.register(registration)) { reply -> Snowflake? in
      if case .authenticated(let account, issued: _) = reply { account.user.id } else { nil }
    }
    return "User      \(id)\nPassword  \(password)\n"
  }

  private mutating func resetPassword(_ name: String) throws(ServerError) -> String {
    let id = try user(name)
    let (password, hash) = try newPassword()
    _ = try ask(.setPassword(user: id, hash: hash)) { reply -> Bool? in reply == .done ? true : nil }
    return "User      \(id)\nPassword  \(password)\n"
  }

  private mutating func createBot(_ name: String, guild: String) throws(ServerError) -> String {
    let guild = try number(guild)
    // Before the bot is made, so that a wrong guild leaves nothing behind.
    _ = try ask(.guild(guild)) { reply -> Bool? in if case .guild = reply { true } else { nil } }
    let id = try ask(.createBot(name: name)) { reply -> Snowflake? in
      if case .bot(let application) = reply { application.id } else { nil }
    }
    _ = try ask(.addBot(guild: guild, bot: id)) { reply -> Bool? in reply == .done ? true : nil }
    return "Bot       \(id)\nToken     \(try mint(id))\n"
  }

  private mutating func createGuild(_ name: String, owner: String) throws(ServerError) -> String {
    let owner = try user(owner)
    let guild = try ask(.createGuild(name: name, owner: owner)) { reply -> Snowflake? in
      if case .guild(let snapshot) = reply { snapshot.guild.id } else { nil }
    }
    return "Guild     \(guild)\n" + (try createInvite(guild.description))
  }

  /// An invite without end to the guild's first text channel.
  private mutating func createInvite(_ guild: String) throws(ServerError) -> String {
    let channel = try ask(.channels(guild: try number(guild))) { reply -> Snowflake? in
      guard case .channels(let channels) = reply else { return nil }
      return (channels.first { $0.kind.holdsMessages && !$0.kind.isVoice } ?? channels.first)?.id
    }
    var parameters = InviteParameters()
    parameters.maxAge = 0
    let code = try ask(.createInvite(channel: channel, parameters)) { reply -> String? in
      if case .invite(let view) = reply { view.invite.code } else { nil }
    }
    let port = configuration.httpListen.first.map { ":\($0.port)" } ?? ""
    let site =
      configuration.publicURL.isEmpty ? "https://\(configuration.publicHost)\(port)" : configuration.publicURL
    return "Invite    \(site)/invite/\(code)\n"
  }

  private func mint(_ user: Snowflake) throws(ServerError) -> String {
    guard let token = tokens.mint(user: user, at: now) else { throw .store("no memory to sign a token") }
    return token
  }

  /// The user with a name or an id.
  mutating func user(_ name: String) throws(ServerError) -> Snowflake {
    if let id = Snowflake(name) {
      return try ask(.user(id)) { reply -> Snowflake? in
        if case .user(let user) = reply { user.id } else { nil }
      }
    }
    let known = try ask(.credentials(login: name)) { reply -> Credentials?? in
      if case .credentials(let credentials) = reply { .some(credentials) } else { nil }
    }
    guard let known else { throw .usage("there is no user called \(name)") }
    return known.userID
  }

  private func number(_ text: String) throws(ServerError) -> Snowflake {
    guard let id = Snowflake(text) else { throw .usage("\(text) is no id") }
    return id
  }

  private func newPassword() throws(ServerError) -> (password: String, hash: String) {
    var random = SystemRandom()
    let password = random.text(16, of: .alphanumeric)
    guard let hash = PasswordHash.hash(password) else { throw .store("no memory to hash a password") }
    return (password, hash)
  }

  mutating func ask<Answer>(
    _ command: ChatCommand, _ read: (ChatReply) -> Answer?
  ) throws(ServerError) -> Answer {
    let outputs = chat.perform([ChatRequest(id: 0, actor: .system, command: command, at: now)])
    for case .reply(_, let reply) in outputs {
      if let answer = read(reply) { return answer }
      throw .usage(Operator.text(reply))
    }
    throw .store("no answer")
  }

  /// A refusal in a person's words.
  private static func text(_ reply: ChatReply) -> String {
    switch reply {
    case .failure(.form(let problems)):
      problems.map { "\($0.path.joined(separator: ".")): \($0.message)" }.joined(separator: "; ")
    case .failure(.code(let code)): code.message
    case .failure(.unavailable): "the database takes no changes"
    default: "\(reply)"
    }
  }
}
