public import Base
internal import CNet
internal import Glibc

/// Waits for descriptors and for a deadline: epoll with nanoseconds; owned by one thread.
///
/// Level-triggered: what is not read is reported again.
public struct EventPoll: ~Copyable {
  /// What a descriptor is watched for.
  public enum Interest: Int32, Hashable, Sendable {
    case readable = 1, readableAndWritable = 3
  }

  /// One descriptor that is ready.
  public struct Ready: Hashable, Sendable {
    /// The number that the descriptor was added with.
    public let token: UInt64
    /// Whether reading would not block; also after an error.
    public let isReadable: Bool
    /// Whether writing would not block; also after an error.
    public let isWritable: Bool
  }

  private let descriptor: Int32
  private var words = InlineArray<32, UInt64>(repeating: 0)
  private var count = 0

  /// Makes a poll that watches nothing.
  public init() throws(NetError) {
    let opened = cnet_poll_open()
    guard opened >= 0 else { throw NetError(.createPoll, "", code: -opened) }
    descriptor = opened
  }

  deinit {
    cnet_close(descriptor)
  }

  /// Watches `descriptor`, which must stay open, and reports it as `token`.
  public mutating func add(
    _ descriptor: Int32, token: UInt64, interest: Interest
  ) throws(NetError) {
    let code = cnet_poll_add(self.descriptor, descriptor, interest.rawValue, token)
    guard code >= 0 else { throw NetError(.watch, "\(descriptor)", code: -code) }
  }

  /// Watches a known `descriptor` for something else.
  public mutating func change(
    _ descriptor: Int32, token: UInt64, interest: Interest
  ) throws(NetError) {
    let code = cnet_poll_change(self.descriptor, descriptor, interest.rawValue, token)
    guard code >= 0 else { throw NetError(.watch, "\(descriptor)", code: -code) }
  }

  /// Stops watching `descriptor`.
  public mutating func remove(_ descriptor: Int32) throws(NetError) {
    let code = cnet_poll_remove(self.descriptor, descriptor)
    guard code >= 0 else { throw NetError(.watch, "\(descriptor)", code: -code) }
  }

  /// Waits until a descriptor is ready or `deadline` has come, and gives how many are ready.
  ///
  /// 0 means that the deadline has come, never that it is near; one that has passed polls once.
  /// ``Instant/distantFuture`` waits for ever.
  public mutating func wait(until deadline: Instant) throws(NetError) -> Int {
    count = 0
    while true {
      let rest = deadline == .distantFuture ? -1 : max(0, (deadline - MonotonicClock.now()).nanoseconds)
      var span = words.mutableSpan
      // Two words for each of readyCountMax: 32, as `words` has.
      let found = unsafe span.withUnsafeMutableBufferPointer {
        unsafe cnet_poll_wait(descriptor, $0.baseAddress, UInt32(NetLimits.readyCountMax), rest)
      }
      if found > 0 {
        count = Int(found)
        return count
      }
      if found == 0, rest == 0 { return 0 }
      guard found >= 0 || found == -EINTR else { throw NetError(.wait, "", code: -found) }
    }
  }

  /// Descriptor `index` of the last ``wait(until:)``.
  public func ready(_ index: Int) -> Ready {
    precondition(index >= 0 && index < count)
    let flags = words[2 &* index &+ 1]
    return Ready(
      token: words[2 &* index], isReadable: flags & UInt64(cnet_readable) != 0,
      isWritable: flags & UInt64(cnet_writable) != 0)
  }
}
