public import Base

/// Writes JSON by appending to octets; it never reads back.
///
/// Objects and arrays are closures, so that brackets match. Commas are set by the writer. The caller gives
/// each key once.
///
///     var writer = JSONWriter()
///     writer.object {
///       $0.field("id", message.id)                     // "id":"175928847299117063"
///       $0.field("content", message.content)
///       $0.null("edited_timestamp")
///       $0.array("roles") { for role in roles { $0.element(role) } }
///       $0.object("author") { $0.field("bot", true) }
///     }
///     send(writer.octets)
///
/// A `Double` that is not finite becomes `null`: JSON has no word for it.
public struct JSONWriter: Sendable {
  /// What was written so far.
  public private(set) var octets: [UInt8]
  private var needsComma = false

  /// A writer with nothing written.
  public init() {
    octets = []
    octets.reserveCapacity(512)
  }

  /// A writer that appends to `octets` and hands the storage back in ``octets``.
  public init(appendingTo octets: consuming [UInt8]) {
    self.octets = octets
  }

  // Values without a key: the document itself, or an element of an array.

  /// Writes an object.
  public mutating func object(_ body: (inout JSONWriter) -> Void) {
    separate()
    nest(0x7B, 0x7D, body)
  }

  /// Writes an array.
  public mutating func array(_ body: (inout JSONWriter) -> Void) {
    separate()
    nest(0x5B, 0x5D, body)
  }

  /// Writes a string.
  public mutating func element(_ value: String) {
    separate()
    quote(value)
  }

  /// Writes an id as a decimal string.
  public mutating func element(_ value: Snowflake) {
    separate()
    append(value)
  }

  /// Writes an integer.
  public mutating func element(_ value: some FixedWidthInteger) {
    separate()
    append(value)
  }

  /// Writes a truth value.
  public mutating func element(_ value: Bool) {
    separate()
    append(value)
  }

  /// Writes a number; `null` when it is not finite.
  public mutating func element(_ value: Double) {
    separate()
    append(value)
  }

  /// Writes `null`.
  public mutating func nullElement() {
    separate()
    append("null")
  }

  /// Writes octets that are JSON already.
  public mutating func rawElement(_ json: [UInt8]) {
    separate()
    octets.append(contentsOf: json)
  }

  /// Writes a parsed value.
  public mutating func element(_ value: JSONValue) {
    separate()
    append(value)
  }

  // Fields of an object.

  /// Writes an object under `key`.
  public mutating func object(_ key: StaticString, _ body: (inout JSONWriter) -> Void) {
    self.key(key)
    nest(0x7B, 0x7D, body)
  }

  /// Writes an array under `key`.
  public mutating func array(_ key: StaticString, _ body: (inout JSONWriter) -> Void) {
    self.key(key)
    nest(0x5B, 0x5D, body)
  }

  /// Writes a string, or `null`.
  public mutating func field(_ key: StaticString, _ value: String?) {
    self.key(key)
    if let value { quote(value) } else { append("null") }
  }

  /// Writes an id as a decimal string, or `null`.
  public mutating func field(_ key: StaticString, _ value: Snowflake?) {
    self.key(key)
    if let value { append(value) } else { append("null") }
  }

  /// Writes an integer.
  public mutating func field(_ key: StaticString, _ value: some FixedWidthInteger) {
    self.key(key)
    append(value)
  }

  /// Writes a truth value.
  public mutating func field(_ key: StaticString, _ value: Bool) {
    self.key(key)
    append(value)
  }

  /// Writes a number; `null` when it is not finite.
  public mutating func field(_ key: StaticString, _ value: Double) {
    self.key(key)
    append(value)
  }

  /// Writes `null`.
  public mutating func null(_ key: StaticString) {
    self.key(key)
    append("null")
  }

  /// Writes octets that are JSON already.
  public mutating func raw(_ key: StaticString, _ json: [UInt8]) {
    self.key(key)
    octets.append(contentsOf: json)
  }

