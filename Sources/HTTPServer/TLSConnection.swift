import COpenSSL

/// The TLS of one connection, without I/O: what arrives goes in, what is to be sent comes out.
///
/// ```
/// handshaking ─▶ records     TLS 1.3: the SSL is freed, ``TLSRecords`` goes on with the keys
///             ─▶ session     TLS 1.2, or what only OpenSSL knows: the SSL stays
/// ```
/// OpenSSL is given one record at a time, so that it never holds one that follows the handshake. Owned by a
/// connection's transport, used on its loop's thread.
@safe
final class TLSConnection {
  enum Event: Hashable {
    /// Everything was looked at; the rest is no whole record.
    case more
    /// Data flows from here on; there may be more input.
    case handshaken
    /// The peer has ended its stream.
    case ended
    /// The connection is over; ``output`` may hold an alert.
    case failed
  }

  private enum Phase {
    case handshaking
    case session
    case records(TLSRecords)
    case over
  }

  /// Octets that have arrived and are not consumed, deciphered.
  var plain: [UInt8] = []
  /// Octets to be sent.
  private(set) var output: [UInt8] = []

  private var phase = Phase.handshaking
  private let ciphers: RecordCiphers
  private var session: OpaquePointer?
  private var clientSecret: [UInt8] = []
  private var serverSecret: [UInt8] = []

  /// Octets of the longest record that OpenSSL may be given (RFC 5246 §6.2.3).
  private static let recordCountMax = TLSRecords.headerCount + (1 << 14) + 2_048
  /// Deciphered octets beyond which no further record is taken: they wait in the kernel.
  private static let plainCountMax = 64 << 10

  /// The server's end of a new connection; `nil` without memory.
  init?(_ context: TLSContext, ciphers: RecordCiphers) {
    guard let session = unsafe context.makeSession() else { return nil }
    // The BIOs belong to the session from here on; without memory for one, both go with it.
    unsafe SSL_set_bio(session, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()))
    guard unsafe SSL_get_rbio(session) != nil, unsafe SSL_get_wbio(session) != nil else {
      unsafe SSL_free(session)
      return nil
    }
    unsafe SSL_set_accept_state(session)
    self.ciphers = ciphers
    // Owned by self, freed by `forgetSession`.
    unsafe self.session = session
    // self owns the session, so the unretained pointer is valid whenever its callback runs.
    unsafe SSL_set_ex_data(session, 0, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    // Not handed out; nil frees nothing.
    unsafe SSL_free(session)
    forgetSecrets()
  }

  /// Takes the records that begin at `offset` of the input until something happened; moves `offset`.
  func receive(_ octets: Span<UInt8>, _ offset: inout Int) -> Event {
    while plain.count < TLSConnection.plainCountMax {
      switch phase {
      case .over: return .failed
      case .records(let records):
        switch records.open(octets, &offset, into: &plain) {
        case .more: return .more
        case .taken: break
        case .ended: return .ended
        case .refused: return fail(nil)
        case .failed(let alert): return fail(alert)
        }
      case .handshaking, .session:
        guard let count = TLSConnection.recordCount(octets, offset) else { return .more }
        let event = give(octets.extracting(offset..<(offset + count)))
        offset += count
        if event != .more { return event }
      }
    }
    return .more
  }

  /// Adds `content`, sealed, to ``output``; `false` when the connection is over.
  func send(_ content: Span<UInt8>) -> Bool {
    let isSent =
      switch phase {
      case .records(let records): records.seal(content, into: &output)
      case .session: sendThroughSession(content)
      case .handshaking, .over: false
      }
    if !isSent { phase = .over }
    return isSent
  }

  /// Adds the end of our stream to ``output``.
  func close() {
    switch phase {
    case .records(let records): records.close(into: &output)
    case .session:
      // The session is there in this phase; it writes into memory.
      unsafe SSL_shutdown(session)
      drain()
    case .handshaking, .over: break
    }
  }

  /// Gives ``output`` away.
  func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  private func fail(_ alert: UInt8?) -> Event {
    if let alert, case .records(let records) = phase { records.fail(alert, into: &output) }
    phase = .over
    return .failed
  }

  /// Octets of the record at `offset`, when it is whole; what is no record is given to OpenSSL as it is, which
  /// says so.
  private static func recordCount(_ octets: Span<UInt8>, _ offset: Int) -> Int? {
    let rest = octets.count - offset
    guard rest >= TLSRecords.headerCount else { return nil }
    let count = TLSRecords.headerCount + (Int(octets[offset + 3]) << 8 | Int(octets[offset + 4]))
    guard (20...23).contains(octets[offset]), count <= recordCountMax else { return rest }
    return rest >= count ? count : nil
  }

  // MARK: OpenSSL

