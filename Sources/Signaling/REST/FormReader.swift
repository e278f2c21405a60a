import Base
import ChatCore
import JSON

/// Reads the fields of a body by type and collects what is wrong, so that one answer names it all.
///
/// Only types are checked here; lengths and ranges belong to the chat core, which reports them in the same
/// form.
struct FormReader {
  private let object: JSONObject
  private let path: [String]
  private(set) var problems: [FieldError] = []

  /// Reads `object`, which stands at `path` of the body.
  init(_ object: JSONObject, path: [String]) {
    self.object = object
    self.path = path
  }

  /// The field, when it is there and not null.
  func value(_ key: String) -> JSONValue? {
    guard let value = object[key], !value.isNull else { return nil }
    return value
  }

  /// Whether the field is there and null.
  func isNull(_ key: String) -> Bool { object[key]?.isNull == true }

  /// Notes a problem of the field `key`.
  mutating func note(_ key: String, _ code: String, _ message: String) {
    problems.append(FieldError(path: path + [key], code: code, message: message))
  }

  /// Notes that the field `key` must be there.
  mutating func noteMissing(_ key: String) {
    problems.append(.required(path + [key]))
  }

  /// The names of all fields in the order of the text.
  var keys: [String] { object.fields.map(\.key) }

  /// Takes over what a nested reader found.
  mutating func note(_ nested: FormReader) {
    problems += nested.problems
  }

  /// - Throws: 50035 when anything was noted.
  func check() throws(RESTError) {
    guard problems.isEmpty else { throw .form(problems) }
  }

  mutating func string(_ key: String) -> String? {
    convert(key, "STRING_TYPE_CONVERT", "Could not interpret \"{0}\" as string.") { $0.string }
  }

  mutating func requiredString(_ key: String) -> String {
    if value(key) == nil { problems.append(.required(path + [key])) }
    return string(key) ?? ""
  }

  mutating func int(_ key: String) -> Int? {
    convert(key, "NUMBER_TYPE_COERCE", "Value is not int.") { $0.int ?? $0.string.flatMap { Int($0) } }
  }

  mutating func double(_ key: String) -> Double? {
    convert(key, "NUMBER_TYPE_COERCE", "Value is not float.") {
      $0.double ?? $0.string.flatMap { Double($0) }
    }
  }

  mutating func bool(_ key: String) -> Bool? {
    convert(key, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.") { value in
      value.bool
        ?? value.string.flatMap { ["true": true, "True": true, "1": true, "false": false][$0] }
    }
  }

  mutating func snowflake(_ key: String) -> Snowflake? {
    convert(key, "NUMBER_TYPE_COERCE", "Value is not snowflake.") { $0.snowflake }
  }

  mutating func permissions(_ key: String) -> Permissions? {
    convert(key, "NUMBER_TYPE_COERCE", "Value is not a permission bit set.") {
      $0.snowflake.map { Permissions(rawValue: $0.rawValue) }
    }
  }

  mutating func time(_ key: String) -> WallTime? {
    convert(key, "DATE_TIME_TYPE_PARSE", "Could not parse. Should be ISO8601.") {
      $0.string.flatMap(ISO8601.time)
    }
  }

  mutating func strings(_ key: String) -> [String]? {
    convert(key, "LIST_TYPE_CONVERT", "Only iterables of strings may be used in a ListType.") { value in
      guard let list = value.array else { return nil }
      let texts = list.compactMap(\.string)
      return texts.count == list.count ? texts : nil
    }
  }

  /// A list that the chat core looks into itself.
  mutating func plainList(_ key: String) -> [PlainValue]? {
    convert(key, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType") { value in
      value.array.map { $0.map { PlainValue($0) } }
    }
  }

  /// An object that the chat core looks into itself.
  mutating func plainObject(_ key: String) -> PlainValue? {
    convert(key, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a DictType") { value in
      value.object == nil ? nil : PlainValue(value)
    }
  }

  /// Refuses a picture where this server keeps none; null is what it says itself.
  mutating func refusePicture(_ key: String) {
    if value(key) != nil { note(key, "IMAGE_INVALID", "This server does not keep pictures.") }
  }

  mutating func snowflakes(_ key: String) -> [Snowflake]? {
    convert(key, "LIST_TYPE_CONVERT", "Only iterables of snowflakes may be used in a ListType.") { value in
      guard let list = value.array else { return nil }
      let ids = list.compactMap(\.snowflake)
      return ids.count == list.count ? ids : nil
    }
  }

  /// A nested object; `nil` when it is missing or null.
  mutating func nested(_ key: String) -> FormReader? {
    let object = convert(key, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a DictType") {
      $0.object
    }
    return object.map { FormReader($0, path: path + [key]) }
  }

  /// A list of objects.
  mutating func nestedList(_ key: String) -> [FormReader]? {
    guard
      let list = convert(key, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType", { $0.array })
    else { return nil }
    var readers: [FormReader] = []
    for (index, element) in list.enumerated() {
      guard let object = element.object else {
        note(key, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        continue
      }
      readers.append(FormReader(object, path: path + [key, String(index)]))
    }
    return readers
  }

  /// A field that cannot be cleared: null keeps it, too.
  mutating func change<Value>(
    _ key: String, _ read: (inout FormReader, String) -> Value?
  ) -> Change<Value> {
    guard value(key) != nil, let value = read(&self, key) else { return .keep }
    return .set(value)
  }

  /// A field that null clears.
  mutating func clearable<Value>(
    _ key: String, _ read: (inout FormReader, String) -> Value?
  ) -> Change<Value?> {
    guard let given = object[key] else { return .keep }
    if given.isNull { return .set(nil) }
    return read(&self, key).map { .set($0) } ?? .keep
  }

  private mutating func convert<Value>(
    _ key: String, _ code: String, _ message: String, _ read: (JSONValue) -> Value?
  ) -> Value? {
    guard let value = value(key) else { return nil }
    guard let converted = read(value) else {
      note(key, code, message)
      return nil
    }
    return converted
  }
}
