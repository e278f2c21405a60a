import Base

/// What buttons, lists and layouts beneath a message may be (Discord's documentation, "Components").
///
/// Components are kept in Discord's form; only what the server or clients rely on is checked.
enum ComponentRules {
  private static let selects = [3, 5, 6, 7, 8]
  private static let layouts: Set<Int> = [1, 9, 10, 11, 12, 13, 14, 17]

  /// Notes problems under `components`; `isV2` allows layouts beside rows.
  static func check(_ components: [PlainValue], isV2: Bool, _ form: inout FormCheck) {
    let path = ["components"]
    form.length(path, components.count, 0...(isV2 ? Limits.componentsTotal : Limits.componentRows))
    var seen: Set<String> = []
    var total = 0
    for (index, component) in components.enumerated() {
      let type = component["type"]?.int ?? 0
      guard isV2 ? layouts.contains(type) : type == 1 else {
        form.fail(path + [String(index), "type"], "BASE_TYPE_CHOICES", "Value must be one of {1}.")
        continue
      }
      check(component, path + [String(index)], depth: 0, &seen, &total, &form)
    }
    if total > Limits.componentsTotal {
      form.fail(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "Too many components")
    }
  }

  private static func check(
    _ component: PlainValue, _ path: [String], depth: Int, _ seen: inout Set<String>, _ total: inout Int,
    _ form: inout FormCheck
  ) {
    total += 1
    let type = component["type"]?.int ?? 0
    guard depth < 4, layouts.contains(type) || type == 2 || selects.contains(type) else {
      return form.fail(path + ["type"], "BASE_TYPE_CHOICES", "This component cannot stand here.")
    }
    switch type {
    case 2: checkButton(component, path, &seen, &form)
    case 3:
      checkID(component, path, &seen, &form)
      checkOptions(component, path, &form)
    case 5...8: checkID(component, path, &seen, &form)
    case 10: form.length(path + ["content"], component["content"]?.text?.unicodeScalars.count ?? 0, 1...4000)
    default: break
    }
    let children = component["components"]?.list ?? []
    if type == 1 {
      let isList = children.contains { selects.contains($0["type"]?.int ?? 0) }
      form.length(path + ["components"], children.count, 1...(isList ? 1 : Limits.componentRows))
    }
    for (index, child) in children.enumerated() {
      check(child, path + ["components", String(index)], depth: depth + 1, &seen, &total, &form)
    }
    if type == 9, let accessory = component["accessory"] {
      check(accessory, path + ["accessory"], depth: depth + 1, &seen, &total, &form)
    }
  }

  private static func checkButton(
    _ button: PlainValue, _ path: [String], _ seen: inout Set<String>, _ form: inout FormCheck
  ) {
    form.length(
      path + ["label"], button["label"]?.text?.unicodeScalars.count ?? 0, 0...Limits.buttonLabelLength)
    if button["label"]?.text?.isEmpty ?? true, button["emoji"]?.fields == nil {
      form.fail(path + ["label"], "BASE_TYPE_REQUIRED", "A button needs a label or an emoji")
    }
    switch button["style"]?.int {
    case 1?, 2?, 3?, 4?: checkID(button, path, &seen, &form)
    case 5?:
      let url = button["url"]?.text ?? ""
      if !url.hasPrefix("https://"), !url.hasPrefix("http://"), !url.hasPrefix("discord://") {
        form.fail(
          path + ["url"], "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https', 'discord').")
      }
      form.length(path + ["url"], url.unicodeScalars.count, 1...512)
    default:
      form.fail(path + ["style"], "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5}.")
    }
  }

  private static func checkID(
    _ component: PlainValue, _ path: [String], _ seen: inout Set<String>, _ form: inout FormCheck
  ) {
    let id = component["custom_id"]?.text ?? ""
    form.length(path + ["custom_id"], id.unicodeScalars.count, 1...Limits.customIDLength)
    if !seen.insert(id).inserted {
      form.fail(
        path + ["custom_id"], "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    }
  }

  private static func checkOptions(_ list: PlainValue, _ path: [String], _ form: inout FormCheck) {
    let options = list["options"]?.list ?? []
    form.length(path + ["options"], options.count, 1...Limits.selectOptions)
    for (index, option) in options.enumerated() {
      for key in ["label", "value"] {
        form.length(
          path + ["options", String(index), key], option[key]?.text?.unicodeScalars.count ?? 0,
          1...Limits.customIDLength)
      }
    }
  }

  /// Whether any of them sends an interaction, however deep.
  static func holdsInteractive(_ components: [PlainValue]) -> Bool {
    components.contains { component in
      component["custom_id"] != nil || holdsInteractive(component["components"]?.list ?? [])
        || holdsInteractive([component["accessory"]].compactMap(\.self))
    }
  }

  /// The component that answers to `customID`, however deep.
  static func find(_ customID: String, in components: [PlainValue]) -> PlainValue? {
    for component in components {
      if component["custom_id"]?.text == customID { return component }
      let inner = (component["components"]?.list ?? []) + [component["accessory"]].compactMap(\.self)
      if let found = find(customID, in: inner) { return found }
    }
    return nil
  }
}
