import Base
import ChatCore
import JSON

/// Attachments as they stand in a column: a JSON array with short keys, absent fields left out.
///
/// Keys are only ever added; a reader passes over those that it does not know.
enum AttachmentCoding {
  private static let limits = JSONLimits(depth: 4, octets: 1 << 18)

  /// `nil` for none, which most messages have.
  static func text(_ attachments: [Attachment]) -> String? {
    if attachments.isEmpty { return nil }
    var writer = JSONWriter()
    writer.array { list(attachments, to: &$0) }
    return String(decoding: writer.octets, as: UTF8.self)
  }

  /// Writes the elements of an array that is open.
  static func list(_ attachments: [Attachment], to writer: inout JSONWriter) {
    for attachment in attachments { writer.object { write(attachment, to: &$0) } }
  }

  /// What ``list(_:to:)`` wrote.
  static func attachments(_ list: JSONValue?) -> [Attachment] {
    (list?.array ?? []).compactMap(attachment)
  }

  /// - Throws: ``StoreError/corrupt`` when it is not what ``text(_:)`` wrote.
  static func attachments(_ text: String?) throws(StoreError) -> [Attachment] {
    guard let text else { return [] }
    do throws(JSONError) {
      let list = try JSONValue.parse(Array(text.utf8), limits: limits)
      return attachments(list)
    } catch {
      throw .corrupt
    }
  }

  private static func write(_ attachment: Attachment, to writer: inout JSONWriter) {
    writer.field("id", attachment.id)
    writer.field("name", attachment.filename)
    if let description = attachment.description { writer.field("description", description) }
    writer.field("blob", attachment.file.blob)
    writer.field("size", attachment.file.size)
    if let type = attachment.file.contentType { writer.field("type", type) }
    if let width = attachment.file.width { writer.field("width", width) }
    if let height = attachment.file.height { writer.field("height", height) }
    if let recording = attachment.recording {
      writer.field("seconds", recording.seconds)
      writer.field("waveform", recording.waveform)
    }
  }

  private static func attachment(_ value: JSONValue) -> Attachment? {
    guard let id = value["id"]?.snowflake, let blob = value["blob"]?.string else { return nil }
    var file = StoredFile(blob: blob, size: value["size"]?.int ?? 0)
    file.contentType = value["type"]?.string
    file.width = value["width"]?.int
    file.height = value["height"]?.int
    var attachment = Attachment(
      id: id, filename: value["name"]?.string ?? "file", description: value["description"]?.string, file: file
    )
    if let seconds = value["seconds"]?.double, let waveform = value["waveform"]?.string {
      attachment.recording = Recording(seconds: seconds, waveform: waveform)
    }
    return attachment
  }
}
