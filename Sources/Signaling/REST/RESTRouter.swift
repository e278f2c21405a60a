/// Finds the route of a method and a path.
struct RESTRouter: Sendable {
  /// What a path leads to.
  enum Outcome: Hashable, Sendable {
    /// The route and its parameters, percent-decoded, in the template's order.
    case route(RESTRoute, RouteParameters)
    /// The path exists with these other methods.
    case otherMethods([String])
    /// An API version that is not served.
    case unknownVersion
    case notFound
  }

  private struct Entry: Sendable {
    let route: RESTRoute
    let method: Substring
    let segments: [Substring]
  }

  /// Longer paths are not found: the longest template has seven segments and emoji names are short.
  private static let pathCountMax = 1_024
  private static let segmentCountMax = 8

  // By number of segments; within one, templates with literals first, so that `@me` wins over `{user}`.
  private let entries: [[Entry]]

  init() {
    var entries = [[Entry]](repeating: [], count: RESTRouter.segmentCountMax + 1)
    for route in RESTRoute.allCases {
      let segments = route.segments
      entries[segments.count].append(Entry(route: route, method: route.method, segments: segments))
    }
    self.entries = entries.map { group in
      group.enumerated().sorted { left, right in
        let counts = (RESTRouter.parameterCount(left.element), RESTRouter.parameterCount(right.element))
        return counts.0 == counts.1 ? left.offset < right.offset : counts.0 < counts.1
      }.map(\.element)
    }
  }

  /// Where `method` on the percent-encoded `path` leads.
  func find(_ method: String, _ path: String) -> Outcome {
    guard path.utf8.count <= RESTRouter.pathCountMax else { return .notFound }
    var raw = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    if raw.last?.isEmpty == true { raw = raw.dropLast() }
    guard raw.first == "api" else { return .notFound }
    raw = raw.dropFirst()
    if let version = raw.first, version.first == "v", let number = UInt16(version.dropFirst()) {
      guard number == 9 || number == 10 else { return .unknownVersion }
      raw = raw.dropFirst()
    }
    guard !raw.isEmpty, raw.count <= RESTRouter.segmentCountMax else { return .notFound }
    var segments: [String] = []
    for segment in raw {
      guard let decoded = PercentCoding.decode(segment, plus: .itself), !decoded.isEmpty else {
        return .notFound
      }
      segments.append(decoded)
    }
    return find(method, segments)
  }

  private func find(_ method: String, _ segments: [String]) -> Outcome {
    var otherMethods: [String] = []
    for entry in entries[segments.count] {
      guard let parameters = RESTRouter.match(entry.segments, segments) else { continue }
      if entry.method == method { return .route(entry.route, parameters) }
      if !otherMethods.contains(String(entry.method)) { otherMethods.append(String(entry.method)) }
    }
    return otherMethods.isEmpty ? .notFound : .otherMethods(otherMethods)
  }

  private static func match(_ template: [Substring], _ segments: [String]) -> RouteParameters? {
    var parameters = RouteParameters()
    for (pattern, segment) in zip(template, segments) {
      if pattern.first == "{" {
        parameters.append(name: pattern.dropFirst().dropLast(), value: segment)
      } else if pattern != segment[...] {
        return nil
      }
    }
    return parameters
  }

  private static func parameterCount(_ entry: Entry) -> Int {
    entry.segments.count { $0.first == "{" }
  }
}

/// The parameters of a matched path.
struct RouteParameters: Hashable, Sendable {
  private struct Parameter: Hashable, Sendable {
    let name: Substring
    let value: String
  }

  private var parameters: [Parameter] = []

  mutating func append(name: Substring, value: String) {
    parameters.append(Parameter(name: name, value: value))
  }

  subscript(_ name: String) -> String? {
    parameters.first { $0.name == name[...] }?.value
  }
}
