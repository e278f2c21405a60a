internal import CSIMDJSON

extension JSONValue {
  /// Reads one document.
  ///
  /// Text before or after the document other than white space makes it malformed. Integers beyond 64 bits
  /// and numbers beyond `Double` are ``JSONError/numberOutOfRange``: no field of ours holds such a number.
  ///
  /// Half a surrogate pair is read as U+FFFD.
  ///
  /// - Throws: ``JSONError``.
  public static func parse(_ octets: [UInt8], limits: JSONLimits) throws(JSONError) -> JSONValue {
    guard octets.count <= limits.octets else { throw .tooLarge }
    var parser = try JSONParser()
    do throws(JSONError) {
      return try parser.parse(octets, depth: limits.depth)
    } catch {
      guard error == .malformed, let repaired = LoneSurrogates.replaced(in: octets) else { throw error }
      return try parser.parse(repaired, depth: limits.depth)
    }
  }
}

/// Owner of one simdjson parser: text in, values out.
///
/// simdjson writes a *tape*, an array of 64-bit words: the upper 8 bits are a letter, the lower 56 its
/// payload.
///
///     r  root            payload: index of the closing root
///     {  [               payload: low 32 bits index after the closing word, next 24 bits count (saturated)
///     }  ]               closing word
///     "                  payload: offset of a string; there a 32-bit length, then the octets
///     l  u  d            the next word is the Int64, UInt64 or Double
///     t  f  n            true, false, null
///
/// The walk over it recurses as deep as the document, which simdjson has bounded before.
@safe
struct JSONParser: ~Copyable {
  private let parser: OpaquePointer
  private var position = 0

  init() throws(JSONError) {
    // The parser is this value's own until deinit.
    guard let parser = unsafe roost_json_create() else { throw .outOfMemory }
    unsafe self.parser = parser
  }

  deinit {
    // Made in init, freed once.
    unsafe roost_json_free(parser)
  }

  mutating func parse(_ octets: [UInt8], depth: Int) throws(JSONError) -> JSONValue {
    // simdjson reads `count` octets and keeps no pointer to them.
    let code = unsafe octets.withUnsafeBufferPointer { text in
      unsafe roost_json_parse(parser, text.baseAddress, text.count, max(depth, 1))
    }
    switch Int(code) {
    case ROOST_JSON_OK: break
    case ROOST_JSON_TOO_DEEP: throw .tooDeep
    case ROOST_JSON_INVALID_UTF8: throw .invalidUTF8
    case ROOST_JSON_NUMBER: throw .numberOutOfRange
    case ROOST_JSON_MEMORY: throw .outOfMemory
    case ROOST_JSON_TOO_LARGE: throw .tooLarge
    default: throw .malformed
    }
    position = 1
    return value()
  }

  private mutating func value() -> JSONValue {
    let word = take()
    switch UInt8(truncatingIfNeeded: word >> 56) {
    case UInt8(ascii: "{"): return .object(object(count: word))
    case UInt8(ascii: "["): return .array(array(count: word))
    case UInt8(ascii: "\""): return .string(string(word))
    case UInt8(ascii: "l"): return .integer(Int64(bitPattern: take()))
    case UInt8(ascii: "u"): return .unsigned(take())
    case UInt8(ascii: "d"): return .number(Double(bitPattern: take()))
    case UInt8(ascii: "t"): return .bool(true)
    case UInt8(ascii: "f"): return .bool(false)
    default: return .null
    }
  }

  private mutating func object(count word: UInt64) -> JSONObject {
    var fields: [JSONObject.Field] = []
    fields.reserveCapacity(JSONParser.count(word))
    let end = JSONParser.end(word)
    while position < end - 1 {
      let key = string(take())
      fields.append(JSONObject.Field(key: key, value: value()))
    }
    position = end
    return JSONObject(fields)
  }

  private mutating func array(count word: UInt64) -> [JSONValue] {
    var values: [JSONValue] = []
    values.reserveCapacity(JSONParser.count(word))
    let end = JSONParser.end(word)
    while position < end - 1 {
      values.append(value())
    }
    position = end
    return values
  }

  private static func end(_ word: UInt64) -> Int { Int(word & 0xFFFF_FFFF) }

  private static func count(_ word: UInt64) -> Int { Int(word >> 32 & 0xFF_FFFF) }

  private mutating func take() -> UInt64 {
    defer { position += 1 }
    // simdjson's tape ends with a root word; each container names its end, so the walk stays before that.
    return unsafe roost_json_tape(parser)[position]
  }

  private func string(_ word: UInt64) -> String {
    let offset = Int(word & 0xFF_FFFF_FFFF_FFFF)
    // simdjson wrote the length in front of the octets, in the machine's byte order and at any alignment.
    let start = unsafe UnsafeRawPointer(roost_json_strings(parser)) + offset
    // Both lie within simdjson's string buffer, as the tape word says.
    let count = unsafe Int(start.loadUnaligned(as: UInt32.self))
    // The octets are copied here; the buffer lives until the next parse.
    let octets = unsafe UnsafeRawBufferPointer(start: start + 4, count: count)
    return unsafe String(decoding: octets, as: UTF8.self)
  }
}
