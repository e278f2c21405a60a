public import Base

/// A parsed JSON document or a part of it (RFC 8259).
///
/// Integers keep all their bits: what fits `Int64` is ``integer(_:)``, greater ones up to 2^64 - 1 are
/// ``unsigned(_:)``, everything with a fraction or an exponent is ``number(_:)``.
public enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// An integer of at most 64 bits with sign.
  case integer(Int64)
  /// An integer above `Int64.max`; never smaller.
  case unsigned(UInt64)
  /// Any other number; always finite.
  case number(Double)
  /// A string; always valid UTF-8.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object(JSONObject)
}

extension JSONValue {
  /// The field `key` of an object; `nil` for what is no object, and for a field that is not there.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let object) = self else { return nil }
    return object[key]
  }

  /// Whether it is `null`.
  public var isNull: Bool { self == .null }

  /// The string, if it is one.
  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The truth value, if it is one.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The integer, if it is one that fits; also of a number without fraction such as `1.0`.
  public var int: Int? {
    switch self {
    case .integer(let value): Int(exactly: value)
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number as floating point, whatever its kind.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The id, if it is a decimal string or a non-negative integer: Discord's clients send both.
  public var snowflake: Snowflake? {
    switch self {
    case .string(let text): Snowflake(text)
    case .integer(let value): UInt64(exactly: value).map(Snowflake.init(rawValue:))
    case .unsigned(let value): Snowflake(rawValue: value)
    default: nil
    }
  }

  /// The array, if it is one.
  public var array: [JSONValue]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  /// The object, if it is one.
  public var object: JSONObject? {
    guard case .object(let value) = self else { return nil }
    return value
  }
}

/// An object's fields in the order of the text; of equal keys the last one counts.
///
/// Small objects are searched in order. Beyond ``JSONObject/indexedCount`` fields a dictionary is built
/// when the object is, so that no body makes the search quadratic.
public struct JSONObject: Hashable, Sendable {
  /// Fields in order, without those that a later equal key replaced.
  public private(set) var fields: [Field]
  private var index: [String: Int]

  /// A key with its value.
  public struct Field: Hashable, Sendable {
    /// The key.
    public let key: String
    /// The value.
    public let value: JSONValue

    /// Makes a field.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// From this many fields on, keys are found through a dictionary.
  ///
  /// Discord's bodies have fewer; a scan of 12 short keys costs less than one hash.
  static let indexedCount = 12

  /// Makes an object of fields in order; a later equal key replaces an earlier one.
  public init(_ fields: [Field]) {
    self.fields = []
    index = [:]
    if fields.count < JSONObject.indexedCount {
      for field in fields {
        if let earlier = self.fields.firstIndex(where: { $0.key == field.key }) {
          self.fields[earlier] = field
        } else {
          self.fields.append(field)
        }
      }
    } else {
      self.fields.reserveCapacity(fields.count)
      for field in fields {
        if let earlier = index[field.key] {
          self.fields[earlier] = field
        } else {
          index[field.key] = self.fields.count
          self.fields.append(field)
        }
      }
    }
  }

  /// The value of `key`; `nil` when it is not there.
  public subscript(key: String) -> JSONValue? {
    if index.isEmpty { return fields.first { $0.key == key }?.value }
    return index[key].map { fields[$0].value }
  }

  /// How many fields there are.
  public var count: Int { fields.count }

  /// Whether two objects hold the same fields in the same order.
  public static func == (lhs: JSONObject, rhs: JSONObject) -> Bool { lhs.fields == rhs.fields }

  /// Hashes the fields in order.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(fields)
  }
}
