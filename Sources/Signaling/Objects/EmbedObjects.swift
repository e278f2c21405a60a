import Base
import ChatCore
import JSON

/// Embed objects; fields that are not set are left out, since null makes libraries fail.
extension JSONWriter {
  /// The fields of an embed.
  mutating func embed(_ embed: Embed) {
    field("type", "rich")
    if let title = embed.title { field("title", title) }
    if let description = embed.description { field("description", description) }
    if let url = embed.url { field("url", url) }
    if let timestamp = embed.timestamp { field("timestamp", ISO8601.text(timestamp)) }
    if let color = embed.color { field("color", color) }
    if let footer = embed.footer {
      object("footer") {
        $0.field("text", footer.text)
        $0.icon(footer.iconURL)
      }
    }
    if let url = embed.imageURL { picture("image", url) }
    if let url = embed.thumbnailURL { picture("thumbnail", url) }
    if let author = embed.author {
      object("author") {
        $0.field("name", author.name)
        if let url = author.url { $0.field("url", url) }
        $0.icon(author.iconURL)
      }
    }
    guard !embed.fields.isEmpty else { return }
    array("fields") {
      for field in embed.fields {
        $0.object {
          $0.field("name", field.name)
          $0.field("value", field.value)
          $0.field("inline", field.isInline)
        }
      }
    }
  }

  /// There is no media proxy: the proxied address is the address.
  private mutating func picture(_ key: StaticString, _ url: String) {
    object(key) {
      $0.field("url", url)
      $0.field("proxy_url", url)
    }
  }

  private mutating func icon(_ url: String?) {
    guard let url else { return }
    field("icon_url", url)
    field("proxy_icon_url", url)
  }
}
