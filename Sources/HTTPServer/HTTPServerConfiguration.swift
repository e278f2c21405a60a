public import Base

/// Where one server listens and what it allows.
public struct HTTPServerConfiguration: Sendable {
  /// One listening socket.
  public struct Listener: Sendable {
    /// The address; port 0 lets the system choose, see ``HTTPServer/boundAddresses``.
    public var address: SocketAddress
    /// The certificate to serve TLS with; plain HTTP without one.
    public var tls: TLSIdentity?

    /// Makes a listener of its parts.
    public init(address: SocketAddress, tls: TLSIdentity?) {
      self.address = address
      self.tls = tls
    }
  }

  /// The listening sockets.
  ///
  /// An IPv6 address takes IPv6 only: list the IPv4 address beside it.
  public var listeners: [Listener]
  /// Who alone may connect, and says for whom; `nil` serves everybody.
  public var proxies: ProxyTrust?
  /// The limits.
  public var limits: HTTPLimits
  /// Whether several servers (one a thread) share the port by `SO_REUSEPORT`.
  public var sharesPort = false
  /// The status code of the Close frames that ``HTTPServer/stop()`` sends: 1001 or 1012.
  public var stopCode: UInt16 = 1001

  /// Makes a configuration of its parts.
  public init(listeners: [Listener], limits: HTTPLimits = HTTPLimits()) {
    self.listeners = listeners
    self.limits = limits
  }
}

/// A certificate chain and its private key, both in PEM.
public struct TLSIdentity: Sendable {
  /// The leaf certificate and what follows it up to, not including, the root.
  public var certificateChain: String
  /// The leaf's private key, not encrypted.
  public var privateKey: String

  /// Makes an identity of PEM texts.
  public init(certificateChain: String, privateKey: String) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
  }
}

/// Why a server cannot start or take a new certificate.
public enum HTTPServerError: Error, Hashable, Sendable {
  /// libevent has no memory or no descriptor for its base, or the waker has none.
  case loop
  /// The address cannot be bound; `code` is errno.
  case bind(SocketAddress, code: Int32)
  /// The PEM texts hold no certificate, no key, or do not belong together.
  case identity
}
