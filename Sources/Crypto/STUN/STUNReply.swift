public import Base

/// Answers connectivity checks as a full, controlling agent does (RFC 8445 §7.3).
///
/// The counterpart of ``STUNRequest`` for the load tool and tests, whose peers meet servers that check back;
/// the server itself answers with ``STUNResponder``. Not for the packet path: it allocates.
public enum STUNReply {
  /// The success response to `request`, which came from `source`.
  ///
  /// `nil` unless it is a binding request that is signed with our `password`.
  public static func success(
    to request: [UInt8], password: [UInt8], from source: SocketAddress
  ) -> [UInt8]? {
    guard request.count >= 20, request[0] == 0, request[1] == 1,
      request[4..<8].elementsEqual([0x21, 0x12, 0xA4, 0x42]),
      Int(request[2]) << 8 | Int(request[3]) == request.count - 20,
      STUNAttributes(request).isAuthentic(under: password)
    else { return nil }
    var message = STUNMessageWriter(type: 0x0101, transactionID: Array(request[8..<20]))
    message.append(0x0020, mapped(source, mask: request[4..<20]))
    return message.finished(password: password)
  }

  /// XOR-MAPPED-ADDRESS (RFC 8489 §14.2): masked by cookie and transaction.
  private static func mapped(_ address: SocketAddress, mask: ArraySlice<UInt8>) -> [UInt8] {
    let port = address.port ^ 0x2112
    let octets: [UInt8]
    if let v4 = address.ip.v4 {
      octets = bigEndian(UInt64(v4)).suffix(4)
    } else {
      octets = bigEndian(address.ip.high) + bigEndian(address.ip.low)
    }
    let head: [UInt8] = [0, octets.count == 4 ? 1 : 2, UInt8(port >> 8), UInt8(port & 0xFF)]
    return head + zip(octets, mask).map { $0 ^ $1 }
  }

  private static func bigEndian(_ word: UInt64) -> [UInt8] {
    (0..<8).reversed().map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
  }
}
