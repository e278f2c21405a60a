import Base

/// Collects what is wrong with a request's body, then throws it all at once.
struct FormCheck {
  private var problems: [FormProblem] = []

  init() {}

  mutating func fail(_ path: [String], _ code: String, _ message: String) {
    problems.append(FormProblem(path: path, code: code, message: message))
  }

  mutating func length(_ path: String, _ text: String, _ bounds: ClosedRange<Int>) {
    length([path], text.unicodeScalars.count, bounds)
  }

  /// The same for a text or list of `count` deeper in the body.
  mutating func length(_ path: [String], _ count: Int, _ bounds: ClosedRange<Int>) {
    if count > bounds.upperBound, bounds.lowerBound == 0 {
      fail(path, "BASE_TYPE_MAX_LENGTH", "Must be \(bounds.upperBound) or fewer in length.")
    } else if !bounds.contains(count) {
      let range = "\(bounds.lowerBound) and \(bounds.upperBound)"
      fail(path, "BASE_TYPE_BAD_LENGTH", "Must be between \(range) in length.")
    }
  }

  mutating func value(_ path: String, _ number: Int, _ bounds: ClosedRange<Int>) {
    value([path], number, bounds)
  }

  /// The same for a number deeper in the body.
  mutating func value(_ path: [String], _ number: Int, _ bounds: ClosedRange<Int>) {
    if number > bounds.upperBound {
      fail(
        path, "NUMBER_TYPE_MAX", "int value should be less than or equal to \(bounds.upperBound).")
    } else if number < bounds.lowerBound {
      fail(
        path, "NUMBER_TYPE_MIN", "int value should be greater than or equal to \(bounds.lowerBound).")
    }
  }

  func finish() throws(ChatError) {
    if !problems.isEmpty { throw .form(problems) }
  }
}

/// What names may look like.
enum TextRules {
  /// A username in the form that it is kept in.
  static func username(_ text: String) -> String {
    text.lowercased()
  }

  /// Whether a kept username holds only `a-z 0-9 _ .` and no two full stops together.
  static func isUsername(_ text: String) -> Bool {
    let isAllowed = text.utf8.allSatisfy { octet in
      (0x61...0x7A).contains(octet) || (0x30...0x39).contains(octet) || octet == 0x5F || octet == 0x2E
    }
    return isAllowed && !text.contains("..")
  }

  /// Whether it has the shape of an address: something, one `@`, something, without white space.
  static func isEmail(_ text: String) -> Bool {
    guard text.utf8.count <= Limits.emailLength else { return false }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
      && text.unicodeScalars.allSatisfy { scalar in
        !scalar.properties.isWhitespace && scalar.value >= 0x20 && scalar.value != 0x7F
      }
  }

  /// The text without white space at its ends.
  static func trimmed(_ text: String) -> String {
    var scalars = Substring(text).unicodeScalars
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars)
  }

  /// A channel's name as it is kept: text channels' names are lower case with hyphens.
  static func channelName(_ text: String, _ kind: ChannelKind) -> String {
    let name = trimmed(text)
    guard kind.holdsThreads else { return name }
    let scalars = name.lowercased().unicodeScalars.map { scalar in
      scalar.properties.isWhitespace ? "-" : String(Character(scalar))
    }
    return scalars.joined()
  }

  /// Whether it is one Unicode emoji sequence, as far as can be told without a table of all of them.
  ///
  /// Emoji are sequences of emoji scalars, joiners, variation selectors, tags and keycaps. At least one scalar
  /// must be an emoji beyond ASCII, or a keycap must follow a digit.
  static func isEmoji(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count <= Limits.emojiOctets, text.count <= 2 else { return false }
    var holdsEmoji = false
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x200D, 0xFE0F, 0xE0020...0xE007F: continue
      case 0x20E3: holdsEmoji = true
      case 0x23, 0x2A, 0x30...0x39: continue
      default:
        guard scalar.properties.isEmoji else { return false }
        holdsEmoji = true
      }
    }
    return holdsEmoji
  }
}
