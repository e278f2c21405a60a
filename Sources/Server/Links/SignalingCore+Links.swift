internal import Base
internal import Blobs
internal import ChatCore
internal import HTTPServer
internal import Signaling

/// Cards of links, and strangers' pictures that are shown in them.
///
///     /external/{code}/{address}?width&height&format&quality   a picture of elsewhere, fetched by the server
///
/// Only addresses that stand in an embed have a code, so nobody else can make the server ask for something.
extension SignalingCore {
  /// A request that waits for a picture of elsewhere.
  struct ExternalWaiter {
    let exchange: ExchangeID
    let request: HTTPRequest
  }

  /// A message with links was sent.
  func look(up links: PostedLinks) {
    guard let thread = services.links, !thread.post(.links(links)) else { return }
    services.refused.links.add()
  }

  func receive(_ finding: LinkFinding, on loop: HTTPLoop) {
    switch finding {
    case .links(let links, let embeds):
      guard !embeds.isEmpty else { return }
      fileQuestionCount += 1
      // Nobody waits for the reply: the embeds come as an event.
      let command = ChatCommand.showLinks(channel: links.channelID, message: links.messageID, embeds)
      post(
        ChatRequest(
          id: ChatRequestOrigin.files.id(fileQuestionCount), actor: .system, command: command, at: now.wall),
        on: loop)
    case .picture(let url, let outcome):
      externals.keep(outcome, for: url)
      for waiter in externalWaiters.removeValue(forKey: url) ?? [] { answer(waiter, outcome, on: loop) }
    }
  }

  /// Answers with a picture of elsewhere; fetches it first when nobody asked for it lately.
  func serveExternal(_ request: HTTPRequest, _ exchange: ExchangeID, on loop: HTTPLoop) {
    guard let url = links.external(path: request.path), let thread = services.links else {
      return loop.respond(exchange, FileAnswer.gone(404))
    }
    let waiter = ExternalWaiter(exchange: exchange, request: request)
    if let known = externals.find(url), isThere(known) { return answer(waiter, known, on: loop) }
    externals.forget(url)
    if externalWaiters[url] != nil {
      externalWaiters[url]?.append(waiter)
    } else if thread.post(.picture(url)) {
      externalWaiters[url] = [waiter]
    } else {
      services.refused.links.add()
      loop.respond(exchange, FileAnswer.gone(503))
    }
  }

  private func isThere(_ outcome: RenditionOutcome) -> Bool {
    guard case .made(let blob, _, _) = outcome else { return true }
    return services.blobs.has(blob)
  }

  private func answer(_ waiter: ExternalWaiter, _ outcome: RenditionOutcome, on loop: HTTPLoop) {
    switch outcome {
    case .made(let blob, _, let format):
      let original = FileAnswer(
        blob: blob, type: format.rawValue, filename: "picture", cache: "public, max-age=86400")
      serve(
        RenditionWaiter(exchange: waiter.exchange, request: waiter.request, original: original),
        as: Rendition(query: waiter.request.query), on: loop)
    case .original, .refused: loop.respond(waiter.exchange, FileAnswer.gone(415))
    case .failed: loop.respond(waiter.exchange, FileAnswer.gone(503))
    }
  }
}
