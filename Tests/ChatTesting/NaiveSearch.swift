import Base
import ChatCore
import Foundation

/// What fits a search, decided message by message: slow and obvious.
enum NaiveSearch {
  static func fits(_ message: Message, _ filter: SearchFilter) -> Bool {
    let said = words(text(message))
    let wanted = phrases(filter.content)
    if wanted.isEmpty, filter.content.contains(where: { !$0.isWhitespace }) { return false }
    let traits = traits(message)
    return wanted.allSatisfy { contains(said, $0) }
      && (filter.authors.isEmpty || filter.authors.contains(message.authorID))
      && (filter.mentions.isEmpty || filter.mentions.contains(where: message.mentions.contains))
      && filter.mentionsEveryone.map { $0 == message.mentionsEveryone } ?? true
      && filter.isPinned.map { $0 == (message.pinnedAt != nil) } ?? true
      && filter.has.allSatisfy(traits.contains) && filter.lacks.allSatisfy { !traits.contains($0) }
      && (filter.hosts.isEmpty || filter.hosts.contains(where: hosts(message.content).contains))
      && (filter.extensions.isEmpty
        || filter.extensions.contains { ending in
          message.attachments.contains { $0.filename.lowercased().hasSuffix("." + ending) }
        })
      && filter.after.map { message.id > $0 } ?? true && filter.before.map { message.id < $0 } ?? true
  }

  private static func text(_ message: Message) -> String {
    let embeds = message.embeds + (message.snapshot?.embeds ?? [])
    let shown = embeds.flatMap { embed in
      [embed.title, embed.description, embed.author?.name, embed.footer?.text].compactMap(\.self)
        + embed.fields.flatMap { [$0.name, $0.value] }
    }
    let files = message.attachments.flatMap { [$0.filename, $0.description ?? ""] }
    return ([message.content, message.snapshot?.content ?? ""] + shown + files).joined(separator: "\n")
  }

  /// Runs of letters and digits, without case and accents; each Han character by itself.
  private static func words(_ text: String) -> [String] {
    let folded = text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    var words: [String] = []
    for part in folded.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      var run = ""
      for character in part {
        guard let scalar = character.unicodeScalars.first, (0x4E00...0x9FFF).contains(scalar.value) else {
          run.append(character)
          continue
        }
        if !run.isEmpty { words.append(run) }
        run = ""
        words.append(String(character))
      }
      if !run.isEmpty { words.append(run) }
    }
    return words
  }

  private static func phrases(_ content: String) -> [[String]] {
    var phrases: [[String]] = []
    for (index, part) in content.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
      if index % 2 == 1 {
        phrases.append(words(String(part)))
      } else {
        phrases += part.split(whereSeparator: \.isWhitespace).map { words(String($0)) }
      }
    }
    return phrases.filter { !$0.isEmpty }
  }

  private static func contains(_ said: [String], _ phrase: [String]) -> Bool {
    guard said.count >= phrase.count else { return false }
    return (0...(said.count - phrase.count)).contains { Array(said[$0..<$0 + phrase.count]) == phrase }
  }

  private static func hosts(_ text: String) -> [String] {
    text.lowercased().components(separatedBy: "http").dropFirst().compactMap { link in
      let rest = link.drop { $0 == "s" }
      guard rest.hasPrefix("://") else { return nil }
      return String(rest.dropFirst(3).prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" })
    }
  }

  private static func traits(_ message: Message) -> Set<SearchTrait> {
    var traits: Set<SearchTrait> = []
    if message.content.contains("http://") || message.content.contains("https://") { traits.insert(.link) }
    if !message.embeds.isEmpty { traits.insert(.embed) }
    if message.snapshot != nil { traits.insert(.snapshot) }
    for attachment in message.attachments {
      traits.insert(.file)
      let type = attachment.file.contentType ?? ""
      if type.hasPrefix("image/") { traits.insert(.image) }
      if type.hasPrefix("video/") { traits.insert(.video) }
      if type.hasPrefix("audio/") { traits.insert(.sound) }
    }
    return traits
  }
}