  /// Writes a parsed value.
  public mutating func field(_ key: StaticString, _ value: JSONValue) {
    self.key(key)
    append(value)
  }

  /// Writes an object whose key is known only at run time.
  public mutating func object(named key: String, _ body: (inout JSONWriter) -> Void) {
    self.key(named: key)
    nest(0x7B, 0x7D, body)
  }

  /// Writes a value whose key is known only at run time.
  public mutating func field(named key: String, _ value: JSONValue) {
    self.key(named: key)
    append(value)
  }
}

extension JSONWriter {
  private mutating func separate() {
    if needsComma { octets.append(0x2C) }
    needsComma = true
  }

  private mutating func nest(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
    octets.append(open)
    needsComma = false
    body(&self)
    octets.append(close)
    needsComma = true
  }

  /// Keys in the source hold nothing to escape.
  private mutating func key(_ key: StaticString) {
    separate()
    octets.append(0x22)
    append(key)
    octets.append(0x22)
    octets.append(0x3A)
  }

  private mutating func key(named key: String) {
    separate()
    quote(key)
    octets.append(0x3A)
  }

  private mutating func append(_ text: StaticString) {
    // The text lives as long as the program; it is copied here.
    text.withUTF8Buffer { unsafe octets.append(contentsOf: $0) }
  }

  private mutating func append(_ value: Snowflake) {
    octets.append(0x22)
    append(value.rawValue)
    octets.append(0x22)
  }

  private mutating func append(_ value: Bool) {
    append(value ? "true" : "false")
  }

  private mutating func append(_ value: some FixedWidthInteger) {
    guard var rest = UInt64(exactly: value.magnitude) else {
      return octets.append(contentsOf: value.description.utf8)
    }
    if value < 0 { octets.append(0x2D) }
    let start = octets.count
    repeat {
      octets.append(0x30 | UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    octets[start...].reverse()
  }

  /// The shortest digits that read back as the same number; `description` promises them.
  private mutating func append(_ value: Double) {
    guard value.isFinite else { return append("null") }
    octets.append(contentsOf: value.description.utf8)
  }

  private mutating func append(_ value: JSONValue) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value)
    case .integer(let value): append(value)
    case .unsigned(let value): append(value)
    case .number(let value): append(value)
    case .string(let value): quote(value)
    case .array(let values):
      nest(0x5B, 0x5D) { for value in values { $0.element(value) } }
    case .object(let object):
      nest(0x7B, 0x7D) { for field in object.fields { $0.field(named: field.key, field.value) } }
    }
  }

  /// RFC 8259 §7: quotation mark, reverse solidus and everything below U+0020 are escaped.
  ///
  /// U+007F and above go out as UTF-8.
  private mutating func quote(_ text: String) {
    octets.append(0x22)
    var text = text
    text.withUTF8 { utf8 in
      var start = 0
      for position in 0..<utf8.count {
        // Safe: the position stays below the buffer's count.
        let octet = unsafe utf8[position]
        if octet >= 0x20, octet != 0x22, octet != 0x5C { continue }
        // Safe: both ends lie within the buffer.
        unsafe octets.append(contentsOf: utf8[start..<position])
        escape(octet)
        start = position + 1
      }
      // Safe: both ends lie within the buffer.
      unsafe octets.append(contentsOf: utf8[start..<utf8.count])
    }
    octets.append(0x22)
  }

  private mutating func escape(_ octet: UInt8) {
    octets.append(0x5C)
    switch octet {
    case 0x22, 0x5C: octets.append(octet)
    case 0x0A: octets.append(0x6E)
    case 0x0D: octets.append(0x72)
    case 0x09: octets.append(0x74)
    default:
      octets.append(contentsOf: [0x75, 0x30, 0x30, 0x30 | octet >> 4])
      octets.append(octet & 15 < 10 ? 0x30 + (octet & 15) : 0x57 + (octet & 15))
    }
  }
}
