internal import Base
internal import CCurl
internal import Glibc

/// One libcurl transfer with what its callbacks collect.
///
/// A class, because libcurl keeps its address; owned by ``HTTPClient``'s thread until it is done.
@safe
final class HTTPTransfer {
  let id: UInt64
  let handle: OpaquePointer
  private let policy: AddressPolicy
  private let host: String
  private let answerCountMax: Int
  private let body: [UInt8]
  private var list: UnsafeMutablePointer<curl_slist>?
  private var headers: [String: String] = [:]
  private var headerCount = 0
  private var received: [UInt8] = []
  private var refusal: OutgoingFailure?

  /// Makes a transfer that has not begun; `nil` when libcurl has no memory.
  init?(_ request: OutgoingRequest, _ policy: AddressPolicy) {
    // Owned from here on, freed by deinit.
    guard let handle = unsafe curl_easy_init() else { return nil }
    id = request.id
    unsafe self.handle = OpaquePointer(handle)
    self.policy = policy
    host = request.host
    answerCountMax = request.answerCountMax
    body = request.body
    unsafe list = nil
    for field in request.headers {
      let line = field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
      // The list copies the line; a failed append leaves the list as it was.
      if let longer = unsafe curl_slist_append(list, line) { unsafe list = longer }
    }
    configure(request)
  }

  deinit {
    // Made in init, freed once; the handle goes first, because it refers to the list.
    unsafe curl_easy_cleanup(pointer)
    unsafe curl_slist_free_all(list)
  }

  private var pointer: UnsafeMutableRawPointer {
    // The same address in the type that libcurl declares.
    unsafe UnsafeMutableRawPointer(handle)
  }

  private func configure(_ request: OutgoingRequest) {
    // Unretained: the transfer outlives its handle.
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    // Texts are copied by libcurl; numbers and addresses fit the options' types.
    unsafe roost_curl_set_text(pointer, CURLOPT_URL, request.url)
    // As above, for the method.
    unsafe roost_curl_set_text(pointer, CURLOPT_CUSTOMREQUEST, request.method)
    // As above; redirections are protocols of their own and not followed at all.
    unsafe roost_curl_set_text(pointer, CURLOPT_PROTOCOLS_STR, "http,https")
    // A proxy from the environment would connect in our place, past the policy.
    unsafe roost_curl_set_text(pointer, CURLOPT_PROXY, "")
    let numbers: [(CURLoption, Int)] = [
      (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_NOSIGNAL, 1), (CURLOPT_TIMEOUT_MS, request.timeout),
      (CURLOPT_CONNECTTIMEOUT_MS, request.timeout), (CURLOPT_FORBID_REUSE, 1), (CURLOPT_FRESH_CONNECT, 1),
      (CURLOPT_MAXFILESIZE, answerCountMax),
    ]
    for (option, value) in numbers {
      // Each of these options takes a long.
      unsafe roost_curl_set_number(pointer, option, value)
    }
    if unsafe list != nil {
      // The list lives as long as the handle.
      unsafe roost_curl_set_list(pointer, list)
    }
    setBody()
    // Each receiver gets the context that is set beside it.
    unsafe roost_curl_set_receiver(pointer, CURLOPT_WRITEFUNCTION, HTTPTransfer.receiveBody)
    // As above.
    unsafe roost_curl_set_pointer(pointer, CURLOPT_WRITEDATA, context)
    // As above.
    unsafe roost_curl_set_receiver(pointer, CURLOPT_HEADERFUNCTION, HTTPTransfer.receiveHeader)
    // As above.
    unsafe roost_curl_set_pointer(pointer, CURLOPT_HEADERDATA, context)
    // As above.
    unsafe roost_curl_set_opener(pointer, HTTPTransfer.openSocket)
    // As above.
    unsafe roost_curl_set_pointer(pointer, CURLOPT_OPENSOCKETDATA, context)
  }

  private func setBody() {
    guard !body.isEmpty else { return }
    // A long holds the size of any array; it must be set before the body is copied.
    unsafe roost_curl_set_number(pointer, CURLOPT_POSTFIELDSIZE, body.count)
    // Copied by libcurl, as many octets as the size says.
    unsafe body.withUnsafeBytes { octets in
      unsafe _ = roost_curl_set_pointer(
        pointer, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: octets.baseAddress))
    }
  }

  /// What came of it, once libcurl says that it is over.
  func outcome(_ code: CURLcode) -> OutgoingOutcome {
    guard code == CURLE_OK else {
      return OutgoingOutcome(id: id, result: .failure(refusal ?? HTTPTransfer.failure(code)))
    }
    var status = 0
    // Writes one long.
    unsafe roost_curl_status(pointer, &status)
    return OutgoingOutcome(
      id: id, result: .success(OutgoingAnswer(status: status, headers: headers, body: received)))
  }

  private static func failure(_ code: CURLcode) -> OutgoingFailure {
    switch code {
    case CURLE_OPERATION_TIMEDOUT: .timeout
    case CURLE_FILESIZE_EXCEEDED: .tooLarge
    default: .unreachable
    }
  }
}

