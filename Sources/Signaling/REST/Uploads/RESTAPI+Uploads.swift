import Base
public import ChatCore
import JSON

/// Files that are uploaded before their message, piece by piece.
///
/// ```
/// POST channels/{channel}/attachments   files[].filename, file_size → upload_url, upload_filename
/// PUT  upload_url                       the octets; pieces by Content-Range, 308 with Range until all are there
/// POST channels/{channel}/messages      attachments[].uploaded_filename
/// ```
/// The name of an upload is its number and a code that only this server can make, so that whoever has the
/// address may write, and only its owner may use it.
extension RESTAPI {
  /// The upload that a PUT brings octets for; `nil` when the request is none, or its upload is unknown.
  public func upload(of request: RESTRequest, at now: Moment) -> PendingUpload? {
    guard case .route(.putUpload, let parameters) = router.find(request.method, request.path) else {
      return nil
    }
    return upload(named: parameters["upload"] ?? "", at: now.instant)
  }

  /// Whether the request brings octets for an upload, known or not.
  public func isUpload(_ request: RESTRequest) -> Bool {
    guard case .route(.putUpload, _) = router.find(request.method, request.path) else { return false }
    return true
  }

  /// Whether an upload is still waited for.
  public func awaitsUpload(_ id: UInt64, at now: Moment) -> Bool {
    uploads.find(id, at: now.instant)?.file == nil && uploads.find(id, at: now.instant) != nil
  }

  /// The blobs of uploads that no message has used yet.
  public var uploadedBlobs: Set<String> { Set(uploads.uploads.values.compactMap(\.file?.blob)) }

  /// Octets of an upload arrived.
  public mutating func received(upload id: UInt64, at now: Moment) {
    uploads.touch(id, limits, at: now.instant)
  }

  /// All of an upload is kept.
  public mutating func kept(upload id: UInt64, _ file: StoredFile, at now: Moment) {
    uploads.complete(id, file, limits, at: now.instant)
  }

  /// The answer to a PUT of which `received` octets are there now: 200 when that is all, else 308 with how far
  /// it has come, as resumable uploads to Google's storage, which Discord's clients speak, are answered.
  public static func uploadAnswer(_ upload: PendingUpload, received: Int) -> RESTResponse {
    if upload.file != nil { return answer(.object { $0.field("size", upload.count) }) }
    let range = received > 0 ? [("Range", "bytes=0-\(received - 1)")] : []
    return answer(RESTResponse(status: 308, headers: range, body: []))
  }

  /// The answer to a PUT that could not be taken.
  public static func uploadRefusal(_ problem: UploadProblem) -> RESTResponse {
    switch problem {
    case .malformed: answer(RESTError.badRequest.response)
    case .unwritten, .overloaded: answer(RESTError.overloaded.response)
    }
  }

  /// The answer to a PUT of an upload that nobody waits for.
  public static var unknownUpload: RESTResponse { answer(RESTError.notFound.response) }

  private static func answer(_ response: RESTResponse) -> RESTResponse {
    var response = response
    response.headers += CORS.headers
    return response
  }

  // MARK: Names

  func upload(named name: String, at now: Instant) -> PendingUpload? {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let id = UInt64(parts[0], radix: 16), self.name(of: id) == name else {
      return nil
    }
    return uploads.find(id, at: now)
  }

  private func name(of id: UInt64) -> String? {
    tokens.seal("upload \(id)").map { "\(String(id, radix: 16))-\($0)" }
  }

  // MARK: Announcing and using

  /// Opens uploads for whoever may attach files there, and tells their addresses.
  mutating func announced(
    _ files: [AnnouncedFile], owner: Snowflake, at now: Moment
  ) -> RESTResponse {
    guard let opened = uploads.open(files, owner: owner, limits, at: now) else {
      var error = RESTError(status: 429, code: 0, message: "Too many uploads at a time.")
      error.retryAfter = .seconds(5)
      return error.response
    }
    let names = opened.compactMap { name(of: $0.id) }
    guard names.count == files.count else { return RESTError.internalError.response }
    return .object {
      $0.array("attachments") {
        for (file, name) in zip(files, names) {
          $0.object {
            if let number = Int(file.id) { $0.field("id", number) } else { $0.field("id", file.id) }
            $0.field("upload_url", "\(configuration.apiURL)/v10/uploads/\(name)")
            $0.field("upload_filename", name)
          }
        }
      }
    }
  }

  /// Forgets an upload of `owner`; `false` when there is none of that name.
  mutating func dropUpload(_ name: String, owner: Snowflake, at now: Moment) -> Bool {
    guard let upload = upload(named: name, at: now.instant), upload.owner == owner else { return false }
    uploads.remove([upload.id])
    return true
  }

  /// The finished uploads of `owner` that the rows of a message's `attachments` name, by their names.
  func uploads(for call: RESTCall, at now: Moment) -> [String: PendingUpload] {
    guard !uploads.uploads.isEmpty, call.route.takesFiles, let owner = call.claim?.user,
      var form = try? call.form()
    else { return [:] }
    let names = (form.nestedList("attachments") ?? []).prefix(Limits.attachmentsPerMessage).compactMap {
      $0.value("uploaded_filename")?.string
    }
    let found = names.compactMap { name in upload(named: name, at: now.instant).map { (name, $0) } }
    return Dictionary(
      found.filter { $0.1.owner == owner && $0.1.file != nil }, uniquingKeysWith: { first, _ in first })
  }
}

extension RESTCall {
  /// The files that a client announces.
  func announcedFiles() throws(RESTError) -> [AnnouncedFile] {
    var form = try form()
    var files: [AnnouncedFile] = []
    let rows = form.nestedList("files") ?? []
    if !(1...Limits.attachmentsPerMessage).contains(rows.count) {
      form.note(
        "files", "BASE_TYPE_BAD_LENGTH",
        "Must be between 1 and \(Limits.attachmentsPerMessage) in length.")
    }
    for var row in rows.prefix(Limits.attachmentsPerMessage) {
      let name = row.requiredString("filename")
      if row.value("file_size") == nil {
        row.note("file_size", "BASE_TYPE_REQUIRED", "This field is required")
      }
      let count = row.int("file_size") ?? 1
      if count < 1 {
        row.note("file_size", "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
      }
      let id = row.value("id").flatMap { $0.string ?? $0.int.map(String.init) } ?? String(files.count)
      let type = row.string("original_content_type")
      guard count <= limits.uploadCountMax else { throw .tooLarge }
      files.append(
        AnnouncedFile(
          id: String(id.prefix(20)), filename: String(name.prefix(1_024)), count: count, contentType: type))
      form.note(row)
    }
    try form.check()
    return files
  }
}
