/// The messages of one session that a RESUME may ask for again, with their sequence numbers.
///
/// What many are told alike is held once: a message shares its octets with the copies of other sessions, and
/// its number follows from its place. The sequence is 16 bits wide on the wire and wraps; here the 64-bit
/// count of messages is kept. What falls out of the buffer, oldest first, cannot be resumed over any more.
struct VoiceReplay {
  private var messages: [VoiceMessage] = []
  private var octets = 0
  private(set) var count: UInt64 = 0

  /// The number for the next message.
  var next: UInt16 { UInt16(truncatingIfNeeded: count &+ 1) }

  /// Keeps `message`, which carries `next`.
  mutating func append(_ message: VoiceMessage) {
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
    // Most sessions hear nothing for hours: they keep no room for what they have read.
    if missing == 0 { messages = [] } else { messages.removeFirst(seen) }
  }

  /// What was sent after `acknowledged` (`nil`: after nothing), as it was sent; `nil` when some of it is gone.
  func messages(after acknowledged: UInt16?) -> [[UInt8]]? {
    var missing = messages.count
    if let acknowledged {
      guard let missed = missed(after: acknowledged) else { return nil }
      missing = missed
    } else if UInt64(missing) != count {
      return nil
    }
    let first = count &+ 1 &- UInt64(missing)
    return messages.suffix(missing).enumerated().map { offset, message in
      message.octets(sequence: UInt16(truncatingIfNeeded: first &+ UInt64(offset)))
    }
  }

  private func missed(after acknowledged: UInt16) -> Int? {
    let missing = Int(UInt16(truncatingIfNeeded: count) &- acknowledged)
    return missing <= messages.count ? missing : nil
  }
}
