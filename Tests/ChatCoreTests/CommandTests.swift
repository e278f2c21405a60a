import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Commands of applications")
struct CommandTests {
  static func changes(_ name: String, _ body: (inout CommandChanges) -> Void = { _ in }) -> CommandChanges {
    var changes = CommandChanges()
    changes.name = .set(name)
    changes.description = .set("does \(name)")
    body(&changes)
    return changes
  }

  static func option(_ type: Int, _ name: String, _ more: [PlainValue.Field] = []) -> PlainValue {
    .object(
      [
        .init("type", .integer(Int64(type))), .init("name", .text(name)), .init("description", .text("d")),
      ] + more)
  }

  private func commands(_ reply: ChatReply) throws -> [ApplicationCommand] {
    guard case .commands(let list) = reply else { throw World.Unexpected(reply: reply) }
    return list
  }

  @Test("a command is made once, replaced by name, changed and deleted")
  func life() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    let scope = CommandScope(application: bot, guild: nil)
    let create = ChatCommand.createCommand(scope, CommandTests.changes("ping"))
    guard case .command(let made, true) = world.ask(bot, create),
      case .command(let again, false) = world.ask(bot, create)
    else {
      Issue.record("not made")
      return
    }
    #expect(again.id == made.id && again.version > made.version)
    var rename = CommandChanges()
    rename.name = .set("pong")
    guard case .command(let renamed, _) = world.ask(bot, .modifyCommand(scope, id: made.id, rename)) else {
      Issue.record("not renamed")
      return
    }
    #expect(renamed.body.name == "pong" && renamed.body.description == "does ping")
    try world.restart()
    #expect(try commands(world.ask(bot, .commands(scope))) == [renamed])
    #expect(world.ask(bot, .deleteCommand(scope, id: made.id)) == .done)
    #expect(world.ask(bot, .command(scope, id: made.id)) == code(.unknownCommand))
  }

  @Test("a bulk overwrite keeps the ids of what stays")
  func overwrite() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    let scope = CommandScope(application: bot, guild: world.guild)
    let first = try commands(
      world.ask(bot, .replaceCommands(scope, [CommandTests.changes("a"), CommandTests.changes("b")])))
    let menu = CommandTests.changes("Look At") {
      $0.kind = .user
      $0.description = .set("")
    }
    let second = try commands(
      world.ask(bot, .replaceCommands(scope, [CommandTests.changes("b"), menu])))
    #expect(second.map(\.body.name) == ["b", "Look At"] && second[0] == first[1])
    #expect(try commands(world.ask(bot, .commands(CommandScope(application: bot, guild: nil)))) == [])
    try world.restart()
    #expect(try commands(world.ask(bot, .commands(scope))) == second)
    try expectDone(world.ask(world.ann, .deleteGuild(world.guild)))
    try world.restart()
    #expect(world.ask(bot, .commands(scope)) == code(.unknownGuild))
  }

  @Test("only the bot itself deals with its commands, and only where it is")
  func ownership() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    let scope = CommandScope(application: bot, guild: nil)
    #expect(world.ask(world.ann, .commands(scope)) == code(.notYourApplication))
    #expect(
      world.ask(bot, .commands(CommandScope(application: world.ann, guild: nil)))
        == code(.unknownApplication))
    try expectDone(world.ask(world.ann, .kick(guild: world.guild, user: bot)))
    #expect(
      world.ask(bot, .commands(CommandScope(application: bot, guild: world.guild))) == code(.missingAccess))
  }

  @Test("what a command cannot be is refused at its place")
  func rules() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    let scope = CommandScope(application: bot, guild: nil)
    func refused(_ changes: CommandChanges) -> [String] {
      formCodes(world.ask(bot, .createCommand(scope, changes)))
    }
    func options(_ list: [PlainValue]) -> CommandChanges {
      CommandTests.changes("x") { $0.options = .set(list) }
    }
    #expect(refused(CommandTests.changes("Ping")) == ["APPLICATION_COMMAND_INVALID_NAME"])
    #expect(refused(CommandTests.changes("a b")) == ["APPLICATION_COMMAND_INVALID_NAME"])
    #expect(refused(CommandTests.changes("x") { $0.description = .set("") }) == ["BASE_TYPE_BAD_LENGTH"])
    #expect(refused(CommandTests.changes("x") { $0.kind = .user }) == ["BASE_TYPE_MAX_LENGTH"])
    #expect(refused(options([.integer(1)])) == ["BASE_TYPE_CHOICES"])
    #expect(
      refused(options([CommandTests.option(3, "a"), CommandTests.option(3, "a")]))
        == ["APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"])
    let required = CommandTests.option(3, "b", [.init("required", .bool(true))])
    #expect(
      refused(options([CommandTests.option(3, "a"), required]))
        == ["APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"])
    #expect(
      refused(options([CommandTests.option(1, "a"), CommandTests.option(3, "b")]))
        == ["APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"])
    let nested = CommandTests.option(1, "a", [.init("options", .list([CommandTests.option(1, "b")]))])
    #expect(refused(options([nested])) == ["APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"])
    let choice = PlainValue.object([.init("name", .text("n")), .init("value", .text("v"))])
    #expect(refused(options([CommandTests.option(4, "a", [.init("choices", .list([choice]))])])).count == 1)
    #expect(refused(options([CommandTests.option(5, "a", [.init("choices", .list([choice]))])])).count == 2)
    #expect(refused(options((0..<26).map { CommandTests.option(3, "o\($0)") })) == ["BASE_TYPE_MAX_LENGTH"])
    let group = CommandTests.option(2, "g", [.init("options", .list([nested]))])
    #expect(refused(options([group])) == ["APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"])
    let fine = CommandTests.option(
      2, "g", [.init("options", .list([CommandTests.option(1, "s", [.init("options", .list([required]))])]))])
    #expect(refused(options([fine])) == [])
    let many = (0...Limits.chatCommands).map { CommandTests.changes("c\($0)") }
    #expect(world.ask(bot, .replaceCommands(scope, many)) == code(.tooManyCommands))
  }

  @Test("people find what they may call")
  func index() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    let global = CommandScope(application: bot, guild: nil)
    let everyone = CommandTests.changes("open") { $0.worksInPrivate = .set(false) }
    let managers = CommandTests.changes("shut") { $0.defaultPermissions = .set(.manageGuild) }
    let nobody = CommandTests.changes("off") { $0.defaultPermissions = .set([]) }
    _ = try commands(world.ask(bot, .replaceCommands(global, [everyone, managers, nobody])))
    func names(_ user: Snowflake, _ command: ChatCommand) throws -> [String] {
      let reply = world.ask(user, command)
      guard case .commandIndex(let index) = reply else { throw World.Unexpected(reply: reply) }
      #expect(index.applications.map(\.id) == [bot])
      return index.commands.map(\.body.name)
    }
    let (guild, text) = (world.guild, world.text)
    #expect(try names(world.bob, .guildCommandIndex(guild: guild)) == ["open"])
    #expect(try names(world.ann, .commandIndex(channel: text)) == ["open", "shut", "off"])
    _ = try world.give(world.bob, .manageGuild)
    #expect(try names(world.bob, .commandIndex(channel: text)) == ["open", "shut"])
    guard case .privateChannel(let view) = world.ask(world.cy, .openDirect(user: bot)) else { return }
    #expect(try names(world.cy, .commandIndex(channel: view.channel.id)) == ["shut", "off"])
  }
}
