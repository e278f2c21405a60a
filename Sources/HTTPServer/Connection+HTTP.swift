import Base

/// Requests and answers.
extension Connection {
  /// Takes what the parser makes of the input; `false` when it waits for more.
  func parse(_ octets: Span<UInt8>, _ offset: inout Int) -> Bool {
    guard offset < octets.count || hasPausedHead else { return false }
    hasPausedHead = false
    let parser = self.parser ?? RequestParser(settings: loop.parserSettings, limits: limits)
    self.parser = parser
    let hadBegun = parser.hasBegun
    switch parser.execute(octets, &offset) {
    case .more:
      waitForMore(parser, isFirst: !hadBegun && parser.hasBegun)
      return false
    case .head:
      hasPausedHead = true
      headArrived(parser, hasMore: offset < octets.count)
    case .message:
      messageArrived(parser)
    case .failed(let fault):
      refuse(fault)
    }
    return true
  }

  private func waitForMore(_ parser: RequestParser, isFirst: Bool) {
    if phase == .body {
      // A peer that keeps up the least rate may take as long as it needs.
      let earned = Interval.seconds(1) * Int64(parser.bodyCount / max(1, limits.bodyRateMin))
      loop.setDeadline(self, bodyDeadline + earned)
    } else if isFirst, !isHalfOpen {
      loop.setDeadline(self, loop.now + limits.headerTimeout)
    }
  }

  private func headArrived(_ parser: RequestParser, hasMore: Bool) {
    loop.headArrived(self)
    var head: RequestHead
    do throws(RequestFault) {
      head = try RequestHead(parser.head, remote: remote, isTLS: isTLS)
    } catch {
      return refuse(error)
    }
    head.request.listener = listener
    if let proxies = loop.proxies {
      head.request.remote = proxies.client(of: head.request.headers, through: remote)
    }
    isHeadRequest = head.request.method == .head
    if head.asksForWebSocket { return upgrade(head) }
    parser.ignoreUpgrade()
    switch loop.application.bodyPlan(head.request) {
    case .memory(let most): parser.bodyCountMax = most ?? limits.bodyCountMax
    case .file(let file, let offset, let most):
      parser.bodyCountMax = most
      parser.bodyFile = (file: file, offset: offset)
    case .refuse(let response): return answer(response, keepsAlive: false)
    }
    if let count = head.contentCount, count > parser.bodyCountMax { return refuse(.bodyTooLong) }
    self.head = head
    phase = .body
    bodyDeadline = loop.now + limits.bodyTimeout
    loop.setDeadline(self, bodyDeadline)
    if head.expectsContinue, head.hasBody, !hasMore {
      loop.statistics.countResponse(100)
      transport.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
  }

  private func messageArrived(_ parser: RequestParser) {
    guard var request = head?.request else { return refuse(.malformed) }
    request.body = parser.body
    request.bodyFile = parser.bodyFile.map { FileBody($0.file, $0.offset..<$0.offset + parser.bodyCount) }
    keepsAlive = parser.keepsAlive && !loop.isStopping
    head = nil
    parser.reset()
    exchange &+= 1
    phase = .answering
    loop.setDeadline(self, loop.now + limits.responseTimeout)
    loop.application.received(request, ExchangeID(connection: id, number: exchange), on: loop)
  }

  /// Answers the request that the application has, if it is number `exchange`.
  func respond(_ exchange: UInt32, _ response: HTTPResponse) {
    guard phase == .answering, exchange == self.exchange else { return }
    answer(response, keepsAlive: keepsAlive && !loop.isStopping)
  }

  /// Answers for the application and ends the connection: after a fault nothing that follows can be trusted.
  func refuse(_ fault: RequestFault) {
    if let limit = fault.limit { loop.statistics.count(limit) }
    answer(fault.response, keepsAlive: false)
  }

  func answer(_ response: HTTPResponse, keepsAlive: Bool) {
    loop.statistics.countResponse(response.status)
    let octets = ResponseWriter.octets(
      response, isHead: isHeadRequest, keepsAlive: keepsAlive, date: loop.date)
    transport.write(octets)
    let hasBody = !isHeadRequest && response.status != 204 && response.status != 304
    isHeadRequest = false
    if hasBody, let file = response.file, !file.range.isEmpty {
      outgoing = file
      self.keepsAlive = keepsAlive
      phase = .sending
      return sendPiece()
    }
    answered(keepsAlive: keepsAlive)
  }

  /// Sends the next piece of the answer's file, when those before are out.
  func sendPiece() {
    guard let body = outgoing else { return }
    let piece = body.file.read(body.range)
    // A file that is shorter than was promised: only the end of the connection can tell the peer.
    guard !piece.isEmpty else {
      outgoing = nil
      return linger()
    }
    transport.write(piece)
    let rest = body.range.dropFirst(piece.count)
    outputCountSeen = transport.outputCount
    loop.setDeadline(self, loop.now + limits.stallTimeout)
    if rest.isEmpty {
      outgoing = nil
      answered(keepsAlive: keepsAlive && !loop.isStopping)
    } else {
      outgoing = FileBody(body.file, rest)
    }
  }

  private func answered(keepsAlive: Bool) {
    guard keepsAlive else { return linger() }
    outputCountSeen = transport.outputCount
    guard outputCountSeen <= limits.outputCountLow else {
      phase = .flushing
      loop.setDeadline(self, loop.now + limits.stallTimeout)
      return
    }
    awaitRequest()
  }

  /// Turns to the next request, which may have arrived already.
  func awaitRequest() {
    phase = .head
    loop.setDeadline(self, loop.now + limits.idleTimeout)
    resume()
  }
}
