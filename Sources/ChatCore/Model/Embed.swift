public import Base

/// A card beneath a message's text: one that its author made (``EmbedKind/rich``), or one of a link.
///
/// URLs are kept as they were given.
public struct Embed: Hashable, Sendable {
  /// One row or cell of the card.
  public struct Field: Hashable, Sendable {
    /// 1 to 256 code points.
    public var name: String
    /// 1 to 1024 code points.
    public var value: String
    /// Whether it stands beside others.
    public var isInline: Bool

    /// Makes a field.
    public init(name: String, value: String, isInline: Bool) {
      self.name = name
      self.value = value
      self.isInline = isInline
    }
  }

  /// The line at the foot.
  public struct Footer: Hashable, Sendable {
    /// At most 2048 code points.
    public var text: String
    /// A small picture.
    public var iconURL: String?

    /// Makes a footer.
    public init(text: String, iconURL: String?) {
      self.text = text
      self.iconURL = iconURL
    }
  }

  /// The line above the title.
  public struct Author: Hashable, Sendable {
    /// 1 to 256 code points.
    public var name: String
    /// Where the name leads.
    public var url: String?
    /// A small picture.
    public var iconURL: String?

    /// Makes an author.
    public init(name: String, url: String?, iconURL: String?) {
      self.name = name
      self.url = url
      self.iconURL = iconURL
    }
  }

  /// The site that a link leads to.
  public struct Provider: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its address.
    public var url: String?

    /// Makes a provider.
    public init(name: String, url: String?) {
      self.name = name
      self.url = url
    }
  }

  /// Where this server shows the pictures of elsewhere; empty as a card is stored, written by who shows it.
  public struct Proxies: Hashable, Sendable {
    /// Of ``Embed/imageURL``.
    public var image: String?
    /// Of ``Embed/thumbnailURL``.
    public var thumbnail: String?
    /// Of the footer's icon.
    public var footerIcon: String?
    /// Of the author's icon.
    public var authorIcon: String?

    /// Names none.
    public init() {}
  }

  /// What it was made of.
  public var kind = EmbedKind.rich
  /// The site, of a link's card.
  public var provider: Provider?
  /// The small picture's sides, of a link's card.
  public var thumbnailSize: PictureSize?
  /// Addresses of the pictures through this server.
  public var proxies = Proxies()
  /// At most 256 code points.
  public var title: String?
  /// At most 4096 code points.
  public var description: String?
  /// Where the title leads.
  public var url: String?
  /// A time that is shown at the foot.
  public var timestamp: WallTime?
  /// 0xRRGGBB.
  public var color: Int?
  /// The line at the foot.
  public var footer: Footer?
  /// The big picture.
  public var imageURL: String?
  /// The small picture.
  public var thumbnailURL: String?
  /// The line above the title.
  public var author: Author?
  /// At most 25.
  public var fields: [Field] = []

  /// An empty card; set what it shows.
  public init() {}

  /// The file's name in `attachment://name`, which is a picture that came with the message; `nil` for others.
  public static func attachmentName(_ url: String) -> String? {
    url.hasPrefix("attachment://") ? String(url.dropFirst(13)) : nil
  }

  /// Whether it shows nothing.
  public var isEmpty: Bool {
    title == nil && description == nil && footer == nil && imageURL == nil && thumbnailURL == nil
      && author == nil && fields.isEmpty
  }

  /// Code points that count towards ``Limits/embedsLength``.
  var length: Int {
    let texts = [title, description, footer?.text, author?.name].compactMap(\.self)
    return (texts + fields.flatMap { [$0.name, $0.value] }).reduce(0) { $0 + $1.unicodeScalars.count }
  }
}
