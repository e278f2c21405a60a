import Base
import ChatCore
import JSON

/// Objects of applications' commands; each writes the fields into an object that is open.
extension JSONWriter {
  /// The fields of a command.
  mutating func command(_ command: ApplicationCommand) {
    let body = command.body
    field("id", command.id)
    field("application_id", command.applicationID)
    field("version", command.version)
    if let guild = command.guildID { field("guild_id", guild) }
    field("type", body.kind.rawValue)
    field("name", body.name)
    field("name_localizations", body.nameLocalizations.map { JSONValue($0) } ?? .null)
    field("description", body.description)
    field("description_localizations", body.descriptionLocalizations.map { JSONValue($0) } ?? .null)
    field("options", JSONValue(.list(body.options)))
    field("default_member_permissions", body.defaultPermissions.map { String($0.rawValue) })
    field("dm_permission", body.worksInPrivate)
    null("contexts")
    array("integration_types") { $0.element(0) }
    field("nsfw", body.isNSFW)
  }

  /// The fields of what a person's client can call.
  mutating func commandIndex(_ index: CommandIndex) {
    array("applications") {
      for application in index.applications {
        $0.object {
          $0.field("id", application.id)
          $0.field("name", application.name)
          $0.null("icon")
          $0.field("description", application.description)
          $0.field("flags", application.flags)
          $0.object("bot") {
            $0.user(User(id: application.id, username: application.name, globalName: nil, isBot: true))
          }
        }
      }
    }
    array("application_commands") {
      for command in index.commands { $0.object { $0.command(command) } }
    }
    field("version", index.commands.map(\.version).max() ?? Snowflake(rawValue: 0))
  }
}
