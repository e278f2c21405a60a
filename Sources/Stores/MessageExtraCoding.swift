import Base
import ChatCore
import JSON

/// What few messages have, as it stands in a column: a JSON object, absent for most.
///
/// Keys are only ever added; a reader passes over those that it does not know.
enum MessageExtraCoding {
  private static let limits = JSONLimits(depth: 40, octets: 1 << 22)

  /// `nil` when the message has nothing of it.
  static func text(_ message: Message) -> String? {
    guard
      message.snapshot != nil || message.reference?.guildID != nil || !message.components.isEmpty
        || message.interaction != nil || message.webhook != nil || message.position != nil
    else { return nil }
    var writer = JSONWriter()
    writer.object { write(message, to: &$0) }
    return String(decoding: writer.octets, as: UTF8.self)
  }

  private static func write(_ message: Message, to writer: inout JSONWriter) {
    if let position = message.position { writer.field("position", position) }
    if let guild = message.reference?.guildID { writer.field("reference_guild", guild) }
    if !message.components.isEmpty { writer.field("components", JSONValue(.list(message.components))) }
    if let interaction = message.interaction {
      writer.object("interaction") {
        $0.field("id", interaction.id)
        $0.field("kind", interaction.kind.rawValue)
        $0.field("user", interaction.userID)
        if let name = interaction.name { $0.field("name", name) }
        if let id = interaction.messageID { $0.field("message", id) }
      }
    }
    if let webhook = message.webhook {
      writer.object("webhook") {
        $0.field("name", webhook.name)
        if let avatar = webhook.avatar { $0.field("avatar", avatar) }
        if let id = webhook.applicationID { $0.field("application", id) }
      }
    }
    if let snapshot = message.snapshot { writer.object("snapshot") { write(snapshot, to: &$0) } }
  }

  /// Sets what ``text(_:)`` wrote.
  ///
  /// - Throws: ``StoreError/corrupt`` when it is not that.
  static func read(_ text: String?, into message: inout Message) throws(StoreError) {
    guard let text else { return }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue.parse(Array(text.utf8), limits: limits)
    } catch {
      throw .corrupt
    }
    message.position = value["position"]?.int
    message.reference?.guildID = value["reference_guild"]?.snowflake
    message.components = (value["components"]?.array ?? []).map { PlainValue($0) }
    message.interaction = value["interaction"].flatMap(interaction)
    message.snapshot = value["snapshot"].flatMap(snapshot)
    message.webhook = value["webhook"].map { value in
      WebhookAuthor(
        name: value["name"]?.string ?? "", avatar: value["avatar"]?.string,
        applicationID: value["application"]?.snowflake)
    }
  }

  private static func write(_ snapshot: MessageSnapshot, to writer: inout JSONWriter) {
    writer.field("id", snapshot.id)
    writer.field("kind", snapshot.kind.rawValue)
    writer.field("content", snapshot.content)
    if let time = snapshot.editedAt { writer.field("edited", time.milliseconds) }
    writer.field("flags", snapshot.flags.rawValue)
    writer.array("mentions") { for id in snapshot.mentions { $0.element(id) } }
    writer.array("roles") { for id in snapshot.mentionedRoles { $0.element(id) } }
    writer.array("embeds") { EmbedCoding.list(snapshot.embeds, to: &$0) }
    guard !snapshot.attachments.isEmpty else { return }
    writer.array("files") { AttachmentCoding.list(snapshot.attachments, to: &$0) }
  }

  private static func interaction(_ value: JSONValue) -> InteractionMetadata? {
    guard let id = value["id"]?.snowflake, let user = value["user"]?.snowflake,
      let kind = value["kind"]?.int.flatMap(InteractionKind.init(rawValue:))
    else { return nil }
    return InteractionMetadata(
      id: id, kind: kind, userID: user, name: value["name"]?.string,
      messageID: value["message"]?.snowflake)
  }

  private static func snapshot(_ value: JSONValue) -> MessageSnapshot? {
    guard let id = value["id"]?.snowflake else { return nil }
    var snapshot = MessageSnapshot(
      id: id, kind: value["kind"]?.int.flatMap(MessageKind.init(rawValue:)) ?? .ordinary,
      content: value["content"]?.string ?? "")
    snapshot.editedAt = value["edited"]?.int.map { WallTime(milliseconds: Int64($0)) }
    snapshot.flags = MessageFlags(rawValue: UInt32(clamping: value["flags"]?.int ?? 0))
    snapshot.mentions = (value["mentions"]?.array ?? []).compactMap(\.snowflake)
    snapshot.mentionedRoles = (value["roles"]?.array ?? []).compactMap(\.snowflake)
    snapshot.embeds = EmbedCoding.embeds(value["embeds"])
    snapshot.attachments = AttachmentCoding.attachments(value["files"])
    return snapshot
  }
}
