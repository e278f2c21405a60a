public import Base

/// The request methods that the server passes on; every other method is answered 501.
public enum HTTPMethod: String, CaseIterable, Hashable, Sendable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
}

/// Header fields in the order received; names compare without regard to ASCII case.
public struct HTTPHeaders: Sendable {
  /// Names as received and values without surrounding white space.
  public private(set) var fields: [(name: String, value: String)]

  /// Makes headers of `fields`.
  public init(_ fields: [(name: String, value: String)]) {
    self.fields = fields
  }

  /// The value of the first field called `name`.
  public func first(_ name: String) -> String? {
    fields.first { HTTPHeaders.equal($0.name, name) }?.value
  }

  /// The values of all fields called `name`, in order.
  public func all(_ name: String) -> [String] {
    fields.filter { HTTPHeaders.equal($0.name, name) }.map { $0.value }
  }

  /// Whether a comma-separated list field called `name` contains `token`, in any case.
  public func list(_ name: String, contains token: String) -> Bool {
    for value in all(name) {
      for element in value.utf8.split(separator: UInt8(ascii: ",")) {
        if HTTPHeaders.equal(HTTPHeaders.trimmed(element), token.utf8) { return true }
      }
    }
    return false
  }

  mutating func append(_ name: String, _ value: String) {
    fields.append((name: name, value: value))
  }

  private static func equal(_ lhs: String, _ rhs: String) -> Bool {
    equal(lhs.utf8, rhs.utf8)
  }

  static func equal(
    _ lhs: some Collection<UInt8>, _ rhs: some Collection<UInt8>
  ) -> Bool {
    lhs.count == rhs.count && zip(lhs, rhs).allSatisfy { lowercased($0) == lowercased($1) }
  }

  /// Whether `octets` are a token (RFC 9110 §5.6.2).
  static func isName(_ octets: some Collection<UInt8>) -> Bool {
    !octets.isEmpty
      && octets.allSatisfy { octet in
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(octet)
        }
      }
  }

  /// Whether `octets` cannot end a line.
  static func isValue(_ octets: some Collection<UInt8>) -> Bool {
    octets.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
  }

  private static func lowercased(_ octet: UInt8) -> UInt8 {
    octet >= 0x41 && octet <= 0x5A ? octet | 0x20 : octet
  }

  private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
    var text = text
    while let first = text.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
    while let last = text.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
    return text
  }
}

/// One complete request, checked: the application sees nothing that RFC 9112 calls malformed.
public struct HTTPRequest: Sendable {
  /// The method.
  public let method: HTTPMethod
  /// The path as sent, percent-encoded, beginning with `/` (or the `*` of OPTIONS).
  public let path: String
  /// What follows the first `?`, percent-encoded; empty when there is none.
  public let query: String
  /// The header fields.
  public let headers: HTTPHeaders
  /// The body, whole, without transfer coding; empty when it went into a file.
  public internal(set) var body: [UInt8]
  /// The file that the body went into, and which octets of it.
  public internal(set) var bodyFile: FileBody?
  /// Who sent it; behind a proxy, as that says.
  public internal(set) var remote: SocketAddress
  /// Whether it came through TLS.
  public let isTLS: Bool
  /// Which of the configuration's listeners it came through, counted from 0.
  public internal(set) var listener = 0

  /// Makes a request of its parts; applications' tests use this.
  public init(
    method: HTTPMethod, path: String, query: String, headers: HTTPHeaders, body: [UInt8],
    remote: SocketAddress, isTLS: Bool
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.remote = remote
    self.isTLS = isTLS
  }
}

/// An answer; the server adds Content-Length and Connection and leaves the body out where HTTP says so.
public struct HTTPResponse: Sendable {
  /// The status, 200 to 599.
  public var status: Int
  /// Header fields, in order.
  public var headers: [(String, String)]
  /// The body, whole; for an answer to HEAD too, which sends only its length.
  public var body: [UInt8]
  /// The body, when it is a piece of a file; `body` is empty then.
  public var file: FileBody?

  /// Makes a response of its parts.
  public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}
