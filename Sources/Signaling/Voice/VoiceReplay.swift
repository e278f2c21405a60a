/// The messages of one session that a RESUME may ask for again, with their sequence numbers.
///
/// The sequence is 16 bits wide on the wire and wraps; here the 64-bit count of messages is kept. What
/// falls out of the buffer, oldest first, cannot be resumed over any more.
struct VoiceReplay {
  private var messages: [[UInt8]] = []
  private var octets = 0
  private(set) var count: UInt64 = 0

  /// The number for the next message.
  var next: UInt16 { UInt16(truncatingIfNeeded: count &+ 1) }

  /// Keeps `message`, which carries `next`.
  mutating func append(_ message: [UInt8]) {
    count &+= 1
    messages.append(message)
    octets += message.count
    var excess = 0
    while messages.count - excess > VoiceLimits.replayMessagesMax || octets > VoiceLimits.replayOctetsMax {
      octets -= messages[excess].count
      excess += 1
    }
    messages.removeFirst(excess)
  }

  /// Forgets what the client has seen: everything up to `acknowledged`.
  mutating func acknowledge(_ acknowledged: UInt16) {
    guard let missing = missed(after: acknowledged) else { return }
    let seen = messages.count - missing
    for message in messages.prefix(seen) { octets -= message.count }
    messages.removeFirst(seen)
  }

  /// What was sent after `acknowledged` (`nil`: after nothing); `nil` when some of it is gone.
  func messages(after acknowledged: UInt16?) -> ArraySlice<[UInt8]>? {
    guard let acknowledged else {
      return UInt64(messages.count) == count ? messages[...] : nil
    }
    guard let missing = missed(after: acknowledged) else { return nil }
    return messages.suffix(missing)
  }

  private func missed(after acknowledged: UInt16) -> Int? {
    let missing = Int(UInt16(truncatingIfNeeded: count) &- acknowledged)
    return missing <= messages.count ? missing : nil
  }
}
