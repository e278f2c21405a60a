/// What a peer said.
public enum WebSocketEvent: Hashable, Sendable {
  /// A whole message, in one frame or many.
  case message(WebSocketMessage)
  /// A ping; answer with a pong of the same octets.
  case ping([UInt8])
  /// A pong, asked for or not.
  case pong
  /// A valid Close frame; `code` is `nil` when it had none. Nothing comes after it.
  case close(code: UInt16?)
  /// The peer broke a rule: fail the connection with `code`. Nothing comes after it.
  case failure(code: UInt16)
}

/// The receiving half of RFC 6455 for a server, without extensions: octets in, events out.
///
/// A value without I/O and without a clock; its connection owns it. It holds at most `messageCountMax`
/// octets of an unfinished message and 125 of an unfinished control frame, and allocates for what has
/// arrived, never for what a header announces. It refuses with 1002: frames that are not masked, reserved
/// bits, reserved opcodes, control frames that are fragmented or longer than 125 octets, continuations
/// without a start and starts inside a message, lengths that are not minimal or have the top bit, Close
/// frames of one octet or with a code that may not be sent; with 1007: text and close reasons that are not
/// UTF-8, at the first wrong octet; with 1009: messages over the limit, at the header.
public struct WebSocketFramer: Sendable {
  private enum Stage {
    case header, payload, finished
  }

  /// Octets of the longest message.
  public let messageCountMax: Int

  private var stage = Stage.header
  private var header: InlineArray<14, UInt8> = .init(repeating: 0)
  private var headerCount = 0
  // The current frame; meaningful in `.payload`.
  private var opcode = WebSocketOpcode.continuation
  private var isFinal = false
  private var key: UInt32 = 0
  private var missing = 0
  // The current message: its kind while one is unfinished.
  private var messageKind: WebSocketOpcode?
  private var message: [UInt8] = []
  private var control: [UInt8] = []
  private var utf8 = UTF8Validator()

  /// Makes a framer at the start of a connection.
  public init(messageCountMax: Int) {
    self.messageCountMax = messageCountMax
  }

  /// Takes octets from `offset` on until something happened or all are used; moves `offset`.
  ///
  /// After a close or a failure it swallows everything.
  public mutating func next(_ octets: Span<UInt8>, _ offset: inout Int) -> WebSocketEvent? {
    while true {
      switch stage {
      case .finished:
        offset = octets.count
        return nil
      case .header:
        guard takeHeader(octets, &offset) else { return nil }
        if let code = beginFrame() { return fail(code) }
        stage = .payload
      case .payload:
        if let code = takePayload(octets, &offset) { return fail(code) }
        guard missing == 0 else { return nil }
        stage = .header
        headerCount = 0
        if let event = endFrame() { return event }
      }
    }
  }

  private mutating func fail(_ code: UInt16) -> WebSocketEvent {
    stage = .finished
    message = []
    control = []
    return .failure(code: code)
  }

  /// Collects a header; `true` when it is whole, or wrong enough to be judged.
  private mutating func takeHeader(_ octets: Span<UInt8>, _ offset: inout Int) -> Bool {
    while headerCount < headerCountNeeded {
      guard offset < octets.count else { return false }
      header[headerCount] = octets[offset]
      headerCount += 1
      offset += 1
      // The first two octets are judged before the rest is waited for.
      if headerCount == 2, prefixFault() != nil { return true }
    }
    return true
  }

  private var headerCountNeeded: Int {
    guard headerCount >= 2 else { return 2 }
    let extended =
      switch header[1] & 0x7F {
      case 126: 2
      case 127: 8
      default: 0
      }
    return 2 + extended + 4
  }

  /// What is wrong with the first two octets, if anything.
  private func prefixFault() -> UInt16? {
    let fault = WebSocketCloseCode.protocolError
    guard header[0] & 0x70 == 0, header[1] & 0x80 != 0 else { return fault }
    guard let opcode = WebSocketOpcode(rawValue: header[0] & 0x0F) else { return fault }
    let isFinal = header[0] & 0x80 != 0
    if opcode.isControl { return isFinal && header[1] & 0x7F <= 125 ? nil : fault }
    return (opcode == .continuation) == (messageKind != nil) ? nil : fault
  }

