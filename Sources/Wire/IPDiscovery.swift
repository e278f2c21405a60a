public import Base

/// Discord's IP discovery: a UDP client learns its public address, the server learns the client's.
///
/// ```
///  0      2      4          8                              72     74
///  ├──────┼──────┼──────────┼──────────────────────────────┼──────┤
///  │ type │  70  │   SSRC   │ address, ASCII, NUL-padded   │ port │   type 1 request, 2 response
///  └──────┴──────┴──────────┴──────────────────────────────┴──────┘
/// ```
///
/// All numbers are big endian. One client library sends four octets more than the length says. Refused:
/// every other size, type or length. What a request carries after the SSRC is ignored.
public enum IPDiscovery {
  /// Octets of a response, and of a request as documented.
  public static let count = 74
  /// Octets of a request that also counts the four octets of type and length.
  public static let longRequestCount = 78

  /// Whether `datagram` is a request.
  public static func isRequest(_ datagram: Span<UInt8>) -> Bool {
    (datagram.count == count || datagram.count == longRequestCount)
      && datagram.uint32(at: 0) == 0x0001_0046
  }

  /// The SSRC of a request: the one that READY told the client.
  public static func parseRequest(_ datagram: Span<UInt8>) throws(WireError) -> UInt32 {
    guard datagram.count >= count else { throw .truncated }
    guard isRequest(datagram) else { throw .malformed }
    return datagram.uint32(at: 4)
  }

  /// Writes the response that tells the owner of `ssrc` its `address`.
  ///
  /// Gives ``count``, or 0 with nothing written when `reply` is shorter.
  public static func writeResponse(
    ssrc: UInt32, address: SocketAddress, into reply: inout MutableSpan<UInt8>
  ) -> Int {
    guard reply.count >= count else { return 0 }
    for index in 0..<count { reply[index] = 0 }
    reply.store(0x0002_0046 as UInt32, at: 0)
    reply.store(ssrc, at: 4)
    // 64 octets are left for an address of at most 39, so that the text always fits.
    _ = address.ip.write(into: &reply, at: 8)
    reply.store(address.port, at: 72)
    return count
  }
}

/// Discord's UDP ping: `1337CAFE ‖ sequence`, answered by `1337F00D ‖ sequence`.
public enum VoicePing {
  /// Octets of a ping and of its answer.
  public static let count = 8
  /// First word of a ping.
  public static let requestMagic: UInt32 = 0x1337_CAFE
  /// First word of the answer.
  public static let responseMagic: UInt32 = 0x1337_F00D

  /// The sequence number of a ping; refuses what is not one.
  public static func parseRequest(_ datagram: Span<UInt8>) throws(WireError) -> UInt32 {
    guard datagram.count >= count else { throw .truncated }
    guard datagram.count == count, datagram.uint32(at: 0) == requestMagic else { throw .malformed }
    return datagram.uint32(at: 4)
  }

  /// Writes the answer to ping `sequence`; gives ``count``, or 0 when `reply` is shorter.
  public static func writeResponse(sequence: UInt32, into reply: inout MutableSpan<UInt8>) -> Int {
    guard reply.count >= count else { return 0 }
    reply.store(responseMagic, at: 0)
    reply.store(sequence, at: 4)
    return count
  }
}