  private func give(_ record: Span<UInt8>) -> Event {
    ERR_clear_error()
    // The session is there in these phases; memory takes everything, or nothing when there is none.
    let taken = unsafe record.withUnsafeBufferPointer {
      unsafe BIO_write(SSL_get_rbio(session), $0.baseAddress, Int32(clamping: $0.count))
    }
    guard Int(taken) == record.count else { return fail(nil) }
    if case .handshaking = phase { return handshake() }
    return read()
  }

  private func handshake() -> Event {
    // The session is there in this phase.
    let result = unsafe SSL_do_handshake(session)
    let error = unsafe SSL_get_error(session, result)
    let before = output.count
    drain()
    if result == 1 {
      finish(ticketCount: TLSConnection.recordsCount(of: output[before...]))
      return .handshaken
    }
    return error == SSL_ERROR_WANT_READ ? .more : fail(nil)
  }

  /// Data flows from here on: by ourselves if everything is known that it takes.
  ///
  /// `ticketCount` records were sent in answer to the client's last message: they count already.
  private func finish(ticketCount: Int) {
    phase = .session
    defer { forgetSecrets() }
    // The session is there and its handshake is over. 0 and 255: no shorter records were agreed (RFC 6066 §4).
    let fragments = unsafe SSL_SESSION_get_max_fragment_length(SSL_get_session(session))
    let number = unsafe SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(session))
    guard unsafe SSL_version(session) == TLS1_3_VERSION, fragments == 0 || fragments == 255,
      let suite = RecordSuite(rawValue: number), let cipher = ciphers[suite],
      let ingress = TrafficKeys(suite, secret: clientSecret, sequence: 0),
      let egress = TrafficKeys(suite, secret: serverSecret, sequence: UInt64(ticketCount))
    else { return }
    phase = .records(TLSRecords(cipher, ingress: ingress, egress: egress))
    // Nothing of it is needed any more.
    unsafe SSL_free(session)
    unsafe session = nil
  }

  private func read() -> Event {
    var piece = [UInt8](repeating: 0, count: TLSRecords.contentCountMax)
    while true {
      // OpenSSL writes at most as many octets as the array has.
      let count = unsafe SSL_read(session, &piece, Int32(piece.count))
      guard count > 0 else {
        let error = unsafe SSL_get_error(session, count)
        drain()
        switch error {
        case SSL_ERROR_WANT_READ: return .more
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return fail(nil)
        }
      }
      plain += piece.prefix(Int(count))
    }
  }

  private func sendThroughSession(_ content: Span<UInt8>) -> Bool {
    guard !content.isEmpty else { return true }
    ERR_clear_error()
    // The session is there in this phase; it writes all of it into memory.
    let count = unsafe content.withUnsafeBufferPointer {
      unsafe SSL_write(session, $0.baseAddress, Int32(clamping: $0.count))
    }
    drain()
    return Int(count) == content.count
  }

  /// Takes what OpenSSL wants to send.
  private func drain() {
    var start: UnsafeMutablePointer<CChar>?
    // BIO_CTRL_INFO (3): the memory's own octets, valid until it is written to.
    let count = unsafe BIO_ctrl(SSL_get_wbio(session), 3, 0, &start)
    guard count > 0, let start = unsafe start else { return }
    // So many octets are there, as OpenSSL says.
    let octets = unsafe UnsafeRawBufferPointer(start: start, count: count)
    unsafe output.append(contentsOf: octets)
    // BIO_CTRL_RESET (1): they are ours now.
    unsafe BIO_ctrl(SSL_get_wbio(session), 1, 0, nil)
  }

  private static func recordsCount(of octets: ArraySlice<UInt8>) -> Int {
    var rest = octets
    var count = 0
    while rest.count >= TLSRecords.headerCount {
      let length = Int(rest[rest.startIndex + 3]) << 8 | Int(rest[rest.startIndex + 4])
      rest = rest.dropFirst(TLSRecords.headerCount + length)
      count += 1
    }
    return count
  }

  /// A line of a key log file, which OpenSSL gives here and nowhere else: `LABEL random secret`, in hex.
  func noteSecret(_ line: String) {
    let fields = line.split(separator: " ")
    guard fields.count == 3 else { return }
    switch fields[0] {
    case "CLIENT_TRAFFIC_SECRET_0": clientSecret = TLSConnection.octets(fields[2])
    case "SERVER_TRAFFIC_SECRET_0": serverSecret = TLSConnection.octets(fields[2])
    default: break
    }
  }

  private static func octets(_ hexadecimal: Substring) -> [UInt8] {
    var octets: [UInt8] = []
    var high: UInt8?
    for digit in hexadecimal {
      guard let value = digit.hexDigitValue.map({ UInt8($0) }) else { return [] }
      if let first = high { octets.append(first << 4 | value) }
      high = high == nil ? value : nil
    }
    return octets
  }

  private func forgetSecrets() {
    // Exactly the arrays' octets.
    unsafe clientSecret.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    unsafe serverSecret.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    clientSecret = []
    serverSecret = []
  }
}
