import JSON

/// One dispatch, encoded once and shared by every session that receives it.
///
/// ```
/// {"op":0,"s":        42        ,"t":"MESSAGE_CREATE","d":{…}}
///                     │          └ tail, shared
///                     └ spliced per session
/// ```
/// The array's buffer is what is shared; a copy of this value costs a retain.
struct EncodedEvent: Hashable, Sendable {
  private static let head = Array(#"{"op":0,"s":"#.utf8)

  /// Everything after the sequence number.
  private let tail: [UInt8]

  /// Makes the event `name` with the JSON `payload`.
  init(name: String, payload: [UInt8]) {
    var octets = Array(#","t":""#.utf8)
    octets.reserveCapacity(payload.count + name.utf8.count + 16)
    octets.append(contentsOf: name.utf8)
    octets.append(contentsOf: #"","d":"#.utf8)
    octets.append(contentsOf: payload)
    octets.append(UInt8(ascii: "}"))
    tail = octets
  }

  /// Makes the event `name` whose payload is the object that `body` fills.
  init(_ name: String, _ body: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    writer.object(body)
    self.init(name: name, payload: writer.octets)
  }

  /// The size of the shared part.
  var count: Int { tail.count }

  /// The whole payload as session's dispatch number `sequenceNumber`.
  func frame(_ sequenceNumber: UInt64) -> [UInt8] {
    let digits = String(sequenceNumber).utf8
    var octets: [UInt8] = []
    octets.reserveCapacity(EncodedEvent.head.count + digits.count + tail.count)
    octets.append(contentsOf: EncodedEvent.head)
    octets.append(contentsOf: digits)
    octets.append(contentsOf: tail)
    return octets
  }
}
