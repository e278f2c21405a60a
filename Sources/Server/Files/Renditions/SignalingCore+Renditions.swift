internal import Base
internal import Blobs
internal import HTTPServer

/// Smaller pictures and pictures of other formats.
extension SignalingCore {
  /// A request that waits for a rendition.
  struct RenditionWaiter {
    let exchange: ExchangeID
    let request: HTTPRequest
    /// The file itself, as it would be answered.
    let original: FileAnswer
  }

  /// Answers with a file, or with the form of it that is asked for.
  func serve(_ waiter: RenditionWaiter, as rendition: Rendition?, on loop: HTTPLoop) {
    guard let rendition else {
      return loop.respond(
        waiter.exchange, waiter.original.response(to: waiter.request, from: services.blobs, &hotBlobs))
    }
    answer(waiter, with: rendition, on: loop)
  }

  /// Answers with a form of the picture that `original` is; makes it first when nobody asked for it lately.
  private func answer(_ waiter: RenditionWaiter, with rendition: Rendition, on loop: HTTPLoop) {
    let key = RenditionKey(blob: waiter.original.blob, rendition: rendition)
    if let known = renditions.find(key), answer(waiter, known, on: loop) { return }
    renditions.forget(key)
    if renditionWaiters[key] != nil {
      renditionWaiters[key]?.append(waiter)
    } else if services.renditions.jobs.post(key) {
      renditionWaiters[key] = [waiter]
    } else {
      services.refused.renditions.add()
      loop.respond(waiter.exchange, FileAnswer.gone(503))
    }
  }

  func receive(_ result: RenditionResult, on loop: HTTPLoop) {
    renditions.keep(result.outcome, for: result.key)
    for waiter in renditionWaiters.removeValue(forKey: result.key) ?? [] {
      if !answer(waiter, result.outcome, on: loop) { loop.respond(waiter.exchange, FileAnswer.gone(503)) }
    }
  }

  /// Answers, unless the rendition's blob is gone.
  private func answer(_ waiter: RenditionWaiter, _ outcome: RenditionOutcome, on loop: HTTPLoop) -> Bool {
    switch outcome {
    case .made(let blob, _, let format):
      let answer = FileAnswer(
        blob: blob, type: format.rawValue, filename: waiter.original.filename, cache: waiter.original.cache)
      let response = answer.response(to: waiter.request, from: services.blobs, &hotBlobs)
      guard response.status != 404 else { return false }
      loop.respond(waiter.exchange, response)
    case .original:
      loop.respond(
        waiter.exchange, waiter.original.response(to: waiter.request, from: services.blobs, &hotBlobs))
    case .refused: loop.respond(waiter.exchange, FileAnswer.gone(415))
    case .failed: loop.respond(waiter.exchange, FileAnswer.gone(404))
    }
    return true
  }
}
