import Base

/// What commands and their options may hold (Discord's documentation, "Application Commands").
enum CommandRules {
  /// Notes every problem of `body` under `path`.
  static func check(_ body: CommandBody, _ path: [String], _ form: inout FormCheck) {
    let isChat = body.kind == .chat
    check(name: body.name, path + ["name"], isChat: isChat, &form)
    form.length(
      path + ["description"], body.description.unicodeScalars.count,
      isChat ? 1...Limits.commandDescriptionLength : 0...0)
    if !isChat, !body.options.isEmpty {
      form.fail(path + ["options"], "APPLICATION_COMMAND_INVALID_OPTIONS", "Only chat commands have options.")
    }
    check(body.options, path + ["options"], depth: 0, &form)
  }

  private static func check(
    name: String, _ path: [String], isChat: Bool, _ form: inout FormCheck
  ) {
    form.length(path, name.unicodeScalars.count, 1...Limits.commandNameLength)
    guard isChat else { return }
    let isFitting = name.unicodeScalars.allSatisfy { scalar in
      scalar == "-" || scalar == "_" || scalar == "'" || scalar.properties.isAlphabetic
        || scalar.properties.numericType != nil || scalar.properties.generalCategory == .nonspacingMark
    }
    if !isFitting || name != name.lowercased() {
      form.fail(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    }
  }

  private static func check(
    _ options: [PlainValue], _ path: [String], depth: Int, _ form: inout FormCheck
  ) {
    form.length(path, options.count, 0...Limits.commandOptions)
    var names: Set<String> = []
    var mayBeRequired = true
    for (index, option) in options.enumerated() {
      let path = path + [String(index)]
      guard let type = option["type"]?.int, (1...11).contains(type) else {
        form.fail(
          path + ["type"], "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}.")
        continue
      }
      let name = option["name"]?.text ?? ""
      check(name: name, path + ["name"], isChat: true, &form)
      if !names.insert(name).inserted {
        form.fail(
          path + ["name"], "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
      }
      form.length(
        path + ["description"], option["description"]?.text?.unicodeScalars.count ?? 0,
        1...Limits.commandDescriptionLength)
      if type <= 2 {
        checkGroup(option, type, path, depth: depth, &form)
        continue
      }
      if option["required"]?.bool == true {
        if !mayBeRequired {
          form.fail(
            path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
            "Required options must be placed before non-required options")
        }
      } else {
        mayBeRequired = false
      }
      checkChoices(option, type, path, &form)
    }
    let groups = options.count { ($0["type"]?.int ?? 3) <= 2 }
    if groups > 0, groups < options.count {
      form.fail(
        path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
        "Sub-command and sub-command group option types are mutually exclusive to all other types")
    }
  }

  /// A subcommand holds values; a group holds subcommands, and stands at the top.
  private static func checkGroup(
    _ option: PlainValue, _ type: Int, _ path: [String], depth: Int, _ form: inout FormCheck
  ) {
    let inner = option["options"]?.list ?? []
    let isMisplaced = type == 2 ? depth > 0 : depth > 1
    let isWrong = inner.contains { option in
      let type2 = option["type"]?.int ?? 3
      return type == 2 ? type2 != 1 : type2 <= 2
    }
    if isMisplaced || isWrong {
      return form.fail(
        path + ["type"], "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Invalid option type")
    }
    check(inner, path + ["options"], depth: depth + 1, &form)
  }

  private static func checkChoices(
    _ option: PlainValue, _ type: Int, _ path: [String], _ form: inout FormCheck
  ) {
    guard let choices = option["choices"]?.list, !choices.isEmpty else { return }
    let path = path + ["choices"]
    form.length(path, choices.count, 0...Limits.commandChoices)
    if option["autocomplete"]?.bool == true || ![3, 4, 10].contains(type) {
      form.fail(path, "APPLICATION_COMMAND_OPTION_CHOICES_INVALID", "Choices are not allowed here")
    }
    for (index, choice) in choices.enumerated() {
      let path = path + [String(index)]
      form.length(
        path + ["name"], choice["name"]?.text?.unicodeScalars.count ?? 0, 1...Limits.commandDescriptionLength)
      if !isValue(choice["value"], type) {
        form.fail(path + ["value"], "BASE_TYPE_REQUIRED", "A value of the option's type is required")
      }
    }
  }

  /// Whether a value is of an option's type; ids are not looked up here.
  static func isValue(_ value: PlainValue?, _ type: Int) -> Bool {
    switch type {
    case 3: (value?.text?.unicodeScalars.count).map { $0 <= Limits.commandTextLength } ?? false
    case 4: value?.int != nil
    case 5: value?.bool != nil
    case 6...9: value?.snowflake != nil
    case 10:
      switch value {
      case .number, .integer: true
      default: false
      }
    default: false
    }
  }
}
