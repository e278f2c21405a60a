internal import Base
internal import CNiceAgent
internal import Glibc

/// The thread on which libnice's agents live; ends when the last peer has gone.
@safe
final class NiceLoop {
  fileprivate let loop: OpaquePointer

  /// Starts the thread.
  init() throws(LoadTestError) {
    // The new loop is owned by self.
    guard let loop = unsafe roost_nice_start() else { throw .system("start libnice's thread", errno) }
    unsafe self.loop = loop
  }

  deinit {
    // Every peer holds a reference to self: none is left.
    unsafe roost_nice_stop(loop)
  }
}

/// A member's ICE agent: libnice's, which shares no line with ours or with the server's.
///
/// Datagrams pass through one end of a socket pair, connectivity checks stay in libnice.
@safe
final class NicePeer {
  /// What a read came to.
  enum Arrival {
    /// A datagram of so many octets.
    case datagram(Int)
    /// The selected pair of candidates can carry media.
    case ready
    /// No pair works.
    case failed
    /// Nothing for now.
    case nothing
  }

  /// Our end of the socket pair.
  let descriptor: Int32
  /// The agent's credentials.
  let ufrag: String
  /// The password that goes with them.
  let password: String
  private let peer: OpaquePointer
  private let loop: NiceLoop

  /// Makes an agent with a host candidate at `address`.
  init(_ loop: NiceLoop, at address: IPAddress) throws(LoadTestError) {
    var descriptor: Int32 = -1
    var ufrag = [CChar](repeating: 0, count: Int(ROOST_NICE_CREDENTIAL_COUNT))
    var password = ufrag
    // The arrays have the room that the call wants; the new peer and the descriptor are owned by self.
    let peer = unsafe roost_nice_open(loop.loop, address.description, &descriptor, &ufrag, &password)
    guard let peer = unsafe peer else { throw .system("make an agent of libnice", errno) }
    unsafe self.peer = peer
    self.loop = loop
    self.descriptor = descriptor
    self.ufrag = NicePeer.text(ufrag)
    self.password = NicePeer.text(password)
  }

  deinit {
    // The loop's thread ends the agent; our end of the pair is ours to close.
    unsafe roost_nice_close(peer)
    close(descriptor)
  }

  /// Names the server; whether libnice takes it.
  func connect(ufrag: String, password: String, to server: SocketAddress) -> Bool {
    // The texts are copied during the call.
    unsafe roost_nice_connect(peer, ufrag, password, server.ip.description, server.port) == 0
  }

  /// Reads one datagram, or what the agent has to say, into `octets`.
  func receive(into octets: inout [UInt8]) -> Arrival {
    // Exactly the array's octets are lent for the call.
    let count = unsafe octets.withUnsafeMutableBytes { buffer in
      unsafe recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
    }
    guard count > 0 else { return .nothing }
    guard count == 1 else { return .datagram(count) }
    return Int32(octets[0]) == ROOST_NICE_READY ? .ready : .failed
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
