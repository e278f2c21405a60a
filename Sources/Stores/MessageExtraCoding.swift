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
    guard message.snapshot != nil || message.reference?.guildID != nil else { return nil }
    var writer = JSONWriter()
    writer.object { write(message, to: &$0) }
    return String(decoding: writer.octets, as: UTF8.self)
  }

  private static func write(_ message: Message, to writer: inout JSONWriter) {
    if let guild = message.reference?.guildID { writer.field("reference_guild", guild) }
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
    message.reference?.guildID = value["reference_guild"]?.snowflake
    message.snapshot = value["snapshot"].flatMap(snapshot)
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
    return snapshot
  }
}
