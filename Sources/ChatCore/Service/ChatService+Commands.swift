import Base

/// Commands that bots register and people find.
extension ChatService where Store: ~Copyable {
  /// The commands of a scope by ascending id.
  func commands(of scope: CommandScope) -> [ApplicationCommand] {
    state.applicationCommands.sorted(scope.application).compactMap { state.commands[$0] }.filter {
      $0.guildID == scope.guild
    }
  }

  /// Only a bot deals with its commands, and with a guild's only as a member there.
  private func require(_ scope: CommandScope, _ asker: Asker) throws(ChatError) {
    let user = try account(asker).user.id
    guard state.applications[scope.application] != nil else { throw .code(.unknownApplication) }
    guard user == scope.application else { throw .code(.notYourApplication) }
    guard let guild = scope.guild else { return }
    _ = try seat(asker, in: guild)
  }

  func commands(_ scope: CommandScope, _ asker: Asker) throws(ChatError) -> ChatReply {
    try require(scope, asker)
    return .commands(commands(of: scope))
  }

  func command(
    _ scope: CommandScope, _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ApplicationCommand {
    try require(scope, asker)
    guard let command = state.commands[id], command.applicationID == scope.application,
      command.guildID == scope.guild
    else { throw .code(.unknownCommand) }
    return command
  }

  mutating func createCommand(
    _ scope: CommandScope, _ changes: CommandChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    try require(scope, asker)
    let body = try checked([changes], [[]])[0]
    let known = commands(of: scope)
    let same = known.first { $0.body.kind == body.kind && $0.body.name == body.name }
    if same == nil { try checkCount(known.map(\.body) + [body]) }
    let command = ApplicationCommand(
      id: same?.id ?? ids.next(at: asker.at), applicationID: scope.application, guildID: scope.guild,
      version: ids.next(at: asker.at), body: body)
    try keep(.command(command))
    return .command(command, isNew: same == nil)
  }

  mutating func modifyCommand(
    _ scope: CommandScope, _ id: Snowflake, _ changes: CommandChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    var command = try command(scope, id, asker)
    let before = command.body
    changes.apply(to: &command.body)
    if command.body == before { return .command(command, isNew: false) }
    var form = FormCheck()
    CommandRules.check(command.body, [], &form)
    let twin = commands(of: scope).contains {
      $0.id != id && $0.body.kind == before.kind && $0.body.name == command.body.name
    }
    if twin {
      form.fail(["name"], "APPLICATION_COMMANDS_DUPLICATE_NAME", "Command name already exists")
    }
    try form.finish()
    command.version = ids.next(at: asker.at)
    try keep(.command(command))
    return .command(command, isNew: false)
  }

  mutating func deleteCommand(
    _ scope: CommandScope, _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    _ = try command(scope, id, asker)
    try keep(.deleteCommand(id))
    return .done
  }

  /// PUT: what has the same kind and name keeps its id, and its version if nothing changed.
  mutating func replaceCommands(
    _ scope: CommandScope, _ list: [CommandChanges], _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    try require(scope, asker)
    let bodies = try checked(list, list.indices.map { [String($0)] })
    try checkCount(bodies)
    var left = commands(of: scope)
    for body in bodies {
      if let index = left.firstIndex(where: { $0.body.kind == body.kind && $0.body.name == body.name }) {
        var command = left.remove(at: index)
        guard command.body != body else { continue }
        command.body = body
        command.version = ids.next(at: asker.at)
        try keep(.command(command))
      } else {
        try keep(
          .command(
            ApplicationCommand(
              id: ids.next(at: asker.at), applicationID: scope.application, guildID: scope.guild,
              version: ids.next(at: asker.at), body: body)))
      }
    }
    for command in left { try keep(.deleteCommand(command.id)) }
    return .commands(commands(of: scope))
  }

  private func checked(
    _ list: [CommandChanges], _ paths: [[String]]
  ) throws(ChatError) -> [CommandBody] {
    var form = FormCheck()
    var bodies: [CommandBody] = []
    for (changes, path) in zip(list, paths) {
      var body = CommandBody(kind: changes.kind, name: "")
      changes.apply(to: &body)
      CommandRules.check(body, path, &form)
      if bodies.contains(where: { $0.kind == body.kind && $0.name == body.name }) {
        form.fail(path + ["name"], "APPLICATION_COMMANDS_DUPLICATE_NAME", "Command name already exists")
      }
      bodies.append(body)
    }
    try form.finish()
    return bodies
  }

  private func checkCount(_ bodies: [CommandBody]) throws(ChatError) {
    for kind in CommandKind.allCases {
      let most = kind == .chat ? Limits.chatCommands : Limits.contextCommands
      guard bodies.count(where: { $0.kind == kind }) <= most else { throw .code(.tooManyCommands) }
    }
  }

  func commandIndex(channel id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, at: id)
    if seat.channel.kind.isPrivate {
      return index(of: seat.channel.recipients, guild: nil) { $0.worksInPrivate }
    }
    return index(seat.seat, seat.permissions)
  }

  func commandIndex(guild id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: id)
    return index(seat, seat.permissions)
  }

  private func index(_ seat: Seat, _ permissions: Permissions) -> ChatReply {
    index(of: state.applicationMembers(of: seat.guild.id), guild: seat.guild.id) { body in
      CommandRules.mayUse(body, permissions)
    }
  }

  private func index(
    of users: [Snowflake], guild: Snowflake?, where isOffered: (CommandBody) -> Bool
  ) -> ChatReply {
    let applications = users.compactMap { state.applications[$0] }
    let commands = applications.flatMap { application in
      state.applicationCommands.sorted(application.id).compactMap { state.commands[$0] }
    }
    return .commandIndex(
      CommandIndex(
        applications: applications,
        commands: commands.filter { command in
          (command.guildID == nil || command.guildID == guild) && isOffered(command.body)
        }))
  }
}

extension CommandRules {
  /// Whether somebody with these permissions may use a command.
  static func mayUse(_ body: CommandBody, _ permissions: Permissions) -> Bool {
    guard let needed = body.defaultPermissions else { return true }
    if permissions.contains(.administrator) { return true }
    return !needed.isEmpty && permissions.isSuperset(of: needed)
  }
}

extension ChatState {
  /// The members of a guild that are bots, ascending.
  func applicationMembers(of guild: Snowflake) -> [Snowflake] {
    applications.keys.filter { guildMembers.contains(guild, $0) }.sorted()
  }
}
