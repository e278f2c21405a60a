import Base
import ChatCore
import JSON

/// What an incoming webhook of Slack would be sent, as a message: `POST webhooks/{id}/{token}/slack`.
///
/// Text and attachments are taken; channels, emoji icons and blocks are passed over, as at Discord. Bounds are
/// the chat core's.
enum SlackMessage {
  private static let colors = ["good": 0x2EB886, "warning": 0xDAA038, "danger": 0xA30200]

  static func draft(_ form: inout FormReader) -> WebhookDraft {
    var lines = [form.string("text")].compactMap(\.self)
    var embeds: [Embed] = []
    for var attachment in form.nestedList("attachments") ?? [] {
      if let text = attachment.string("pretext"), !text.isEmpty { lines.append(text) }
      embeds.append(embed(&attachment))
      form.note(attachment)
    }
    var draft = WebhookDraft(message: MessageDraft(content: markdown(lines.joined(separator: "\n"))))
    draft.message.embeds = embeds
    draft.message.allowedMentions = .usersOnly
    draft.username = form.string("username")
    return draft
  }

  private static func embed(_ form: inout FormReader) -> Embed {
    var embed = Embed()
    embed.title = text("title", &form)
    embed.url = text("title_link", &form)
    embed.description = text("text", &form).map(markdown)
    embed.color = text("color", &form).flatMap(color)
    embed.imageURL = text("image_url", &form)
    embed.thumbnailURL = text("thumb_url", &form)
    embed.author = text("author_name", &form).map { name in
      Embed.Author(name: name, url: text("author_link", &form), iconURL: text("author_icon", &form))
    }
    embed.footer = text("footer", &form).map { Embed.Footer(text: $0, iconURL: text("footer_icon", &form)) }
    embed.timestamp = form.int("ts").flatMap { seconds in
      let (time, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000)
      return overflow ? nil : WallTime(milliseconds: time)
    }
    for var field in form.nestedList("fields") ?? [] {
      embed.fields.append(
        Embed.Field(
          name: field.string("title") ?? "", value: markdown(field.string("value") ?? ""),
          isInline: field.bool("short") ?? false))
      form.note(field)
    }
    return embed
  }

  private static func text(_ key: String, _ form: inout FormReader) -> String? {
    form.string(key).flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func color(_ text: String) -> Int? {
    if let known = colors[text] { return known }
    let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
    return digits.utf8.count == 6 ? Int(digits, radix: 16) : nil
  }

  /// Slack's `<https://… |label>` as `[label](https://…)`, and its three escapes.
  static func markdown(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      result += rest[..<start]
      rest = rest[start...]
      guard let end = rest.firstIndex(of: ">") else { break }
      let inner = rest[rest.index(after: start)..<end]
      let parts = inner.split(separator: "|", maxSplits: 1)
      if let url = parts.first, url.hasPrefix("http://") || url.hasPrefix("https://") {
        result += parts.count == 2 ? "[\(parts[1])](\(url))" : String(url)
      } else {
        result += rest[...end]
      }
      rest = rest[rest.index(after: end)...]
    }
    result += rest
    return result.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
  }
}
