internal import Base
internal import Blobs
internal import ChatCore
internal import HTTPServer
internal import Net
internal import Signaling

/// Files: bodies that go to disk, links that are served, and the sweep of what nobody names.
///
///     /attachments/{channel}/{id}/{name}?ex&is&hm   a signed link; the same after /media
///     /avatars/{user}/{name}.png, /icons/{guild}/{name}.png   public, as at Discord
///
/// Pictures come as the query asks, see ``Rendition``.
extension SignalingCore {
  /// What waits for the chat core's word.
  enum FileQuestion {
    case attachment(ExchangeID, HTTPRequest, seconds: Int64)
    case picture(ExchangeID, HTTPRequest, name: String, ending: String)
    case sweep([String], olderThan: Int)
  }

  func bodyPlan(_ request: HTTPRequest) -> BodyPlan {
    guard RESTAPI.serves(path: request.path) else { return .memory(countMax: nil) }
    if let plan = uploadPlan(request) { return plan }
    guard case .file(let sender) = rest.bodyPlace(restRequest(request))
    else { return .memory(countMax: nil) }
    let countMax = services.configuration.uploadMax << 20
    let announced = request.headers.first("Content-Length").flatMap { Int($0) } ?? countMax
    guard let count = services.spools.withLock({ $0.open(for: sender, octets: min(announced, countMax)) })
    else {
      services.refused.files.add()
      return .refuse(SpoolLedger.refusal)
    }
    let services = services
    do throws(BlobError) {
      let spool = BodyFile(owning: try services.blobs.makeSpool()) {
        services.spools.withLock { $0.close(for: sender, octets: count) }
      }
      return .file(spool, offset: 0, countMax: countMax)
    } catch {
      services.spools.withLock { $0.close(for: sender, octets: count) }
      return .refuse(HTTPResponse(status: 507))
    }
  }

  /// Hands a form with files to the worker; the REST API gets it when they are kept.
  func takeIn(_ request: HTTPRequest, _ body: FileBody, _ exchange: ExchangeID, on loop: HTTPLoop) {
    let id = remember(exchange)
    uploads[id] = restRequest(request)
    let type = request.headers.first("Content-Type") ?? ""
    guard !services.files.jobs.post(.form(id: id, body, contentType: type)) else { return }
    services.refused.files.add()
    tookIn(id, .failure(.overloaded))
    settle(on: loop)
  }

  func receive(_ result: FileResult, on loop: HTTPLoop) {
    switch result {
    case .form(let id, let form): tookIn(id, form)
    case .upload(let id, let upload, let file): keptUpload(id, upload, file, on: loop)
    case .picture(let id, let picture): rest.kept(id, picture, at: now, into: &restActions)
    case .list(let blobs, let time):
      // In pieces, so that no other request waits long.
      for start in stride(from: 0, to: blobs.count, by: Limits.sweptTogether) {
        let piece = Array(blobs[start..<min(start + Limits.sweptTogether, blobs.count)])
        ask(.referencedBlobs(piece), for: .sweep(piece, olderThan: time), on: loop)
      }
    }
  }

  private func tookIn(_ id: UInt64, _ form: Result<UploadedForm, UploadProblem>) {
    guard var request = uploads.removeValue(forKey: id) else { return }
    request.upload = form
    rest.receive(request, id: id, at: now, into: &restActions)
  }

  /// Answers the request of a file, if it is one.
  func serveFile(_ request: HTTPRequest, _ exchange: ExchangeID, on loop: HTTPLoop) -> Bool {
    let path = request.path.hasPrefix("/media/") ? String(request.path.dropFirst(6)) : request.path
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count > 1 ? parts[1] : "" {
    case "attachments":
      switch links.verify(path: path, query: request.query, at: now.wall) {
      case .forged: loop.respond(exchange, FileAnswer.gone(404))
      case .expired: loop.respond(exchange, FileAnswer.gone(404))
      case .holds(let channel, let id, let seconds):
        ask(
          .attachment(channel: channel, id: id), for: .attachment(exchange, request, seconds: seconds),
          on: loop)
      }
      return true
    case "external":
      serveExternal(request, exchange, on: loop)
      return true
    case "avatars", "icons", "channel-icons":
      guard parts.count == 4, let id = Snowflake(parts[2]) else { return false }
      let place: PicturePlace =
        switch parts[1] {
        case "icons": .icon(id)
        case "channel-icons": .groupIcon(id)
        default: .avatar(id)
        }
      let name = parts[3].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      let ending = name.count == 2 ? name[1].lowercased() : ""
      ask(
        .picture(place), for: .picture(exchange, request, name: String(name[0]), ending: ending), on: loop)
      return true
    default: return false
    }
  }

  private func ask(_ command: ChatCommand, for question: FileQuestion, on loop: HTTPLoop) {
    fileQuestionCount += 1
    fileQuestions[fileQuestionCount] = question
    let id = ChatRequestOrigin.files.id(fileQuestionCount)
    post(ChatRequest(id: id, actor: .system, command: command, at: now.wall), on: loop)
  }

  func receiveFile(_ reply: ChatReply, to id: UInt64, on loop: HTTPLoop) {
    guard let question = fileQuestions.removeValue(forKey: id & (UInt64.max >> 2)) else { return }
    switch (question, reply) {
    case (.attachment(let exchange, let request, let seconds), .attachment(let attachment)):
      let answer = FileAnswer(
        blob: attachment.file.blob, type: attachment.file.contentType, filename: attachment.filename,
        cache: "private, max-age=\(seconds), immutable")
      let isPicture = attachment.file.contentType.map(MediaType.pictures.contains) == true
      serve(
        RenditionWaiter(exchange: exchange, request: request, original: answer),
        as: isPicture ? Rendition(query: request.query) : nil, on: loop)
    case (.picture(let exchange, let request, let name, let ending), .picture(let marked?))
    where Picture.name(marked) == name:
      let answer = FileAnswer(
        blob: Picture.blob(marked), type: nil, filename: "picture",
        cache: "public, max-age=31536000, immutable")
      serve(
        RenditionWaiter(exchange: exchange, request: request, original: answer),
        as: Rendition(ending: ending, query: request.query), on: loop)
    case (.attachment(let exchange, _, _), .failure(.unavailable)),
      (.picture(let exchange, _, _, _), .failure(.unavailable)):
      loop.respond(exchange, FileAnswer.gone(503))
    case (.attachment(let exchange, _, _), _), (.picture(let exchange, _, _, _), _):
      loop.respond(exchange, FileAnswer.gone(404))
    case (.sweep(let blobs, let time), .blobs(let named)):
      // Smaller pictures, and uploads that wait for their message, are known here alone.
      let spared = renditions.blobs.union(externals.blobs).union(rest.uploadedBlobs)
      let unnamed = blobs.filter { !named.contains($0) && !spared.contains($0) }
      if !unnamed.isEmpty { services.files.jobs.post(.remove(blobs: unnamed, olderThan: time)) }
    case (.sweep, _): break
    }
  }

  /// Begins a sweep when it is time.
  func sweep(at now: Instant) {
    guard nextSweep <= now else { return }
    nextSweep = now + Limits.sweepInterval
    forgetUploads()
    let age = WallClock.now().milliseconds / 1_000 - Limits.sweepAge
    services.files.jobs.post(.list(olderThan: Int(age)))
  }
}
