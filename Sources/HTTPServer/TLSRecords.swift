/// The records of an established TLS 1.3 connection (RFC 8446 §5), without I/O: octets in, octets out.
///
/// ```
///  0      1          3          5
///  ├──────┼──────────┼──────────┼─────────────────────────────────────┬──────┐
///  │  23  │ 03 03    │ length   │ content · type · zeros, sealed      │ tag  │
///  └──────┴──────────┴──────────┴─────────────────────────────────────┴──────┘
/// ```
/// OpenSSL negotiates and hands over the secrets; from then on a connection keeps the keys of two directions
/// instead of an SSL of 11 KiB (docs/decisions/0017). It takes application data, alerts and KeyUpdate, and
/// refuses everything else: records that are too long, empty or of another type, what does not open, and any
/// other handshake message, since nothing here asks for one.
final class TLSRecords {
  /// What came of looking at the input.
  enum Outcome: Hashable {
    /// No whole record is there.
    case more
    /// A record was taken; there may be another.
    case taken
    /// The peer has ended its stream.
    case ended
    /// The peer broke a rule, or the connection; `alert` tells it.
    case failed(alert: UInt8)
    /// The peer gave up.
    case refused
  }

  static let headerCount = 5
  /// Octets of content in one record.
  static let contentCountMax = 1 << 14
  /// Octets behind the header: content, type, padding and tag.
  private static let sealedCountMax = contentCountMax + 256
  /// Records that are sealed with one key: AES-GCM takes 24 million of the longest (RFC 8446 §5.5).
  static let recordsMax: UInt64 = 1 << 23

  private enum ContentType {
    static let alert: UInt8 = 21
    static let handshake: UInt8 = 22
    static let application: UInt8 = 23
  }

  private enum Alert {
    static let closeNotify: UInt8 = 0
    static let unexpectedMessage: UInt8 = 10
    static let badRecordMAC: UInt8 = 20
    static let recordOverflow: UInt8 = 22
    static let decodeError: UInt8 = 50
    static let illegalParameter: UInt8 = 47
    static let userCanceled: UInt8 = 90
  }

  private let cipher: RecordCipher
  private var ingress: TrafficKeys
  private var egress: TrafficKeys
  /// What has come of a KeyUpdate that was cut into records.
  private var message: [UInt8] = []
  /// Whether our next data must follow a KeyUpdate of ours.
  private var owesUpdate = false

  /// Goes on where a handshake has ended, with the keys of what the peer sends and of what is sent to it.
  init(_ cipher: RecordCipher, ingress: TrafficKeys, egress: TrafficKeys) {
    self.cipher = cipher
    self.ingress = ingress
    self.egress = egress
  }

  deinit {
    ingress.erase()
    egress.erase()
  }

  /// Takes the record that begins at `offset`, if it is whole, and appends its data to `plain`.
  func open(_ octets: Span<UInt8>, _ offset: inout Int, into plain: inout [UInt8]) -> Outcome {
    let rest = octets.extracting(offset..<octets.count)
    guard rest.count >= TLSRecords.headerCount else { return .more }
    guard rest[0] == ContentType.application else { return .failed(alert: Alert.unexpectedMessage) }
    let count = Int(rest[3]) << 8 | Int(rest[4])
    guard count <= TLSRecords.sealedCountMax else { return .failed(alert: Alert.recordOverflow) }
    let end = TLSRecords.headerCount + count
    guard rest.count >= end else { return .more }
    let start = plain.count
    guard cipher.open(rest.extracting(0..<end), with: &ingress, into: &plain) else {
      return .failed(alert: Alert.badRecordMAC)
    }
    offset += end
    while plain.count > start, plain.last == 0 { plain.removeLast() }
    guard plain.count > start, let type = plain.popLast() else {
      return .failed(alert: Alert.unexpectedMessage)
    }
    guard plain.count - start <= TLSRecords.contentCountMax else {
      plain.removeLast(plain.count - start)
      return .failed(alert: Alert.recordOverflow)
    }
    // A handshake message may be cut, but nothing else comes before its rest (§5.1).
    if type == ContentType.application, message.isEmpty { return .taken }
    let content = Array(plain[start...])
    plain.removeLast(content.count)
    switch type {
    case ContentType.alert where message.isEmpty: return alerted(content)
    case ContentType.handshake: return told(content)
    default: return .failed(alert: Alert.unexpectedMessage)
    }
  }

  private func alerted(_ content: [UInt8]) -> Outcome {
    guard content.count == 2 else { return .failed(alert: Alert.decodeError) }
    switch content[1] {
    case Alert.closeNotify: return .ended
    case Alert.userCanceled: return .taken
    default: return .refused
    }
  }

  /// KeyUpdate: type 24, three octets of length, 0 or 1 (RFC 8446 §4.6.3).
  private func told(_ content: [UInt8]) -> Outcome {
    guard !content.isEmpty else { return .failed(alert: Alert.unexpectedMessage) }
    message += content
    let header: [UInt8] = [24, 0, 0, 1]
    guard message.starts(with: header.prefix(message.count)) || message.starts(with: header) else {
      return .failed(alert: Alert.unexpectedMessage)
    }
    guard message.count > header.count else { return .taken }
    // Nothing may follow in the record: the next octet has another key.
    guard message.count == header.count + 1 else { return .failed(alert: Alert.unexpectedMessage) }
    guard message[4] <= 1 else { return .failed(alert: Alert.illegalParameter) }
    // Answered with the next data: however often a peer asks, it is one answer.
    if message[4] == 1 { owesUpdate = true }
    message = []
    ingress.update()
    return .taken
  }

  /// Appends the records that carry `content`; `false` without memory.
  func seal(_ content: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    var offset = 0
    while offset < content.count {
      if egress.sequence >= TLSRecords.recordsMax { owesUpdate = true }
      if owesUpdate, !update(into: &output) { return false }
      let end = min(content.count, offset + TLSRecords.contentCountMax)
      let piece = content.extracting(offset..<end)
      guard seal(piece, ContentType.application, into: &output) else { return false }
      offset = end
    }
    return true
  }

  /// Appends the alert that ends our stream.
  func close(into output: inout [UInt8]) {
    let content: [UInt8] = [1, Alert.closeNotify]
    _ = seal(content.span, ContentType.alert, into: &output)
  }

  /// Appends the fatal alert `code`.
  func fail(_ code: UInt8, into output: inout [UInt8]) {
    let content: [UInt8] = [2, code]
    _ = seal(content.span, ContentType.alert, into: &output)
  }

  private func update(into output: inout [UInt8]) -> Bool {
    owesUpdate = false
    let content: [UInt8] = [24, 0, 0, 1, 0]
    guard seal(content.span, ContentType.handshake, into: &output) else { return false }
    egress.update()
    return true
  }

  private func seal(_ content: Span<UInt8>, _ type: UInt8, into output: inout [UInt8]) -> Bool {
    let count = content.count + 1 + RecordCipher.tagCount
    let header: [UInt8] = [ContentType.application, 3, 3, UInt8(count >> 8), UInt8(count & 0xFF)]
    output += header
    return cipher.seal(content, type: type, header: header, with: &egress, into: &output)
  }
}
