internal import COpenSSL

/// The memory between OpenSSL and the caller: one datagram in, a queue of datagrams out.
///
/// OpenSSL keeps a pointer to it, therefore a class. Owned by one ``DTLSAssociation``, which outlives the
/// OpenSSL object; touched only inside that association's calls.
@safe
final class DatagramExchange {
  /// The datagram being received, lent for the length of one call.
  fileprivate var inbound: UnsafeBufferPointer<UInt8>?

  /// Datagrams written since the last ``take()``.
  private var outbound: [[UInt8]] = []

  /// Lends `datagram` to OpenSSL while `body` runs.
  func lending(_ datagram: Span<UInt8>, _ body: () -> Void) {
    // The pointer is dropped before the span's storage can go away.
    unsafe datagram.withUnsafeBufferPointer { octets in
      unsafe inbound = octets
      body()
      unsafe inbound = nil
    }
  }

  /// Takes what was written.
  func take() -> [[UInt8]] {
    let taken = outbound
    outbound = []
    return taken
  }

  fileprivate func write(_ octets: UnsafeBufferPointer<UInt8>) {
    guard outbound.count < Limits.dtlsFlightDatagramsMax else { return }
    // Copies what OpenSSL lends for the call.
    unsafe outbound.append(Array(octets))
  }

  /// Copies the lent datagram, once; `nil` when there is none.
  fileprivate func read(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int? {
    // Both buffers live through the call; the copy is cut to the smaller.
    guard let octets = unsafe inbound, octets.count > 0 else { return nil }
    unsafe inbound = nil
    let count = min(buffer.count, octets.count)
    for index in 0..<count { unsafe buffer[index] = octets[index] }
    return count
  }
}

/// OpenSSL's view of a ``DatagramExchange``: every write is one datagram, every read takes one.
///
/// A memory BIO would join the datagrams of a flight. Owns the `BIO_METHOD`; the context that owns this
/// outlives every `BIO` made from it.
@safe
struct DatagramBIOMethod: ~Copyable {
  private let method: OpaquePointer

  init() throws(CryptoError) {
    // The C object: created here, owned by this value alone, freed in deinit.
    guard let method = unsafe BIO_meth_new(BIO_TYPE_SOURCE_SINK | 0x7F, "datagram exchange") else {
      throw .unavailable
    }
    // Callbacks capture nothing: they find their exchange by the BIO.
    unsafe BIO_meth_set_create(method) { bio in
      unsafe BIO_set_init(bio, 1)
      return 1
    }
    unsafe BIO_meth_set_write(method) { bio, octets, count in
      unsafe DatagramBIOMethod.write(bio, octets, count)
    }
    // The counterpart of write.
    unsafe BIO_meth_set_read(method) { bio, buffer, count in
      unsafe DatagramBIOMethod.read(bio, buffer, count)
    }
    // OpenSSL asks the transport for its timer, MTU and so on; only a flush succeeds, as a no-op.
    unsafe BIO_meth_set_ctrl(method) { _, command, _, _ in
      command == BIO_CTRL_FLUSH ? 1 : 0
    }
    unsafe self.method = method
  }

  deinit {
    // The only owner frees; no BIO of this method is left.
    unsafe BIO_meth_free(method)
  }

  /// Makes the BIO over `exchange`; `nil` when memory is out.
  ///
  /// The exchange is not retained: its owner keeps it longer than the BIO.
  func makeBIO(over exchange: DatagramExchange) -> OpaquePointer? {
    // The caller hands the BIO to an SSL object, which frees it.
    guard let bio = unsafe BIO_new(method) else { return nil }
    unsafe BIO_set_data(bio, Unmanaged.passUnretained(exchange).toOpaque())
    return unsafe bio
  }

  private static func exchange(of bio: OpaquePointer?) -> DatagramExchange? {
    // The pointer was set in `makeBIO` and its object outlives the BIO.
    guard let pointer = unsafe BIO_get_data(bio) else { return nil }
    return unsafe Unmanaged<DatagramExchange>.fromOpaque(pointer).takeUnretainedValue()
  }

  private static func write(
    _ bio: OpaquePointer?, _ octets: UnsafePointer<CChar>?, _ count: Int32
  ) -> Int32 {
    // OpenSSL lends `count` octets for this call.
    guard let exchange = unsafe exchange(of: bio), let octets = unsafe octets, count > 0 else { return 0 }
    unsafe octets.withMemoryRebound(to: UInt8.self, capacity: Int(count)) { octets in
      unsafe exchange.write(UnsafeBufferPointer(start: octets, count: Int(count)))
    }
    return count
  }

  private static func read(
    _ bio: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ count: Int32
  ) -> Int32 {
    // OpenSSL lends room for `count` octets for this call.
    guard let exchange = unsafe exchange(of: bio), let buffer = unsafe buffer, count > 0 else { return 0 }
    let copied = unsafe buffer.withMemoryRebound(to: UInt8.self, capacity: Int(count)) { buffer in
      unsafe exchange.read(into: UnsafeMutableBufferPointer(start: buffer, count: Int(count)))
    }
    guard let copied else {
      // Nothing more now: OpenSSL returns to the caller instead of failing.
      unsafe BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
      return -1
    }
    unsafe BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
    return Int32(clamping: copied)
  }
}
