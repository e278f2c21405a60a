public import Base
internal import CNet
internal import Glibc

/// A bound, non-blocking UDP socket; owned by one shard's thread.
///
/// Bound to `::` it takes IPv4 too; bound to anything else it speaks that address's family. Addresses are
/// mapped form on both paths. It does not know which local address a datagram came to: on a host with
/// several, bind the one that is announced.
public struct UDPSocket: ~Copyable {
  /// The descriptor, for ``EventPoll``.
  public let descriptor: Int32
  /// The address that the socket is bound to, with the port that the system chose.
  public let localAddress: SocketAddress
  /// Whether the kernel hands over several datagrams of one sender at once; older ones do not.
  public let joinsSegments: Bool
  /// Octets of the kernel's receive buffer as it says itself: its bookkeeping counts too.
  public let receiveBufferCount: Int
  /// Octets of the kernel's send buffer.
  public let sendBufferCount: Int

  /// Binds a socket to `address`; port 0 lets the system choose.
  ///
  /// The kernel may give smaller buffers than asked: read them back.
  public init(bind address: SocketAddress, receiveBuffer: Int, sendBuffer: Int) throws(NetError) {
    let opened = cnet_udp_open(
      address.ip.high, address.ip.low, address.port, Int32(clamping: receiveBuffer),
      Int32(clamping: sendBuffer))
    guard opened >= 0 else { throw NetError(.bind, address.description, code: -opened) }
    var label = InlineArray<4, UInt64>(repeating: 0)
    var words = label.mutableSpan
    // The C function fills exactly the four words that the span has.
    let code = unsafe words.withUnsafeMutableBufferPointer { unsafe cnet_udp_local(opened, $0.baseAddress) }
    guard code >= 0 else {
      cnet_close(opened)
      throw NetError(.readLocalAddress, address.description, code: -code)
    }
    descriptor = opened
    localAddress = SocketAddress(
      ip: IPAddress(high: label[0], low: label[1]), port: UInt16(truncatingIfNeeded: label[2]))
    cnet_udp_stamp(opened)
    joinsSegments = cnet_udp_join_segments(opened) >= 0
    receiveBufferCount = Int(cnet_udp_receive_buffer(opened))
    sendBufferCount = Int(cnet_udp_send_buffer(opened))
  }

  deinit {
    cnet_close(descriptor)
  }

  /// Takes what has arrived into `ring` and gives how many slots it filled, 0 when nothing waits.
  ///
  /// One system call; call again while the ring comes back full.
  public mutating func receive(into ring: inout ReceiveRing) -> Int {
    ring.fill(from: descriptor)
  }
}
