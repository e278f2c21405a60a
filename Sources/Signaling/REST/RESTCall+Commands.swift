import Base
import ChatCore
import JSON

/// Commands of applications.
extension RESTCall {
  func applicationCommand() throws(RESTError) -> ChatCommand {
    if route == .getCommandIndex { return .commandIndex(channel: try id("channel")) }
    if route == .getGuildCommandIndex { return .guildCommandIndex(guild: try id("guild")) }
    let scope = CommandScope(
      application: try id("application"), guild: parameters["guild"] == nil ? nil : try id("guild"))
    switch route {
    case .createCommand, .createGuildCommand:
      var form = try form()
      let changes = RESTCall.command(&form, isNew: true)
      try form.check()
      return .createCommand(scope, changes)
    case .replaceCommands, .replaceGuildCommands: return .replaceCommands(scope, try commandList())
    case .getCommand, .getGuildCommand: return .command(scope, id: try id("command"))
    case .modifyCommand, .modifyGuildCommand:
      var form = try form()
      let changes = RESTCall.command(&form, isNew: false)
      try form.check()
      return .modifyCommand(scope, id: try id("command"), changes)
    case .deleteCommand, .deleteGuildCommand: return .deleteCommand(scope, id: try id("command"))
    default: return .commands(scope)
    }
  }

  private func commandList() throws(RESTError) -> [CommandChanges] {
    var list: [CommandChanges] = []
    var problems: [FieldError] = []
    for var form in try forms() {
      list.append(RESTCall.command(&form, isNew: true))
      problems += form.problems
    }
    guard problems.isEmpty else { throw .form(problems) }
    return list
  }

  private static func command(_ form: inout FormReader, isNew: Bool) -> CommandChanges {
    var changes = CommandChanges()
    if isNew {
      _ = form.requiredString("name")
      let number = form.int("type") ?? CommandKind.chat.rawValue
      if let kind = CommandKind(rawValue: number) {
        changes.kind = kind
      } else {
        form.note("type", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3}.")
      }
    }
    changes.name = form.change("name") { $0.string($1) }
    changes.description = form.change("description") { $0.string($1) }
    changes.options = form.change("options") { $0.plainList($1) }
    changes.defaultPermissions = form.clearable("default_member_permissions") { $0.permissions($1) }
    changes.isNSFW = form.change("nsfw") { $0.bool($1) }
    changes.worksInPrivate = form.change("dm_permission") { $0.bool($1) }
    // Newer clients name contexts instead: 1 is a private channel with the bot.
    if let contexts = form.value("contexts")?.array {
      changes.worksInPrivate = .set(contexts.contains { $0.int == 1 })
    }
    changes.nameLocalizations = form.clearable("name_localizations") { $0.plainObject($1) }
    changes.descriptionLocalizations = form.clearable("description_localizations") { $0.plainObject($1) }
    return changes
  }
}