  private mutating func beginFrame() -> UInt16? {
    if let fault = prefixFault() { return fault }
    guard let opcode = WebSocketOpcode(rawValue: header[0] & 0x0F) else {
      return WebSocketCloseCode.protocolError
    }
    guard let length = payloadLength() else { return WebSocketCloseCode.protocolError }
    if !opcode.isControl {
      guard length <= UInt64(clamping: messageCountMax - message.count) else {
        return WebSocketCloseCode.tooBig
      }
      if opcode != .continuation {
        messageKind = opcode
        utf8 = UTF8Validator()
      }
    }
    self.opcode = opcode
    isFinal = header[0] & 0x80 != 0
    missing = Int(clamping: length)
    key = 0
    for index in (headerCount - 4)..<headerCount { key = key << 8 | UInt32(header[index]) }
    return nil
  }

  /// The announced length; `nil` when it is not in its shortest form or has the top bit set.
  private func payloadLength() -> UInt64? {
    let short = header[1] & 0x7F
    guard short >= 126 else { return UInt64(short) }
    var length: UInt64 = 0
    for index in 2..<(short == 126 ? 4 : 10) { length = length << 8 | UInt64(header[index]) }
    guard length >= (short == 126 ? 126 : 0x1_0000), length >> 63 == 0 else { return nil }
    return length
  }

  private mutating func takePayload(_ octets: Span<UInt8>, _ offset: inout Int) -> UInt16? {
    let count = min(missing, octets.count - offset)
    guard count > 0 else { return nil }
    defer {
      offset += count
      missing -= count
      // The key turns with the octets taken, so that its first octet is always the next one.
      let turn = UInt32(count & 3) * 8
      key = key << turn | key >> ((32 - turn) & 31)
    }
    if opcode.isControl {
      WebSocketFramer.unmask(octets, offset..<(offset + count), key, into: &control)
      return nil
    }
    let start = message.count
    WebSocketFramer.unmask(octets, offset..<(offset + count), key, into: &message)
    guard messageKind == .text else { return nil }
    var validator = utf8
    let isValid = validator.accept(message.span, start..<message.count)
    utf8 = validator
    return isValid ? nil : WebSocketCloseCode.invalidPayload
  }

  private static func unmask(
    _ octets: Span<UInt8>, _ range: Range<Int>, _ key: UInt32, into target: inout [UInt8]
  ) {
    // Only for a first piece: an exact reservation for each piece would copy the message each time.
    if target.isEmpty { target.reserveCapacity(range.count) }
    var key = key
    for index in range {
      key = key << 8 | key >> 24
      target.append(octets[index] ^ UInt8(truncatingIfNeeded: key))
    }
  }

  private mutating func endFrame() -> WebSocketEvent? {
    if opcode.isControl { return endControl() }
    guard isFinal else { return nil }
    if messageKind == .text, !utf8.isComplete { return fail(WebSocketCloseCode.invalidPayload) }
    let isText = messageKind == .text
    let whole = message
    message = []
    messageKind = nil
    return .message(isText ? .text(whole) : .binary(whole))
  }

  private mutating func endControl() -> WebSocketEvent? {
    let payload = control
    control = []
    switch opcode {
    case .ping: return .ping(payload)
    case .pong: return .pong
    default: return endClose(payload)
    }
  }

  private mutating func endClose(_ payload: [UInt8]) -> WebSocketEvent {
    message = []
    stage = .finished
    guard !payload.isEmpty else { return .close(code: nil) }
    guard payload.count >= 2 else { return .failure(code: WebSocketCloseCode.protocolError) }
    let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
    guard WebSocketCloseCode.isSendable(code) else {
      return .failure(code: WebSocketCloseCode.protocolError)
    }
    var reason = UTF8Validator()
    guard reason.accept(payload.span, 2..<payload.count), reason.isComplete else {
      return .failure(code: WebSocketCloseCode.invalidPayload)
    }
    return .close(code: code)
  }
}
