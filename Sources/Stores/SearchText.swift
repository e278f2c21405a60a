import Base
import ChatCore

/// What the search index holds of a message: its words, then marks for everything else that can be searched for.
///
/// A mark is a word that begins with U+E000, a letter of no script; it is taken out of what people write, so
/// nobody writes a mark. Han, kana and hangul are written without spaces between words: each is a word of its
/// own, and a run of them is found as a phrase. A message leaves the index with the text that it entered with,
/// so this function must not change without a migration that indexes everything again.
enum SearchText {
  /// Begins a mark.
  ///
  /// Unicode's private use: the tokenizer takes it for a letter.
  private static let mark: Unicode.Scalar = "\u{E000}"
  /// Links of a message that are looked at.
  private static let linksMax = 16
  /// Characters of a host or ending that are kept.
  private static let nameMax = 253

  static func text(_ message: Message) -> String {
    var parts = [message.content]
    for embed in message.embeds + (message.snapshot?.embeds ?? []) {
      parts += [embed.title, embed.description, embed.author?.name, embed.footer?.text].compactMap(\.self)
      for field in embed.fields { parts += [field.name, field.value] }
    }
    if let snapshot = message.snapshot { parts.append(snapshot.content) }
    parts += message.attachments.flatMap { [$0.filename, $0.description ?? ""] }
    return (parts.filter { !$0.isEmpty }.map(plain) + marks(message)).joined(separator: " ")
  }

  /// Words as the index holds them: no marks, and spaces around what stands for a word of its own.
  static func plain(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value >= 0x1100 }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == mark {
        result.append(" ")
      } else if isWord(scalar) {
        result.append(contentsOf: [" ", scalar, " "])
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // Kana, Han with its extensions and compatibility forms, hangul.
    case 0x3041...0x30FF, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0x20000...0x323AF:
      true
    default: false
    }
  }

  private static func marks(_ message: Message) -> [String] {
    var marks = [channel(message.channelID), author(message.authorID)]
    if message.guildID != .noGuild { marks.append(guild(message.guildID)) }
    marks += message.mentions.map(mention)
    if message.mentionsEveryone { marks.append(everyone) }
    if message.pinnedAt != nil { marks.append(pinned) }
    marks += traits(message).map(trait)
    marks += Set(hosts(message.content).prefix(linksMax)).sorted().map(host)
    marks += Set(message.attachments.map(\.filename).compactMap(ending)).sorted().map(fileExtension)
    return marks
  }

  static func channel(_ id: Snowflake) -> String { "\(mark)c\(id)" }
  static func guild(_ id: Snowflake) -> String { "\(mark)g\(id)" }
  static func author(_ id: Snowflake) -> String { "\(mark)a\(id)" }
  static func mention(_ id: Snowflake) -> String { "\(mark)m\(id)" }
  static func trait(_ trait: SearchTrait) -> String { "\(mark)h\(trait.rawValue)" }
  static func host(_ name: String) -> String { "\(mark)o\(letters(name))" }
  static func fileExtension(_ name: String) -> String { "\(mark)x\(letters(name))" }
  static let everyone = "\(mark)e"
  static let pinned = "\(mark)p"

  /// A name as one word: every octet that is no letter or digit in hexadecimal.
  private static func letters(_ name: String) -> String {
    let isPlain = { (octet: UInt8) in (48...57).contains(octet) || (97...122).contains(octet) }
    return name.lowercased().utf8.prefix(nameMax).map { octet in
      isPlain(octet) ? String(Unicode.Scalar(octet)) : "X" + String(octet, radix: 16)
    }.joined()
  }

  private static func traits(_ message: Message) -> [SearchTrait] {
    var traits: Set<SearchTrait> = []
    if !hosts(message.content).isEmpty { traits.insert(.link) }
    if !message.embeds.isEmpty { traits.insert(.embed) }
    if message.snapshot != nil { traits.insert(.snapshot) }
    for attachment in message.attachments {
      traits.insert(.file)
      switch attachment.file.contentType?.prefix(6) {
      case "image/": traits.insert(.image)
      case "video/": traits.insert(.video)
      case "audio/": traits.insert(.sound)
      default: break
      }
    }
    return SearchTrait.allCases.filter(traits.contains)
  }

  private static func ending(_ filename: String) -> String? {
    guard let dot = filename.lastIndex(of: "."), dot > filename.startIndex else { return nil }
    let ending = filename[filename.index(after: dot)...]
    return ending.isEmpty ? nil : ending.lowercased()
  }

  /// The hosts of the http and https links in a text, in its order.
  static func hosts(_ text: String) -> [String] {
    guard text.utf8.contains(UInt8(ascii: ":")) else { return [] }
    var hosts: [String] = []
    for part in text.split(whereSeparator: \.isWhitespace) {
      for scheme in ["https://", "http://"] {
        guard let start = part.firstRange(of: scheme)?.upperBound else { continue }
        let host = part[start...].prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" }
        if !host.isEmpty { hosts.append(host.lowercased()) }
        break
      }
    }
    return hosts
  }
}
