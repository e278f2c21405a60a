public import Base

extension JSONValue {
  /// A value of no type of its own as JSON.
  public init(_ plain: PlainValue) {
    switch plain {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .text(let value): self = .string(value)
    case .list(let values): self = .array(values.map { JSONValue($0) })
    case .object(let fields):
      self = .object(JSONObject(fields.map { JSONObject.Field(key: $0.key, value: JSONValue($0.value)) }))
    }
  }
}

extension PlainValue {
  /// JSON as a value of no type of its own; integers beyond `Int64` lose their lowest bits.
  public init(_ json: JSONValue) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .unsigned(let value): self = .number(Double(value))
    case .number(let value): self = .number(value)
    case .string(let value): self = .text(value)
    case .array(let values): self = .list(values.map { PlainValue($0) })
    case .object(let object): self = .object(object.fields.map { Field($0.key, PlainValue($0.value)) })
    }
  }
}
