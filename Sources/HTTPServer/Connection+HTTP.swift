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
      let earned = Interval.seconds(1) * Int64(parser.body.count / max(1, limits.bodyRateMin))
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
    isHeadRequest = head.request.method == .head
    if head.asksForWebSocket { return upgrade(head) }
    parser.ignoreUpgrade()
    let most = loop.application.bodyCountMax(head.request) ?? limits.bodyCountMax
    if let count = head.contentCount, count > most { return refuse(.bodyTooLong) }
    parser.bodyCountMax = most
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
    isHeadRequest = false
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
