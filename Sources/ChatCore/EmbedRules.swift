import Base

/// What embeds may hold; every problem is noted under `embeds`.
enum EmbedRules {
  static func check(_ embeds: [Embed], _ form: inout FormCheck) {
    if embeds.count > Limits.embedsPerMessage {
      form.length(["embeds"], embeds.count, 0...Limits.embedsPerMessage)
    }
    if embeds.reduce(0, { $0 + $1.length }) > Limits.embedsLength {
      form.fail(
        ["embeds"], "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of \(Limits.embedsLength)")
    }
    for (index, embed) in embeds.enumerated() {
      check(embed, ["embeds", String(index)], &form)
    }
  }

  private static func check(_ embed: Embed, _ path: [String], _ form: inout FormCheck) {
    text(embed.title, path + ["title"], 0...Limits.embedNameLength, &form)
    text(embed.description, path + ["description"], 0...Limits.embedDescriptionLength, &form)
    text(embed.footer?.text, path + ["footer", "text"], 0...Limits.embedFooterLength, &form)
    text(embed.author?.name, path + ["author", "name"], 0...Limits.embedNameLength, &form)
    form.length(path + ["fields"], embed.fields.count, 0...Limits.embedFields)
    for (index, field) in embed.fields.enumerated() {
      let path = path + ["fields", String(index)]
      required(field.name, path + ["name"], Limits.embedNameLength, &form)
      required(field.value, path + ["value"], Limits.embedValueLength, &form)
    }
    if let color = embed.color, !(0...0xFF_FFFF).contains(color) {
      form.fail(
        path + ["color"], color < 0 ? "NUMBER_TYPE_MIN" : "NUMBER_TYPE_MAX",
        "int value should be between 0 and 16777215.")
    }
    link(embed.url, path + ["url"], &form)
    picture(embed.imageURL, path + ["image", "url"], &form)
    picture(embed.thumbnailURL, path + ["thumbnail", "url"], &form)
    picture(embed.footer?.iconURL, path + ["footer", "icon_url"], &form)
    link(embed.author?.url, path + ["author", "url"], &form)
    picture(embed.author?.iconURL, path + ["author", "icon_url"], &form)
  }

  private static func text(
    _ text: String?, _ path: [String], _ bounds: ClosedRange<Int>, _ form: inout FormCheck
  ) {
    if let text { form.length(path, text.unicodeScalars.count, bounds) }
  }

  private static func required(
    _ text: String, _ path: [String], _ most: Int, _ form: inout FormCheck
  ) {
    if TextRules.trimmed(text).isEmpty {
      form.fail(path, "BASE_TYPE_REQUIRED", "This field is required")
    }
    self.text(text, path, 0...most, &form)
  }

  /// A link, or the name of a file of the same message.
  private static func picture(_ url: String?, _ path: [String], _ form: inout FormCheck) {
    guard let url, let name = Embed.attachmentName(url) else { return link(url, path, &form) }
    form.length(path, name.unicodeScalars.count, 1...Limits.embedURLLength)
  }

  /// Only links that a browser can follow without running anything.
  private static func link(_ url: String?, _ path: [String], _ form: inout FormCheck) {
    guard let url else { return }
    form.length(path, url.unicodeScalars.count, 0...Limits.embedURLLength)
    let scheme = url.prefix { $0 != ":" }.lowercased()
    let isSafe = url.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
    guard ["http", "https"].contains(scheme), url.dropFirst(scheme.count).hasPrefix("://"), isSafe else {
      return form.fail(
        path, "URL_TYPE_INVALID_SCHEME", "Scheme \"\(scheme.prefix(32))\" must be one of ('http', 'https').")
    }
  }
}
