public import Base
public import MediaControl

/// Where an ``Endpoint`` writes datagrams: the shard's send slots, or a simulated network.
public protocol TransmitSink: ~Copyable {
  /// Offers a slot of at least 1,500 octets for a datagram to `address`.
  ///
  /// `origin` is when that which it forwards reached the machine; `nil` when it forwards nothing. `write`
  /// fills the slot from the front and returns the count of octets; 0 means that nothing is sent.
  mutating func transmit(
    to address: SocketAddress, origin: Instant?, _ write: (inout MutableSpan<UInt8>) -> Int)

  /// Offers a slot of at least 1,500 octets for a frame to another shard; false when there is no room for it.
  ///
  /// `origin` is when the frame's packet reached the machine; `write` as for a datagram.
  mutating func relay(
    to shard: ShardID, origin: Instant, _ write: (inout MutableSpan<UInt8>) -> Int
  ) -> Bool
}

extension TransmitSink where Self: ~Copyable {
  /// Offers a slot for a datagram of the endpoint's own.
  mutating func transmit(to address: SocketAddress, _ write: (inout MutableSpan<UInt8>) -> Int) {
    transmit(to: address, origin: nil, write)
  }
}

/// Where an ``Endpoint`` reports what signaling must know.
public protocol MediaEventSink: ~Copyable {
  /// Takes one event, in the order in which they happened.
  mutating func emit(_ event: MediaEvent)
}
