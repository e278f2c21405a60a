import JSON

/// What a JSON value may be: the part of JSON Schema (draft 2020-12) that the API's description needs.
///
/// Objects are written as dictionaries; a key that ends in a question mark may be left out:
///
///     ["id": .snowflake, "nick": .string.orNull, "member?": .member]
indirect enum Schema: Sendable {
  /// Anything at all, also null.
  case anything
  /// One of JSON's simple types by its name in JSON Schema, with further keywords such as bounds.
  case simple(String, [(String, JSONValue)])
  /// An array.
  case array(Schema, count: ClosedRange<Int>?)
  /// An object; other keys than these are allowed everywhere.
  case object([Property])
  /// An object whose keys are ids or names.
  case map(Schema)
  /// One of ``Schema/named``.
  case reference(String)
  /// The same, or null.
  case nullable(Schema)
  /// Any of several.
  case either([Schema])

  /// One field of an object.
  struct Property: Sendable {
    let name: String
    let schema: Schema
    let isRequired: Bool
  }

  static let bool = Schema.simple("boolean", [])
  static let number = Schema.simple("number", [])
  static let integer = Schema.simple("integer", [])
  static let string = Schema.simple("string", [])
  /// An id: decimal digits in a string.
  static let snowflake = text(matching: "^[0-9]{1,20}$")
  /// A bit set: decimal digits in a string.
  static let permissions = text(matching: "^[0-9]{1,20}$")
  /// ISO 8601 with date, time and offset.
  static let time = Schema.simple("string", [("format", .string("date-time"))])
  /// A picture in a request.
  static let picture = text(matching: "^data:image/(png|jpeg|jpg|gif|webp);base64,")
  /// A color: 24 bits.
  static let color = integer(0...0xFF_FFFF)

  /// An integer within bounds.
  static func integer(_ range: ClosedRange<Int>) -> Schema {
    .simple("integer", [("minimum", number(range.lowerBound)), ("maximum", number(range.upperBound))])
  }

  /// One of some numbers.
  static func oneOf(_ numbers: Int...) -> Schema {
    .simple("integer", [("enum", .array(numbers.map(number)))])
  }

  /// One of some words.
  static func oneOf(_ words: String...) -> Schema {
    .simple("string", [("enum", .array(words.map(JSONValue.string)))])
  }

  /// A string of so many code points.
  static func string(_ length: ClosedRange<Int>) -> Schema {
    .simple(
      "string", [("minLength", number(length.lowerBound)), ("maxLength", number(length.upperBound))])
  }

  /// A string that fits a regular expression (ECMA-262).
  static func text(matching pattern: String) -> Schema {
    .simple("string", [("pattern", .string(pattern))])
  }

  /// An array, of any length unless it is bounded.
  static func list(_ element: Schema, _ count: ClosedRange<Int>? = nil) -> Schema {
    .array(element, count: count)
  }

  /// The same, or null.
  var orNull: Schema { .nullable(self) }

  private static func number(_ value: Int) -> JSONValue { .integer(Int64(value)) }
}

extension Schema: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral elements: (String, Schema)...) {
    self = .object(
      elements.map { key, schema in
        let isOptional = key.hasSuffix("?")
        return Property(
          name: isOptional ? String(key.dropLast()) : key, schema: schema, isRequired: !isOptional)
      })
  }

  /// The fields of two objects in one; of a key that both have, the first one's.
  static func object(_ first: Schema, with second: Schema) -> Schema {
    let names = Set(first.properties.map(\.name))
    return .object(first.properties + second.properties.filter { !names.contains($0.name) })
  }

  /// The same object, none of whose fields must be there: what a PATCH takes.
  var optional: Schema {
    .object(properties.map { Property(name: $0.name, schema: $0.schema, isRequired: false) })
  }

  /// The fields, also of a named object.
  var properties: [Property] {
    switch self {
    case .object(let properties): properties
    case .reference(let name): Schema.named[name]?.properties ?? []
    default: []
    }
  }
}

extension Schema {
  /// The schema as JSON Schema writes it.
  var json: JSONValue {
    switch self {
    case .anything: .fields([])
    case .simple(let type, let keywords): .fields([("type", .string(type))] + keywords)
    case .array(let element, let count):
      .fields(
        [("type", .string("array")), ("items", element.json)]
          + (count.map {
            [
              ("minItems", .integer(Int64($0.lowerBound))), ("maxItems", .integer(Int64($0.upperBound))),
            ]
          } ?? []))
    case .object(let properties): Schema.json(properties)
    case .map(let element):
      .fields([("type", .string("object")), ("additionalProperties", element.json)])
    case .reference(let name): .fields([("$ref", .string("#/components/schemas/" + name))])
    case .nullable(let schema): schema.nullableJSON
    case .either(let schemas): .fields([("anyOf", .array(schemas.map(\.json)))])
    }
  }

  private var nullableJSON: JSONValue {
    guard case .simple(let type, let keywords) = self, !keywords.contains(where: { $0.0 == "enum" }) else {
      return .fields([("anyOf", .array([json, .fields([("type", .string("null"))])]))])
    }
    return .fields([("type", .array([.string(type), .string("null")]))] + keywords)
  }

  private static func json(_ properties: [Property]) -> JSONValue {
    var fields: [(String, JSONValue)] = [
      ("type", .string("object")), ("properties", .fields(properties.map { ($0.name, $0.schema.json) })),
    ]
    let required = properties.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { fields.append(("required", .array(required))) }
    return .fields(fields)
  }
}

extension JSONValue {
  /// An object of fields in order.
  static func fields(_ fields: [(String, JSONValue)]) -> JSONValue {
    .object(JSONObject(fields.map { JSONObject.Field(key: $0.0, value: $0.1) }))
  }
}
