import Base

extension CommandRules {
  /// The arguments of a call, without what the command does not have; problems are noted under `options`.
  ///
  /// `isWhole` false while somebody is typing: what is required may be missing, and values be half written.
  /// `named` takes ids that stand for users, channels and roles, with their option's type.
  static func given(
    _ given: [PlainValue], to options: [PlainValue], isWhole: Bool, _ named: inout [(Int, Snowflake)],
    _ form: inout FormCheck
  ) -> [PlainValue] {
    var result: [PlainValue] = []
    for (index, value) in given.prefix(Limits.commandOptions).enumerated() {
      let path = ["data", "options", String(index)]
      guard let name = value["name"]?.text, let option = options.first(where: { $0["name"]?.text == name }),
        let type = option["type"]?.int
      else {
        form.fail(path, "APPLICATION_COMMAND_INVALID_OPTION", "No such option")
        continue
      }
      var fields: [PlainValue.Field] = [
        .init("name", .text(name)), .init("type", .integer(Int64(type))),
      ]
      if type <= 2 {
        let inner = self.given(
          value["options"]?.list ?? [], to: option["options"]?.list ?? [], isWhole: isWhole, &named, &form)
        fields.append(.init("options", .list(inner)))
      } else if isWhole, !isFitting(value["value"], option, type) {
        form.fail(path + ["value"], "BASE_TYPE_REQUIRED", "The value does not fit the option")
      } else {
        fields.append(.init("value", value["value"] ?? .null))
        if let id = value["value"]?.snowflake, (6...9).contains(type) { named.append((type, id)) }
        if value["focused"]?.bool == true { fields.append(.init("focused", .bool(true))) }
      }
      result.append(.object(fields))
    }
    if isWhole {
      for option in options where option["required"]?.bool == true {
        if !result.contains(where: { $0["name"]?.text == option["name"]?.text }) {
          form.fail(["data", "options"], "BASE_TYPE_REQUIRED", "A required option is missing")
        }
      }
    }
    return result
  }

  /// Whether a value is of the option's type, within its bounds and among its choices.
  private static func isFitting(_ value: PlainValue?, _ option: PlainValue, _ type: Int) -> Bool {
    guard let value, isValue(value, type) else { return false }
    if let choices = option["choices"]?.list, !choices.isEmpty {
      return choices.contains { $0["value"] == value }
    }
    if let text = value.text, type == 3 {
      let count = text.unicodeScalars.count
      return count >= option["min_length"]?.int ?? 0
        && count <= option["max_length"]?.int ?? Limits.commandTextLength
    }
    guard type == 4 || type == 10, let number = value.number else { return true }
    return number >= option["min_value"]?.number ?? -.infinity
      && number <= option["max_value"]?.number ?? .infinity
  }
}

extension PlainValue {
  /// The number as floating point, if it is one.
  fileprivate var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
