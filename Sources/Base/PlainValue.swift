/// A value of no type of its own: what is kept and handed on without being understood.
///
/// Audit logs hold old and new values of any field, components and options of commands whatever a bot's author
/// wrote. The core looks into it with the accessors; how it is written down is decided elsewhere.
public enum PlainValue: Hashable, Sendable {
  /// Nothing.
  case null
  /// A truth value.
  case bool(Bool)
  /// A whole number.
  case integer(Int64)
  /// Any other number; finite.
  case number(Double)
  /// A text.
  case text(String)
  /// Values in order.
  case list([PlainValue])
  /// Named values in order, each name once.
  case object([Field])

  /// One named value.
  public struct Field: Hashable, Sendable {
    /// The name.
    public let key: String
    /// The value.
    public var value: PlainValue

    /// Makes a named value.
    public init(_ key: String, _ value: PlainValue) {
      self.key = key
      self.value = value
    }
  }
}

extension PlainValue {
  /// The value of that name; `nil` where there is none, and in anything but an object.
  public subscript(key: String) -> PlainValue? {
    guard case .object(let fields) = self else { return nil }
    return fields.first { $0.key == key }?.value
  }

  /// The text, if it is one.
  public var text: String? {
    guard case .text(let value) = self else { return nil }
    return value
  }

  /// The whole number, if it is one; also of a number without fraction.
  public var int: Int? {
    switch self {
    case .integer(let value): Int(exactly: value)
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The truth value, if it is one.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The values in order, if it is a list.
  public var list: [PlainValue]? {
    guard case .list(let value) = self else { return nil }
    return value
  }

  /// The named values, if it is an object.
  public var fields: [Field]? {
    guard case .object(let value) = self else { return nil }
    return value
  }

  /// The id that a decimal text or a whole number stands for.
  public var snowflake: Snowflake? {
    switch self {
    case .text(let text): Snowflake(text)
    case .integer(let value): UInt64(exactly: value).map(Snowflake.init(rawValue:))
    default: nil
    }
  }

  /// An id as a decimal text.
  public static func id(_ id: Snowflake) -> PlainValue { .text(id.description) }
}
