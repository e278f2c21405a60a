import Base
import ChatCore
import JSON

/// Embeds in bodies of messages.
extension RESTCall {
  static func embeds(_ form: inout FormReader) -> [Embed]? {
    guard let list = form.nestedList("embeds") else { return nil }
    var result: [Embed] = []
    for var element in list {
      result.append(embed(&element))
      form.note(element)
    }
    return result
  }

  private static func embed(_ form: inout FormReader) -> Embed {
    var embed = Embed()
    embed.title = text("title", &form)
    embed.description = text("description", &form)
    embed.url = text("url", &form)
    embed.timestamp = form.time("timestamp")
    embed.color = form.int("color")
    embed.imageURL = nestedText("image", "url", &form)
    embed.thumbnailURL = nestedText("thumbnail", "url", &form)
    if var footer = form.nested("footer") {
      embed.footer = text("text", &footer).map { text in
        Embed.Footer(text: text, iconURL: self.text("icon_url", &footer))
      }
      form.note(footer)
    }
    if var author = form.nested("author") {
      embed.author = text("name", &author).map { name in
        Embed.Author(name: name, url: text("url", &author), iconURL: text("icon_url", &author))
      }
      form.note(author)
    }
    for var field in form.nestedList("fields") ?? [] {
      embed.fields.append(
        Embed.Field(
          name: field.string("name") ?? "", value: field.string("value") ?? "",
          isInline: field.bool("inline") ?? false))
      form.note(field)
    }
    return embed
  }

  /// A text; an empty one counts as left out.
  private static func text(_ key: String, _ form: inout FormReader) -> String? {
    form.string(key).flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func nestedText(
    _ key: String, _ inner: String, _ form: inout FormReader
  ) -> String? {
    guard var nested = form.nested(key) else { return nil }
    let text = text(inner, &nested)
    form.note(nested)
    return text
  }
}
