import JSON

/// The JSON object in a request's body, however it was wrapped.
///
/// Libraries send `application/json`; `multipart/form-data` with a `payload_json` part, before or after
/// files; `application/x-www-form-urlencoded` with a `payload_json` field, which Slack's and GitHub's senders call
/// `payload`; and empty bodies of any type.
enum RequestBody {
  private static let depthMax = 32

  /// Reads the object; an empty body is an empty object.
  static func object(of request: RESTRequest, _ limits: RESTLimits) throws(RESTError) -> JSONObject {
    if let upload = request.upload { return try uploaded(upload, limits) }
    if request.body.isEmpty { return JSONObject([]) }
    let contentType = request.header("content-type") ?? ""
    let type = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    switch type {
    case "application/json": return try parse(request.body, limits)
    case "multipart/form-data": return try multipart(request.body, contentType, limits)
    case "application/x-www-form-urlencoded": return try urlencoded(request.body, limits)
    default:
      let problem = FieldError(
        path: [], code: "CONTENT_TYPE_INVALID",
        message: "Expected \"Content-Type\" header to be one of {'application/json'}.")
      throw .form([problem])
    }
  }

  /// Reads a list of objects, which only comes as plain JSON; an empty body is an empty list.
  static func list(of request: RESTRequest, _ limits: RESTLimits) throws(RESTError) -> [JSONObject] {
    if request.body.isEmpty { return [] }
    guard case .array(let list) = try value(request.body, limits) else {
      let problem = FieldError(
        path: [], code: "LIST_TYPE_CONVERT", message: "Only iterables may be used in a ListType")
      throw .form([problem])
    }
    var objects: [JSONObject] = []
    for (index, element) in list.enumerated() {
      guard let object = element.object else {
        let problem = FieldError(
          path: [String(index)], code: "MODEL_TYPE_CONVERT",
          message: "Only dictionaries may be used in a DictType")
        throw .form([problem])
      }
      objects.append(object)
    }
    return objects
  }

  private static func value(_ octets: [UInt8], _ limits: RESTLimits) throws(RESTError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue.parse(octets, limits: JSONLimits(depth: depthMax, octets: limits.jsonCountMax))
    } catch {
      throw error == .tooLarge ? .tooLarge : .invalidJSON
    }
  }

  private static func parse(_ octets: [UInt8], _ limits: RESTLimits) throws(RESTError) -> JSONObject {
    guard let object = try value(octets, limits).object else {
      let problem = FieldError(
        path: [], code: "DICT_TYPE_CONVERT", message: "Only dictionaries may be used in a DictType")
      throw .form([problem])
    }
    return object
  }

  private static func multipart(
    _ body: [UInt8], _ contentType: String, _ limits: RESTLimits
  ) throws(RESTError) -> JSONObject {
    guard body.count <= limits.multipartCountMax else { throw .tooLarge }
    guard let boundary = Multipart.boundary(of: contentType),
      let form = Multipart(body, boundary: boundary)
    else { throw .badRequest }
    guard !form.parts.contains(where: { $0.filename != nil && $0.name != "payload_json" }) else {
      throw .filesRefused
    }
    if let payload = form.parts.first(where: { $0.name == "payload_json" }) {
      return try parse(Array(body[payload.content]), limits)
    }
    return JSONObject(
      form.parts.compactMap { part in
        String(validating: body[part.content], as: UTF8.self).map {
          JSONObject.Field(key: part.name, value: .string($0))
        }
      })
  }

  private static func uploaded(
    _ upload: Result<UploadedForm, UploadProblem>, _ limits: RESTLimits
  ) throws(RESTError) -> JSONObject {
    switch upload {
    case .failure(.malformed): throw .badRequest
    case .failure(.unwritten), .failure(.overloaded): throw .overloaded
    case .success(let form):
      if let payload = form.payload { return try parse(payload, limits) }
      return JSONObject(form.fields.map { JSONObject.Field(key: $0.name, value: .string($0.value)) })
    }
  }

  private static func urlencoded(_ body: [UInt8], _ limits: RESTLimits) throws(RESTError) -> JSONObject {
    guard body.count <= limits.jsonCountMax else { throw .tooLarge }
    guard let text = String(validating: body, as: UTF8.self),
      let payload = FormFields(text)["payload_json"] ?? FormFields(text)["payload"]
    else { throw .form([.required(["payload_json"])]) }
    return try parse(Array(payload.utf8), limits)
  }
}
