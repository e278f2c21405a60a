import Base
import ChatCore
import JSON

/// Embed objects; fields that are not set are left out, since null makes libraries fail.
extension JSONWriter {
  /// The fields of an embed.
  mutating func embed(_ embed: Embed) {
    field("type", embed.kind.rawValue)
    if let title = embed.title { field("title", title) }
    if let description = embed.description { field("description", description) }
    if let url = embed.url { field("url", url) }
    if let timestamp = embed.timestamp { field("timestamp", ISO8601.text(timestamp)) }
    if let color = embed.color { field("color", color) }
    if let footer = embed.footer {
      object("footer") {
        $0.field("text", footer.text)
        $0.icon(footer.iconURL, embed.proxies.footerIcon)
      }
    }
    if let provider = embed.provider {
      object("provider") {
        $0.field("name", provider.name)
        if let url = provider.url { $0.field("url", url) }
      }
    }
    if let url = embed.imageURL { picture("image", url, embed.proxies.image, nil) }
    if let url = embed.thumbnailURL {
      picture("thumbnail", url, embed.proxies.thumbnail, embed.thumbnailSize)
    }
    if let author = embed.author {
      object("author") {
        $0.field("name", author.name)
        if let url = author.url { $0.field("url", url) }
        $0.icon(author.iconURL, embed.proxies.authorIcon)
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

  /// Where pictures of elsewhere are not shown by this server, the proxied address is the address.
  private mutating func picture(_ key: StaticString, _ url: String, _ proxy: String?, _ size: PictureSize?) {
    object(key) {
      $0.field("url", url)
      $0.field("proxy_url", proxy ?? url)
      guard let size else { return }
      $0.field("width", size.width)
      $0.field("height", size.height)
    }
  }

  private mutating func icon(_ url: String?, _ proxy: String?) {
    guard let url else { return }
    field("icon_url", url)
    field("proxy_icon_url", proxy ?? url)
  }
}