extension HTTPTransfer {
  /// Names that one answer may have; further ones are not kept.
  private static let headerCountMax = 100

  fileprivate func take(_ octets: UnsafeBufferPointer<UInt8>) -> Bool {
    guard octets.count <= answerCountMax - received.count else {
      refusal = .tooLarge
      return false
    }
    // Lent by the receiver below, for the time of the call.
    unsafe received.append(contentsOf: octets)
    return true
  }

  fileprivate func take(header line: String) {
    // A status line begins another answer, such as the one after 100 Continue.
    if line.hasPrefix("HTTP/") { return headers.removeAll() }
    guard let colon = line.firstIndex(of: ":"), headers.count < HTTPTransfer.headerCountMax else { return }
    let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    headers[line[..<colon].lowercased()] = String(value.prefix { !$0.isNewline })
  }

  fileprivate func permits(_ address: IPAddress) -> Bool {
    if policy.permits(address, for: host) { return true }
    refusal = .addressRefused
    return false
  }

  private static let receiveBody:
    @convention(c) (
      UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
    ) -> Int = { octets, size, count, context in
      // The context is what stands beside this receiver: a transfer that lives while libcurl works on it.
      guard let octets = unsafe octets, let context = unsafe context else { return 0 }
      let transfer = unsafe Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
      let total = size * count
      // libcurl lends `size` times `count` octets for the time of the call.
      let isTaken = unsafe octets.withMemoryRebound(to: UInt8.self, capacity: total) {
        unsafe transfer.take(UnsafeBufferPointer(start: $0, count: total))
      }
      return isTaken ? total : 0
    }

  private static let receiveHeader:
    @convention(c) (
      UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
    ) -> Int = { octets, size, count, context in
      // The context is what stands beside this receiver: a transfer that lives while libcurl works on it.
      guard let octets = unsafe octets, let context = unsafe context else { return 0 }
      let transfer = unsafe Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
      let total = size * count
      // libcurl lends one line of `size` times `count` octets for the time of the call.
      let line = unsafe octets.withMemoryRebound(to: UInt8.self, capacity: total) {
        unsafe String(decoding: UnsafeBufferPointer(start: $0, count: total), as: UTF8.self)
      }
      transfer.take(header: line)
      return total
    }

  /// Makes the socket for an address that a name led to, if the policy lets it: whatever the name
  /// resolved to before, this is the address that the connection goes to.
  private static let openSocket:
    @convention(c) (
      UnsafeMutableRawPointer?, curlsocktype, UnsafeMutablePointer<curl_sockaddr>?
    ) -> curl_socket_t = { context, _, target in
      // The context is what stands beside this function: a transfer that lives while libcurl works on it.
      guard let context = unsafe context, let target = unsafe target else { return -1 }
      let transfer = unsafe Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
      // libcurl lends the address for the time of the call; its length stands beside it.
      let address = unsafe roost_curl_address(target)
      guard let address = unsafe address, let ip = unsafe IPAddress(address), transfer.permits(ip) else {
        return -1
      }
      // The three numbers are what libcurl would have called with.
      return unsafe socket(
        target.pointee.family, target.pointee.socktype | O_CLOEXEC, target.pointee.protocol)
    }
}

extension IPAddress {
  /// The address of an IPv4 or IPv6 `sockaddr`, which must be as long as its family says.
  fileprivate init?(_ address: UnsafePointer<sockaddr>) {
    switch Int32(unsafe address.pointee.sa_family) {
    case AF_INET:
      // A sockaddr of this family is a sockaddr_in.
      let v4 = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
      self.init(v4: UInt32(bigEndian: v4.sin_addr.s_addr))
    case AF_INET6:
      let octets = unsafe UnsafeRawPointer(address)
      // sin6_addr stands 8 octets into the structure, and has 16.
      let high = unsafe octets.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      let low = unsafe octets.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
      self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    default: return nil
    }
  }
}
