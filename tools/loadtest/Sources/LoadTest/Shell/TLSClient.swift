internal import Base
internal import COpenSSL
internal import Glibc

/// Owns an SSL_CTX for outgoing connections: which authorities are trusted.
@safe
final class TLSClient {
  private let context: OpaquePointer

  /// Trusts the authorities of the PEM file `authorityFile`, or the system's with `nil`.
  init(authorityFile: String?) throws(LoadTestError) {
    // TLS_client_method is static; the new context is owned by self.
    guard let context = unsafe SSL_CTX_new(TLS_client_method()) else { throw .tls("no memory") }
    unsafe self.context = context
    // SSL_CTRL_SET_MIN_PROTO_VERSION (123), a macro that Swift lacks.
    unsafe SSL_CTX_ctrl(context, 123, Int(TLS1_2_VERSION), nil)
    // SSL_CTRL_MODE: partial writes, buffers that may move, and idle ones given back.
    unsafe SSL_CTX_ctrl(context, 33, 0x1 | 0x2 | 0x10, nil)
    unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    if let authorityFile {
      // The call copies the path.
      guard unsafe SSL_CTX_load_verify_locations(context, authorityFile, nil) == 1 else {
        throw .tls("\(authorityFile) holds no certificate that can be trusted")
      }
    } else {
      unsafe SSL_CTX_set_default_verify_paths(context)
    }
  }

  deinit {
    // Sessions hold their own references.
    unsafe SSL_CTX_free(context)
  }

  /// A session over the socket `descriptor` whose peer must prove to be `host`.
  fileprivate func makeSession(_ descriptor: Int32, host: String) throws(LoadTestError) -> OpaquePointer {
    // The context is alive: self owns it. The session belongs to the caller.
    guard let session = unsafe SSL_new(context) else { throw .tls("no memory") }
    var isNamed = false
    if IPAddress(host) != nil {
      // The parameters belong to the session; the text is copied.
      isNamed = unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) == 1
    } else {
      var name = Array(host.utf8CString)
      // SSL_CTRL_SET_TLSEXT_HOSTNAME (55) copies the name.
      isNamed = unsafe name.withUnsafeMutableBytes { octets in
        unsafe SSL_ctrl(session, 55, 0, octets.baseAddress) == 1
      }
      isNamed = unsafe SSL_set1_host(session, host) == 1 && isNamed
    }
    guard isNamed, unsafe SSL_set_fd(session, descriptor) == 1 else {
      // Not handed out: freed here.
      unsafe SSL_free(session)
      throw .tls("no memory")
    }
    unsafe SSL_set_connect_state(session)
    return unsafe session
  }
}

/// One outgoing TLS connection over a non-blocking TCP socket: octets in, octets out, nothing waits.
@safe
final class TLSConnection: StreamConnection {
  private static let readCount = 16 << 10

  let descriptor: Int32
  private let session: OpaquePointer
  private var output: [UInt8] = []

  /// Begins to connect to `address`, which must prove to be `host`.
  init(
    to address: SocketAddress, from source: IPAddress? = nil, host: String, _ client: TLSClient
  ) throws(LoadTestError) {
    descriptor = try connectedSocket(SOCK_STREAM, to: address, from: source)
    do {
      unsafe session = try client.makeSession(descriptor, host: host)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit {
    // The session does not own the descriptor.
    unsafe SSL_free(session)
    close(descriptor)
  }

  /// Whether the socket must be watched for writability.
  ///
  /// Also while it connects: the first flight waits for that.
  var wantsWriting: Bool {
    // Reads a field of the session.
    unsafe !output.isEmpty || SSL_is_init_finished(session) == 0
  }

  /// Queues `octets` and sends what the socket takes.
  func write(_ octets: [UInt8]) -> StreamProgress {
    output.append(contentsOf: octets)
    return flush()
  }

  /// Sends what the socket takes.
  func flush() -> StreamProgress {
    while !output.isEmpty {
      ERR_clear_error()
      // OpenSSL reads the octets during the call and copies what it keeps.
      let count = unsafe output.withUnsafeBytes { octets in
        unsafe SSL_write(session, octets.baseAddress, Int32(clamping: octets.count))
      }
      guard count > 0 else { return progress(count) }
      output.removeFirst(Int(count))
    }
    return .waiting
  }

  /// Appends what has arrived to `input`.
  func read(into input: inout [UInt8]) -> StreamProgress {
    while true {
      ERR_clear_error()
      let before = input.count
      input.append(contentsOf: repeatElement(0, count: TLSConnection.readCount))
      // Exactly the octets just appended are lent.
      let count = unsafe input.withUnsafeMutableBytes { octets in
        unsafe SSL_read(
          session, octets.baseAddress.map { unsafe $0 + before }, Int32(TLSConnection.readCount))
      }
      input.removeLast(TLSConnection.readCount - Int(max(0, count)))
      guard count > 0 else { return progress(count) }
    }
  }

  private func progress(_ result: Int32) -> StreamProgress {
    // Reads the session's last error.
    switch unsafe SSL_get_error(session, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .waiting
    case SSL_ERROR_ZERO_RETURN: return .ended("the server closed the connection")
    case SSL_ERROR_SSL:
      // Reads the session's verification result; the text is static.
      let verdict = unsafe SSL_get_verify_result(session)
      guard verdict == 0 else {
        return .ended("certificate: \(unsafe String(cString: X509_verify_cert_error_string(verdict)))")
      }
      return .ended("TLS failed")
    default:
      return .ended(result == 0 || errno == 0 ? "the server closed the connection" : systemError(errno))
    }
  }
}
