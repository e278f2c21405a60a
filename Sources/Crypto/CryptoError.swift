/// Why a key, a context or a certificate could not be made.
///
/// Peer input never ends here: a packet that does not authenticate is a `nil`, a handshake that fails is a
/// state. These cases are our own mistakes, a file an operator gave us, or a library out of memory.
public enum CryptoError: Error, Hashable, Sendable {
  /// A key or salt has the wrong number of octets for its cipher.
  case keySize

  /// The library refused to make or set up an object.
  case unavailable

  /// A PEM text holds no certificate, no key, or a key that is not the certificate's.
  case malformedPEM

  /// A certificate was asked for with nothing to put in it, or with a name that cannot stand in it.
  case invalidName
}
