import JSON

/// The API's description in OpenAPI 3.1, made of the route table.
///
/// `GET /api/v10/openapi.json` serves it. It is made once, at the first request, and the same for everybody.
enum OpenAPI {
  /// The description as it goes out.
  static let document: [UInt8] = {
    var writer = JSONWriter()
    writer.element(json)
    return writer.octets
  }()

  private static var json: JSONValue {
    .fields([
      ("openapi", .string("3.1.0")),
      (
        "info",
        .fields([
          ("title", .string("Roost")), ("version", .string("10")),
          ("description", .string("Discord's REST API, version 10, as this server serves it.")),
          ("license", .fields([("name", .string("Apache-2.0")), ("identifier", .string("Apache-2.0"))])),
        ])
      ),
      ("servers", .array([.fields([("url", .string("/api/v10"))])])),
      ("paths", paths),
      (
        "components",
        .fields([
          (
            "schemas",
            .fields(
              Schema.named.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })
          ),
          ("responses", .fields(errors.map { ($0.name, $0.json) })),
          ("headers", .fields(rateHeaders.map { ($0.name, header($0.schema, $0.text)) })),
          ("securitySchemes", securitySchemes),
        ])
      ),
    ])
  }

  private static var paths: JSONValue {
    var paths: [(String, [(String, JSONValue)])] = []
    for route in RESTRoute.allCases {
      guard let description = RouteDescription.all[route] else { continue }
      let path = "/" + route.segments.joined(separator: "/")
      let operation = (route.method.lowercased(), operation(route, description))
      if let index = paths.firstIndex(where: { $0.0 == path }) {
        paths[index].1.append(operation)
      } else {
        paths.append((path, [operation]))
      }
    }
    return .fields(paths.map { ($0.0, .fields($0.1)) })
  }

  private static func operation(_ route: RESTRoute, _ description: RouteDescription) -> JSONValue {
    var fields: [(String, JSONValue)] = [
      ("operationId", .string(String(describing: route))), ("summary", .string(description.summary)),
    ]
    let parameters = pathParameters(route) + queryParameters(description)
    if !parameters.isEmpty { fields.append(("parameters", .array(parameters))) }
    if let body = body(route, description) { fields.append(("requestBody", body)) }
    fields.append(("responses", responses(route, description)))
    fields.append(("security", security(route)))
    return .fields(fields)
  }

  private static func pathParameters(_ route: RESTRoute) -> [JSONValue] {
    route.segments.filter { $0.first == "{" }.map { segment in
      let name = String(segment.dropFirst().dropLast())
      return parameter(
        name, place: "path", isRequired: true, RESTRoute.parameterSchemas[name] ?? .snowflake)
    }
  }

  private static func queryParameters(_ description: RouteDescription) -> [JSONValue] {
    description.query.map { key, schema in
      let isRequired = key.hasSuffix("!")
      return parameter(
        isRequired ? String(key.dropLast()) : key, place: "query", isRequired: isRequired, schema)
    }
  }

  private static func parameter(
    _ name: String, place: String, isRequired: Bool, _ schema: Schema
  ) -> JSONValue {
    .fields([
      ("name", .string(name)), ("in", .string(place)), ("required", .bool(isRequired)),
      ("schema", schema.json),
    ])
  }

  private static func body(_ route: RESTRoute, _ description: RouteDescription) -> JSONValue? {
    let content: [(String, JSONValue)]
    let isRequired: Bool
    switch description.body {
    case .none: return nil
    case .json(let schema):
      content = [("application/json", media(schema.json))]
      isRequired = schema.properties.contains(where: \.isRequired)
    case .form(let schema):
      content = [
        ("application/json", media(schema.json)), ("multipart/form-data", media(multipart(route, schema))),
      ]
      isRequired = schema.properties.contains(where: \.isRequired)
    }
    return .fields([("required", .bool(isRequired)), ("content", .fields(content))])
  }

  /// A form's parts: what JSON would say, and the files `files[0]` to `files[9]` that it speaks of.
  private static func multipart(_ route: RESTRoute, _ schema: Schema) -> JSONValue {
    var parts: [(String, JSONValue)] = [
      (
        "payload_json",
        .fields([
          ("type", .string("string")), ("contentMediaType", .string("application/json")),
          ("contentSchema", schema.json),
        ])
      )
    ]
    if route.takesFiles {
      let file = JSONValue.fields([
        ("type", .string("string")), ("contentMediaType", .string("application/octet-stream")),
      ])
      parts += (0..<10).map { ("files[\($0)]", file) }
    }
    return .fields([("type", .string("object")), ("properties", .fields(parts))])
  }

  private static func media(_ schema: JSONValue) -> JSONValue { .fields([("schema", schema)]) }

  private static func responses(_ route: RESTRoute, _ description: RouteDescription) -> JSONValue {
    let headers: JSONValue = .fields(
      rateHeaders.map { ($0.name, .fields([("$ref", .string("#/components/headers/" + $0.name))])) })
    var responses: [(String, JSONValue)] = description.answers.map { answer in
      var fields: [(String, JSONValue)] = [("description", .string(description.summary))]
      if route.rate != nil { fields.append(("headers", headers)) }
      if case .json(_, let schema) = answer {
        fields.append(("content", .fields([("application/json", media(schema.json))])))
      }
      return (String(answer.status), .fields(fields))
    }
    var takesBody = true
    if case .none = description.body { takesBody = false }
    for error in errors where error.isPossible(route, takesBody) {
      responses.append(
        (String(error.status), .fields([("$ref", .string("#/components/responses/" + error.name))])))
    }
    return .fields(responses)
  }

  private static func security(_ route: RESTRoute) -> JSONValue {
    let tokens: [JSONValue] = ["person", "bot"].map { .fields([($0, .array([]))]) }
    return .array(route.isAnonymous ? [.fields([])] : tokens)
  }
}
