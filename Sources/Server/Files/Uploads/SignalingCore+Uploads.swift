internal import Base
internal import Blobs
internal import ChatCore
internal import HTTPServer
internal import Signaling

/// Uploads that come before their message, piece by piece.
extension SignalingCore {
  /// Where the body of a PUT for an upload goes; `nil` when the request is none.
  func uploadPlan(_ request: HTTPRequest) -> BodyPlan? {
    let asked = restRequest(request)
    guard rest.isUpload(asked) else { return nil }
    guard let upload = rest.upload(of: asked, at: now) else { return .refuse(answer(RESTAPI.unknownUpload)) }
    let received = uploadSpools[upload.id]?.received ?? 0
    let field = request.headers.first("Content-Range")
    switch UploadVerdict(upload, received: received, contentRange: field) {
    case .malformed: return .refuse(answer(RESTAPI.uploadRefusal(.malformed)))
    case .tell where request.headers.first("Content-Length") == "0": return .memory(countMax: 0)
    case .tell: return .refuse(answer(RESTAPI.uploadAnswer(upload, received: received)))
    case .write(let offset, let countMax):
      do throws(BlobError) {
        let spool: UploadSpool
        if let known = uploadSpools[upload.id] {
          spool = known
        } else {
          spool = UploadSpool(owning: try services.blobs.makeSpool())
        }
        uploadSpools[upload.id] = spool
        guard let file = spool.open(at: offset) else {
          services.refused.files.add()
          return .refuse(SpoolLedger.refusal)
        }
        return .file(file, offset: offset, countMax: countMax)
      } catch {
        return .refuse(HTTPResponse(status: 507))
      }
    }
  }

  /// Answers a PUT whose body is there, if the request is one.
  func takeUpload(_ request: HTTPRequest, _ exchange: ExchangeID, on loop: HTTPLoop) -> Bool {
    let asked = restRequest(request)
    guard rest.isUpload(asked) else { return false }
    guard let upload = rest.upload(of: asked, at: now) else {
      loop.respond(exchange, answer(RESTAPI.unknownUpload))
      return true
    }
    rest.received(upload: upload.id, at: now)
    let spool = uploadSpools[upload.id]
    let received = spool?.received ?? 0
    guard let spool, upload.file == nil, received == upload.count else {
      loop.respond(exchange, answer(RESTAPI.uploadAnswer(upload, received: received)))
      return true
    }
    let id = remember(exchange)
    let type = request.headers.first("Content-Type")?.prefix { $0 != ";" }.lowercased()
    guard services.files.jobs.post(.upload(id: id, upload, spool.body, contentType: type)) else {
      services.refused.files.add()
      respond(id, RESTAPI.uploadRefusal(.overloaded), on: loop)
      return true
    }
    return true
  }

  /// The worker kept an upload, or did not.
  func keptUpload(
    _ id: UInt64, _ upload: PendingUpload, _ file: Result<StoredFile, UploadProblem>, on loop: HTTPLoop
  ) {
    switch file {
    case .success(let file):
      rest.kept(upload: upload.id, file, at: now)
      uploadSpools[upload.id] = nil
      var upload = upload
      upload.finish(file)
      respond(id, RESTAPI.uploadAnswer(upload, received: upload.count), on: loop)
    case .failure(let problem): respond(id, RESTAPI.uploadRefusal(problem), on: loop)
    }
  }

  /// Lets go of what was uploaded for nobody.
  func forgetUploads() {
    let now = now
    uploadSpools = uploadSpools.filter { rest.awaitsUpload($0.key, at: now) }
  }

  private func answer(_ response: RESTResponse) -> HTTPResponse {
    HTTPResponse(status: response.status, headers: response.headers, body: response.body)
  }
}
