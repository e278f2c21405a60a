import Base

/// The WebSocket half of a connection's life.
extension Connection {
  /// Judges a handshake and lets the application decide.
  func upgrade(_ head: RequestHead) {
    let accept: String
    switch WebSocketHandshake.judge(head) {
    case .failure(let refusal): return answer(refusal.response, keepsAlive: false)
    case .success(let value): accept = value
    }
    guard !loop.isStopping else { return answer(HTTPResponse(status: 503), keepsAlive: false) }
    switch loop.application.upgrade(head.request) {
    case .reject(let response):
      answer(response, keepsAlive: false)
    case .accept(let maxMessageCount):
      loop.statistics.countResponse(101)
      loop.statistics.upgrades.add()
      transport.write(ResponseWriter.switching(accept: accept))
      parser = nil
      framer = WebSocketFramer(messageCountMax: max(0, maxMessageCount))
      phase = .webSocket
      isOpenSocket = true
      heard()
      loop.application.opened(WebSocketID(connection: id), head.request, on: loop)
    }
  }

  /// Takes one event out of the input; `false` when there is none.
  func receiveFrames(_ octets: Span<UInt8>, _ offset: inout Int) -> Bool {
    if phase == .webSocket { heard() }
    guard let event = framer?.next(octets, &offset) else { return false }
    switch event {
    case .message(let message):
      loop.statistics.messagesIn.add()
      // After our Close frame the peer's messages are of no interest.
      if phase == .webSocket { loop.application.received(message, WebSocketID(connection: id), on: loop) }
    case .ping(let payload):
      if phase == .webSocket { write(WebSocketFrame.octets(.pong, payload)) }
    case .pong:
      break
    case .close(let code):
      let echo = code.map { WebSocketFrame.closePayload($0, "") } ?? []
      if phase == .webSocket { transport.write(WebSocketFrame.octets(.close, echo)) }
      socketEnded(code: code ?? WebSocketCloseCode.noStatus)
      linger()
    case .failure(let code):
      fail(code)
    }
    return true
  }

  private func fail(_ code: UInt16) {
    let hit: LimitHit =
      switch code {
      case WebSocketCloseCode.tooBig: .messageCount
      case WebSocketCloseCode.invalidPayload: .invalidPayload
      default: .protocolError
      }
    loop.statistics.count(hit)
    if phase == .webSocket {
      sentCode = code
      transport.write(WebSocketFrame.octets(.close, WebSocketFrame.closePayload(code, "")))
    }
    socketEnded(code: nil)
    linger()
  }

  /// Sends one frame, or dooms the connection if its peer reads too slowly.
  func write(_ frame: [UInt8]) {
    guard admits(frame.count) else { return }
    transport.write(frame)
  }

  func write(_ frame: SharedFrame) {
    guard admits(frame.count) else { return }
    transport.write(frame)
  }

  private func admits(_ count: Int) -> Bool {
    guard !isDoomed else { return false }
    guard transport.outputCount + count > limits.outputCountMax else { return true }
    isDoomed = true
    loop.enqueue(self)
    return false
  }

  /// Sends a Close frame and waits for the peer's.
  func close(_ code: UInt16, _ reason: String) {
    guard phase == .webSocket, !isDoomed else { return }
    phase = .closing
    sentCode = code
    transport.write(WebSocketFrame.octets(.close, WebSocketFrame.closePayload(code, reason)))
    loop.setDeadline(self, loop.now + limits.closeTimeout)
  }

  /// Tells the application, once, that its WebSocket is gone.
  func socketEnded(code: UInt16?) {
    guard isOpenSocket else { return }
    isOpenSocket = false
    loop.statistics.socketsClosed.add()
    loop.statistics.countClose(sentCode ?? code)
    loop.application.closed(WebSocketID(connection: id), code: code, on: loop)
  }

  private func heard() {
    isPinged = false
    loop.setDeadline(self, loop.now + limits.pingInterval)
  }

  /// Nothing was heard for the ping interval, or after a ping.
  func expireSilence() {
    guard !isPinged else {
      loop.statistics.count(.pongTimeout)
      return end()
    }
    isPinged = true
    write(WebSocketFrame.octets(.ping, []))
    loop.setDeadline(self, loop.now + limits.pongTimeout)
  }
}
