import Base
import ChatCore

/// A search as FTS5's query language has it; nothing of what people write becomes part of the language.
struct SearchExpression {
  /// Channels that are compared in the index itself; with more, each hit's channel is looked up.
  private static let channelsMax = 8
  /// Words of one search.
  private static let wordsMax = 32

  /// The query; `nil` when nothing can fit.
  let text: String?
  /// Whether what fits must also be in the scope's channels.
  let needsChannelCheck: Bool

  init(_ filter: SearchFilter, in scope: SearchScope) {
    var wanted: [[String]] = []
    let isNarrow = scope.channels.count <= Self.channelsMax
    if let guild = scope.guild, scope.isWholeGuild || !isNarrow {
      wanted.append([SearchText.guild(guild)])
      needsChannelCheck = !scope.isWholeGuild
    } else {
      wanted.append(scope.channels.sorted().map(SearchText.channel))
      needsChannelCheck = false
    }
    var unwanted = filter.lacks.map(SearchText.trait)
    wanted += [
      filter.authors.map(SearchText.author), filter.mentions.map(SearchText.mention),
      filter.hosts.map(SearchText.host), filter.extensions.map(SearchText.fileExtension),
    ].filter { !$0.isEmpty }
    wanted += filter.has.map { [SearchText.trait($0)] }
    for (flag, mark) in [
      (filter.isPinned, SearchText.pinned), (filter.mentionsEveryone, SearchText.everyone),
    ] {
      guard let flag else { continue }
      if flag { wanted.append([mark]) } else { unwanted.append(mark) }
    }
    let phrases = Self.phrases(filter.content)
    wanted += phrases.map { [$0] }
    if phrases.isEmpty, filter.content.contains(where: { !$0.isWhitespace }) || scope.channels.isEmpty {
      text = nil
      return
    }
    let positive = wanted.map { "(" + $0.map(Self.quoted).joined(separator: " OR ") + ")" }
    let all = positive.joined(separator: " AND ")
    text =
      unwanted.isEmpty ? all : "(\(all)) NOT (" + unwanted.map(Self.quoted).joined(separator: " OR ") + ")"
  }

  /// A string of FTS5: whatever is in it, is to be found.
  private static func quoted(_ phrase: String) -> String {
    "\"" + phrase.filter { $0 != "\"" && $0 != "\0" } + "\""
  }

  /// Words, and the texts between quotation marks as a whole; those without a letter or digit are not indexed.
  private static func phrases(_ content: String) -> [String] {
    var phrases: [String] = []
    for (index, part) in content.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
      phrases += index % 2 == 1 ? [String(part)] : part.split(whereSeparator: \.isWhitespace).map(String.init)
    }
    let written = phrases.map(SearchText.plain).filter { $0.unicodeScalars.contains(where: isIndexed) }
    return Array(written.prefix(wordsMax))
  }

  /// The categories that the tokenizer takes for parts of words.
  private static func isIndexed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }
}
