import Base
import ChatCore
import JSON

/// Embeds as they stand in a column: a JSON array with short keys, absent fields left out.
///
/// Keys are only ever added; a reader passes over those that it does not know.
enum EmbedCoding {
  private static let limits = JSONLimits(depth: 8, octets: 1 << 20)

  /// `nil` for none, which most messages have.
  static func text(_ embeds: [Embed]) -> String? {
    if embeds.isEmpty { return nil }
    var writer = JSONWriter()
    writer.array { list(embeds, to: &$0) }
    return String(decoding: writer.octets, as: UTF8.self)
  }

  /// Writes the elements of an array that is open.
  static func list(_ embeds: [Embed], to writer: inout JSONWriter) {
    for embed in embeds { writer.object { write(embed, to: &$0) } }
  }

  /// What ``list(_:to:)`` wrote.
  static func embeds(_ list: JSONValue?) -> [Embed] {
    (list?.array ?? []).map(embed)
  }

  /// - Throws: ``StoreError/corrupt`` when it is not what ``text(_:)`` wrote.
  static func embeds(_ text: String?) throws(StoreError) -> [Embed] {
    guard let text else { return [] }
    do throws(JSONError) {
      let list = try JSONValue.parse(Array(text.utf8), limits: limits)
      return embeds(list)
    } catch {
      throw .corrupt
    }
  }

  private static func write(_ embed: Embed, to writer: inout JSONWriter) {
    if embed.kind != .rich { writer.field("kind", embed.kind.rawValue) }
    if let provider = embed.provider {
      writer.field("provider", provider.name)
      if let url = provider.url { writer.field("provider_url", url) }
    }
    if let size = embed.thumbnailSize {
      writer.field("thumbnail_width", size.width)
      writer.field("thumbnail_height", size.height)
    }
    if let title = embed.title { writer.field("title", title) }
    if let description = embed.description { writer.field("description", description) }
    if let url = embed.url { writer.field("url", url) }
    if let timestamp = embed.timestamp { writer.field("timestamp", timestamp.milliseconds) }
    if let color = embed.color { writer.field("color", color) }
    if let url = embed.imageURL { writer.field("image", url) }
    if let url = embed.thumbnailURL { writer.field("thumbnail", url) }
    if let footer = embed.footer {
      writer.field("footer", footer.text)
      if let url = footer.iconURL { writer.field("footer_icon", url) }
    }
    if let author = embed.author {
      writer.field("author", author.name)
      if let url = author.url { writer.field("author_url", url) }
      if let url = author.iconURL { writer.field("author_icon", url) }
    }
    guard !embed.fields.isEmpty else { return }
    writer.array("fields") {
      for field in embed.fields {
        $0.object {
          $0.field("name", field.name)
          $0.field("value", field.value)
          $0.field("inline", field.isInline)
        }
      }
    }
  }

  private static func embed(_ value: JSONValue) -> Embed {
    var embed = Embed()
    embed.kind = value["kind"]?.string.flatMap(EmbedKind.init(rawValue:)) ?? .rich
    embed.provider = value["provider"]?.string.map {
      Embed.Provider(name: $0, url: value["provider_url"]?.string)
    }
    if let width = value["thumbnail_width"]?.int, let height = value["thumbnail_height"]?.int {
      embed.thumbnailSize = PictureSize(width: width, height: height)
    }
    embed.title = value["title"]?.string
    embed.description = value["description"]?.string
    embed.url = value["url"]?.string
    embed.timestamp = value["timestamp"]?.int.map { WallTime(milliseconds: Int64($0)) }
    embed.color = value["color"]?.int
    embed.imageURL = value["image"]?.string
    embed.thumbnailURL = value["thumbnail"]?.string
    embed.footer = value["footer"]?.string.map {
      Embed.Footer(text: $0, iconURL: value["footer_icon"]?.string)
    }
    embed.author = value["author"]?.string.map {
      Embed.Author(
        name: $0, url: value["author_url"]?.string, iconURL: value["author_icon"]?.string)
    }
    embed.fields = (value["fields"]?.array ?? []).map { field in
      Embed.Field(
        name: field["name"]?.string ?? "", value: field["value"]?.string ?? "",
        isInline: field["inline"]?.bool ?? false)
    }
    return embed
  }
}
