internal import Blobs
internal import ChatCore
internal import JSON

/// What is known of a link while it is looked up, on the way to an embed.
///
/// Reads Open Graph, Twitter's cards, the plain tags of HTML, and oEmbed for what the page itself leaves out.
struct LinkCard {
  /// Discord's cards show no more.
  private static let descriptionLength = 350

  private(set) var embed = Embed()
  /// The picture, not looked at yet.
  private(set) var pictureURL: String?
  /// oEmbed's JSON.
  private(set) var oEmbedURL: String?

  /// What the head of a page at `base` says of `link`.
  init(_ head: HTMLHead, link: String, base: String) {
    func first(_ names: String...) -> String? {
      names.lazy.compactMap { head.metas[$0] }.first { !Text.plain($0).isEmpty }
    }
    embed.url = link
    let isLarge = first("twitter:card") == "summary_large_image" || first("og:type") == "article"
    embed.kind = isLarge ? .article : .link
    embed.title = Text.cut(first("og:title", "twitter:title") ?? head.title, Limits.embedNameLength)
    embed.description = Text.cut(
      first("og:description", "twitter:description", "description"), LinkCard.descriptionLength)
    embed.provider = Text.cut(first("og:site_name"), Limits.embedNameLength).map {
      Embed.Provider(name: $0, url: nil)
    }
    embed.color = first("theme-color").flatMap(LinkCard.color)
    pictureURL = first(
      "og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"
    )
    .flatMap { WebLink.resolve($0, at: base) }
    oEmbedURL = head.oEmbed.flatMap { WebLink.resolve($0, at: base) }
  }

  /// A link that leads to a picture itself.
  init(picture: PictureHeader, link: String) {
    embed.kind = .image
    embed.url = link
    show(picture, at: link)
  }

  /// Fills what the page left out with what its oEmbed says; the JSON is strangers', too.
  mutating func fill(oEmbed octets: [UInt8], base: String) {
    oEmbedURL = nil
    guard let value = try? JSONValue.parse(octets, limits: JSONLimits(depth: 8, octets: 64 << 10)) else {
      return
    }
    func text(_ key: String) -> String? { Text.cut(value[key]?.string, Limits.embedNameLength) }
    embed.title = embed.title ?? text("title")
    if embed.provider == nil {
      embed.provider = text("provider_name").map {
        Embed.Provider(
          name: $0, url: value["provider_url"]?.string.flatMap { WebLink.resolve($0, at: base) })
      }
    }
    embed.author = text("author_name").map {
      Embed.Author(
        name: $0, url: value["author_url"]?.string.flatMap { WebLink.resolve($0, at: base) }, iconURL: nil)
    }
    pictureURL = pictureURL ?? value["thumbnail_url"]?.string.flatMap { WebLink.resolve($0, at: base) }
  }

  /// The picture was looked at.
  mutating func show(_ picture: PictureHeader, at url: String) {
    pictureURL = nil
    embed.thumbnailURL = url
    embed.thumbnailSize = PictureSize(width: picture.width, height: picture.height)
  }

  /// The page has no oEmbed after all.
  mutating func dropOEmbed() { oEmbedURL = nil }

  /// The embed, if it shows anything.
  var shown: Embed? {
    embed.title == nil && embed.description == nil && embed.thumbnailURL == nil ? nil : embed
  }

  /// `#rrggbb`.
  private static func color(_ text: String) -> Int? {
    let digits = Text.plain(text).dropFirst()
    guard text.first == "#", digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit) else { return nil }
    return Int(digits, radix: 16)
  }
}
