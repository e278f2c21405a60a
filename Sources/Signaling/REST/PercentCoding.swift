/// Percent-encoding of paths and queries (RFC 3986 §2.1) and of forms.
package enum PercentCoding {
  /// What a plus sign stands for.
  enum Plus {
    case itself, space
  }

  /// The octets that `text` stands for; `nil` when a percent sign is not followed by two hex digits.
  static func octets(_ text: some StringProtocol, plus: Plus) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    var iterator = text.utf8.makeIterator()
    while let octet = iterator.next() {
      switch octet {
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(nibble), let low = iterator.next().flatMap(nibble) else {
          return nil
        }
        result.append(high << 4 | low)
      case UInt8(ascii: "+") where plus == .space: result.append(UInt8(ascii: " "))
      default: result.append(octet)
      }
    }
    return result
  }

  /// The text that `text` stands for; `nil` when it is not UTF-8.
  static func decode(_ text: some StringProtocol, plus: Plus) -> String? {
    octets(text, plus: plus).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// `text` as one segment of a path: all but RFC 3986's unreserved characters encoded.
  package static func encode(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for octet in text.utf8 {
      switch octet {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: result.append(octet)
      default: result += [0x25, digits[Int(octet >> 4)], digits[Int(octet & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func nibble(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// The fields of a query or of an urlencoded form, in order.
package struct FormFields: Sendable {
  /// More fields than any route has are cut off.
  private static let countMax = 64

  private let fields: [(name: String, value: String)]

  /// Reads `a=1&b=2`; a field that does not decode is left out.
  package init(_ text: some StringProtocol) {
    fields = text.split(separator: "&", maxSplits: FormFields.countMax).prefix(FormFields.countMax)
      .compactMap { field in
        let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first.flatMap({ PercentCoding.decode($0, plus: .space) }) else { return nil }
        guard parts.count == 2 else { return (name, "") }
        return PercentCoding.decode(parts[1], plus: .space).map { (name, $0) }
      }
  }

  /// The first field of that name.
  package subscript(_ name: String) -> String? {
    fields.first { $0.name == name }?.value
  }

  /// All fields of that name, in their order.
  func all(_ name: String) -> [String] {
    fields.filter { $0.name == name }.map(\.value)
  }
}
