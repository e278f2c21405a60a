internal import Base
internal import Glibc

/// One outgoing connection over a non-blocking TCP socket: octets in, octets out, nothing waits.
protocol StreamConnection: AnyObject {
  var descriptor: Int32 { get }

  /// Whether the socket must be watched for writability.
  var wantsWriting: Bool { get }

  /// Queues `octets` and sends what the socket takes.
  func write(_ octets: [UInt8]) -> StreamProgress

  /// Sends what the socket takes.
  func flush() -> StreamProgress

  /// Appends what has arrived to `input`.
  func read(into input: inout [UInt8]) -> StreamProgress
}

/// What a call came to.
enum StreamProgress {
  /// More is to be had when the socket is ready again.
  case waiting
  /// The peer has ended the stream, or the connection broke; why.
  case ended(String)
}

/// A TCP connection without TLS, for servers that are measured without it.
final class PlainConnection: StreamConnection {
  private static let readCount = 16 << 10

  let descriptor: Int32
  private var output: [UInt8] = []
  private var isConnected = false

  /// Begins to connect to `address`.
  init(to address: SocketAddress, from source: IPAddress? = nil) throws(LoadTestError) {
    descriptor = try connectedSocket(SOCK_STREAM, to: address, from: source)
  }

  deinit {
    close(descriptor)
  }

  var wantsWriting: Bool { !output.isEmpty }

  func write(_ octets: [UInt8]) -> StreamProgress {
    output.append(contentsOf: octets)
    return flush()
  }

  func flush() -> StreamProgress {
    while !output.isEmpty {
      // Exactly the queued octets are lent for the call.
      let count = unsafe output.withUnsafeBytes { octets in
        unsafe send(descriptor, octets.baseAddress, octets.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return progress(count) }
      output.removeFirst(count)
    }
    return .waiting
  }

  func read(into input: inout [UInt8]) -> StreamProgress {
    while true {
      let before = input.count
      input.append(contentsOf: repeatElement(0, count: PlainConnection.readCount))
      // Exactly the octets just appended are lent.
      let count = unsafe input.withUnsafeMutableBytes { octets in
        unsafe recv(descriptor, octets.baseAddress.map { unsafe $0 + before }, PlainConnection.readCount, 0)
      }
      let code = errno
      input.removeLast(PlainConnection.readCount - max(0, count))
      errno = code
      guard count > 0 else { return progress(count) }
    }
  }

  private func progress(_ result: Int) -> StreamProgress {
    guard result < 0 else { return .ended("the server closed the connection") }
    switch errno {
    // Not yet connected counts as not yet writable.
    case EAGAIN, EINTR, ENOTCONN, EINPROGRESS: return .waiting
    default: return .ended(systemError(errno))
    }
  }
}
