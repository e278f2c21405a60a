public import Base

/// A card beneath a message's text, as its author made it (type "rich").
///
/// URLs are kept as they were given: nothing is fetched, so pictures have no size.
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
