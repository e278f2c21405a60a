internal import Base

/// A WebSocket to one of the gateways, over TLS unless its address says otherwise.
final class GatewaySocket {
  private let connection: any StreamConnection
  private var webSocket: WebSocketClient
  private var input: [UInt8] = []

  /// Begins to connect; on this machine from an address of the member's own, as people have.
  init(
    _ target: GatewayTarget, _ client: TLSClient, member: Int, random: SeededRandom
  ) throws(LoadTestError) {
    // All of 127.0.0.0/8 is local. One address for a thousand members would be one crowd to a server's limits.
    let isLocal = target.address.ip.v4.map { $0 >> 24 == 127 } ?? false
    let source = isLocal ? IPAddress(v4: 0x7F40_0001 + UInt32(truncatingIfNeeded: member)) : nil
    connection =
      target.isSecure
      ? try TLSConnection(to: target.address, from: source, host: target.host, client)
      : try PlainConnection(to: target.address, from: source)
    webSocket = WebSocketClient(
      host: target.authority, path: target.path, subprotocol: target.subprotocol, random: random)
    _ = connection.write(webSocket.upgradeRequest)
  }

  var descriptor: Int32 { connection.descriptor }
  var wantsWriting: Bool { connection.wantsWriting }
  /// Our end; `nil` when the connection has none.
  var localAddress: SocketAddress? { socketAddress(of: connection.descriptor) }

  /// Sends the text `message`; why it could not, if so.
  func send(_ message: [UInt8]) -> String? {
    guard case .ended(let reason) = connection.write(webSocket.frame(message)) else { return nil }
    return reason
  }

  /// Says goodbye; the socket closes with this object.
  func close() {
    _ = connection.write(webSocket.closeFrame(1000))
  }

  /// Reads and writes what the socket has and takes; each event goes to `handle`.
  ///
  /// The last one is `closed` when the connection has ended.
  func advance(_ handle: (WebSocketClient.Event) -> Void) {
    var ended: String?
    if case .ended(let reason) = connection.flush() { ended = reason }
    input.removeAll(keepingCapacity: true)
    if case .ended(let reason) = connection.read(into: &input) { ended = reason }
    webSocket.receive(input)
    while let event = webSocket.next() {
      if case .reply(let octets) = event {
        _ = connection.write(octets)
        continue
      }
      handle(event)
      if case .closed = event { return }
    }
    if let ended { handle(.closed(code: nil, reason: ended)) }
  }
}

/// Where a gateway is.
struct GatewayTarget: Hashable, Sendable {
  let address: SocketAddress
  /// The name that the certificate must have.
  let host: String
  /// `host:port`.
  let authority: String
  let path: String
  let isSecure: Bool
  /// What is asked for in Sec-WebSocket-Protocol.
  let subprotocol: String?
}
