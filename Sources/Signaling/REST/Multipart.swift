/// A body of `multipart/form-data` (RFC 7578), cut into its parts.
///
/// ```
/// --boundary CRLF  headers CRLF CRLF  content CRLF  --boundary … --boundary-- CRLF
/// ```
/// Parts may come in any order: some libraries send the files before `payload_json`. Refuses a missing
/// boundary, more parts or longer part headers than the limits, and a body that ends early.
package struct Multipart: Sendable {
  /// One part.
  package struct Part: Sendable {
    /// `name` of its Content-Disposition.
    package let name: String
    /// `filename` of its Content-Disposition; with one, the part is a file.
    package let filename: String?
    /// Its Content-Type, in lower case and without parameters.
    package let type: String?
    /// Where its content lies in the body.
    package let content: Range<Int>
  }

  /// Ten files, their descriptions and the payload.
  package static let partCountMax = 24
  /// Room for a long file name, percent-encoded.
  package static let headerCountMax = 4_096
  /// RFC 2046 §5.1.1.
  private static let boundaryCountMax = 70

  let parts: [Part]

  /// The boundary that a Content-Type of `multipart/form-data` names.
  package static func boundary(of contentType: String) -> String? {
    parameter("boundary", of: contentType).flatMap {
      (1...boundaryCountMax).contains($0.utf8.count) ? $0 : nil
    }
  }

  /// Cuts `body`; `nil` when it is not whole.
  init?(_ body: [UInt8], boundary: String) {
    let dashes = Array("--\(boundary)".utf8)
    let delimiter: [UInt8] = [13, 10] + dashes
    guard body.starts(with: dashes) else { return nil }
    var parts: [Part] = []
    var position = dashes.count
    while true {
      if body[position...].starts(with: [0x2D, 0x2D]) { break }
      guard body[position...].starts(with: [13, 10]), parts.count < Multipart.partCountMax else { return nil }
      let headerStart = position + 2
      let headerLimit = min(body.count, headerStart + Multipart.headerCountMax)
      guard let headerEnd = body[..<headerLimit].firstRange(of: [13, 10, 13, 10], from: headerStart),
        let contentEnd = body[...].firstRange(of: delimiter, from: headerEnd + 4),
        let part = Multipart.part(body[headerStart..<headerEnd], content: (headerEnd + 4)..<contentEnd)
      else { return nil }
      parts.append(part)
      position = contentEnd + delimiter.count
    }
    self.parts = parts
  }

  /// Reads the header of a part whose content lies at `content`; `nil` when it has no name.
  package static func part(_ header: ArraySlice<UInt8>, content: Range<Int>) -> Part? {
    guard let text = String(validating: header, as: UTF8.self) else { return nil }
    var name: String?
    var filename: String?
    var type: String?
    for line in text.split(separator: "\r\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = String(line[line.index(after: colon)...])
      switch line[..<colon].lowercased() {
      case "content-disposition":
        name = parameter("name", of: value)
        filename = parameter("filename", of: value) ?? extended(parameter("filename*", of: value))
      case "content-type":
        type = value.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
      default: break
      }
    }
    return name.map { Part(name: $0, filename: filename, type: type, content: content) }
  }

  /// `UTF-8''na%C3%AFve.txt` (RFC 8187 §3.2) as the text that it stands for.
  private static func extended(_ text: String?) -> String? {
    guard let text else { return nil }
    let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return text }
    return PercentCoding.decode(parts[2], plus: .itself) ?? text
  }

  /// The value of `name=value` or `name="value"` after the first semicolon.
  private static func parameter(_ name: String, of field: String) -> String? {
    var rest = Array(field.utf8)[...]
    guard let semicolon = rest.firstIndex(of: UInt8(ascii: ";")) else { return nil }
    rest = rest[(semicolon + 1)...]
    while !rest.isEmpty {
      rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ";") }
      guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      let key = String(decoding: rest[..<equals], as: UTF8.self).lowercased()
      rest = rest[(equals + 1)...]
      var value: [UInt8] = []
      if rest.first == UInt8(ascii: "\"") {
        rest = rest.dropFirst()
        while let octet = rest.popFirst(), octet != UInt8(ascii: "\"") {
          if octet == UInt8(ascii: "\\"), let escaped = rest.popFirst() {
            value.append(escaped)
          } else {
            value.append(octet)
          }
        }
      } else {
        value = Array(rest.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 })
        rest = rest.dropFirst(value.count)
      }
      if key == name { return String(validating: value, as: UTF8.self) }
    }
    return nil
  }
}

extension ArraySlice<UInt8> {
  /// Where `pattern` begins first, at or after `start`.
  ///
  /// Linear times the pattern's length at worst.
  fileprivate func firstRange(of pattern: [UInt8], from start: Int) -> Int? {
    guard let first = pattern.first, start >= startIndex else { return nil }
    var position = start
    while position + pattern.count <= endIndex {
      guard let candidate = self[position...].firstIndex(of: first) else { return nil }
      if self[candidate...].starts(with: pattern) { return candidate }
      position = candidate + 1
    }
    return nil
  }
}
