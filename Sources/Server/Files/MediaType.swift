/// Which media types a file may be served as.
///
/// A browser runs scripts from HTML, SVG and XML of this origin, so whatever is not on the list is octets that
/// are saved, never shown.
enum MediaType {
  /// Pictures whose headers are known: a file is called so only when its header says it.
  static let pictures: Set<String> = ["image/png", "image/gif", "image/jpeg", "image/webp"]

  /// What is shown or played in place.
  private static let inline: Set<String> = pictures.union([
    "audio/mpeg", "audio/ogg", "audio/wav", "audio/x-wav", "audio/webm", "audio/mp4", "audio/aac",
    "audio/flac", "audio/x-flac", "video/mp4", "video/webm", "video/ogg", "video/quicktime", "text/plain",
  ])

  /// The type that a file is served with, and whether it may be shown in place.
  static func served(_ type: String?) -> (name: String, isInline: Bool) {
    guard let type, inline.contains(type) else { return ("application/octet-stream", false) }
    return (type == "text/plain" ? "text/plain; charset=utf-8" : type, true)
  }

  /// Whether `text` is `type/subtype` (RFC 6838 §4.2), in lower case and of a sensible length.
  static func isName(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && text.utf8.count <= 100
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy { octet in
            switch octet {
            case 0x30...0x39, 0x61...0x7A: true
            default: "!#$&-^_.+".utf8.contains(octet)
            }
          }
      }
  }
}
