import Base
public import ChatCore
import JSON

/// Log-ins, codes and the export of an account; each writes the fields into an object that is open.
extension JSONWriter {
  /// A row of `GET /auth/sessions`.
  mutating func loginSession(_ session: LoginSession) {
    field("id_hash", session.code)
    field("approx_last_used_time", ISO8601.text(session.lastUsedAt))
    object("client_info") {
      $0.field("os", session.client.os)
      $0.field("platform", session.client.platform)
      $0.null("location")
    }
  }

  /// Codes on paper, as their owner sees them once.
  mutating func backupCodes(_ codes: [BackupCode], of user: Snowflake) {
    array("backup_codes") {
      for code in codes {
        $0.object {
          $0.field("user_id", user)
          $0.field("code", code.text)
          $0.field("consumed", code.isUsed)
        }
      }
    }
  }

  /// Everything that is known of a person beside messages.
  mutating func personalExport(_ export: PersonalExport) {
    object("user") { $0.selfUser(export.user) }
    field("registered_at", ISO8601.text(export.user.user.id.time))
    array("sessions") { for session in export.sessions { $0.object { $0.loginSession(session) } } }
    array("relationships") {
      for view in export.relationships {
        $0.object {
          $0.relationship(view.relationship)
          $0.object("user") { $0.user(view.user) }
        }
      }
    }
    array("guilds") {
      for membership in export.memberships {
        $0.object {
          $0.field("id", membership.guild.id)
          $0.field("name", membership.guild.name)
          $0.object("member") { $0.partialMember(membership.member) }
        }
      }
    }
    array("private_channels") {
      for view in export.privateChannels { $0.object { $0.privateChannel(view) } }
    }
    array("read_states") { for view in export.readStates { $0.object { $0.readState(view) } } }
    array("notification_settings") {
      for settings in export.notifications { $0.object { $0.notifications(settings) } }
    }
    array("applications") {
      for application in export.applications {
        $0.object {
          $0.field("id", application.id)
          $0.field("name", application.name)
          $0.field("description", application.description)
        }
      }
    }
  }
}

/// A person's data as a JSON document: what is known of the account, then a list of messages.
///
/// A value that gives its text in pieces, so that many messages need little memory.
public struct ExportDocument: Sendable {
  private var isFirst = true

  /// Begins a document.
  public init() {}

  /// The text up to the messages.
  public func head(_ export: PersonalExport) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { $0.personalExport(export) }
    return writer.octets.dropLast() + Array(",\"messages\":[".utf8)
  }

  /// The text of some more messages.
  public mutating func body(_ views: [MessageView]) -> [UInt8] {
    var text: [UInt8] = []
    for view in views {
      var writer = JSONWriter()
      writer.object { $0.message(view, .rest) }
      if !isFirst { text.append(0x2C) }
      isFirst = false
      text += [0x0A] + writer.octets
    }
    return text
  }

  /// The text after the messages.
  public func tail() -> [UInt8] { Array("\n]}\n".utf8) }
}
