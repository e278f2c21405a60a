extension Configuration {
  /// The whole configuration as a file that reads back as itself, with each key's meaning.
  public var yaml: String {
    var text = ""
    var section = ""
    for key in ConfigurationKey.all {
      let parts = key.name.split(separator: ".", maxSplits: 1)
      guard let head = parts.first, let tail = parts.last else { continue }
      if head != section {
        section = String(head)
        text += (text.isEmpty ? "" : "\n") + "\(section):\n"
      }
      text += "  # \(key.help) (\(key.form))\n"
      let values = key.read(self).map(Configuration.quoted)
      text += "  \(tail): \(key.isList ? "[" + values.joined(separator: ", ") + "]" : values.first ?? "")\n"
    }
    return text
  }

  /// The documentation's table of all keys with their defaults, in Markdown.
  public static var markdown: String {
    var text = "| key | default | values | meaning |\n|---|---|---|---|\n"
    for key in ConfigurationKey.all {
      let values = key.read(Configuration()).filter { !$0.isEmpty }.map { "`\($0)`" }
      text += "| `\(key.name)` | \(values.joined(separator: ", ")) | \(key.form) | \(key.help) |\n"
    }
    return text
  }

  private static func quoted(_ text: String) -> String {
    if Int(text) != nil { return text }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case let scalar where scalar.value < 0x20: result += "\\u" + fourDigits(scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func fourDigits(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
