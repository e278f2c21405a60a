internal import Base

/// One publisher's stream as one subscriber receives it: a row of the publisher's fan-out.
///
/// A plain value without references, stored in a compact array that is parallel to the members of the
/// ``Room``: its position there names the subscriber. Knows where its stream stands; keys and addresses are
/// the subscriber's ``Peer``.
struct SubscribedTrack: Sendable {
  /// Publisher's indices → this stream's; its output never repeats under one key.
  private(set) var sequences: SequenceMap
  /// Added to the publisher's timestamps.
  let timestampOffset: UInt32
  /// Which of the subscriber's keys `sequences` counts for.
  private var keyEpoch: UInt32
  /// Packets and payload octets sent, modulo 2^32 as sender reports carry them.
  private(set) var packetCount: UInt32 = 0
  private(set) var octetCount: UInt32 = 0
  /// `packetCount` at the last sender report.
  private var reportedCount: UInt32 = 0

  init(firstIndex: UInt64, timestampOffset: UInt32, keyEpoch: UInt32) {
    self.timestampOffset = timestampOffset
    self.keyEpoch = keyEpoch
    sequences = SequenceMap(first: firstIndex)
  }

  /// The publisher's packet is not for this subscriber; it leaves no gap.
  mutating func withhold() {
    sequences.withhold()
  }

  /// The index under which the publisher's packet `index` goes out; `nil` when it came too late.
  ///
  /// New keys mean a receiver whose rollover counter is 0 (RFC 3711 §3.3.1), so the index falls back below
  /// 2^15 while the old keys can no longer seal.
  mutating func map(_ index: UInt64, keyEpoch epoch: UInt32) -> UInt64? {
    if epoch != keyEpoch {
      keyEpoch = epoch
      sequences = SequenceMap(first: sequences.next & 0x7FFF)
    }
    return sequences.map(index)
  }

  /// The first index that was not used under the keys of `epoch`; `nil` when none was.
  func nextIndex(under epoch: UInt32) -> UInt64? {
    epoch == keyEpoch && packetCount > 0 ? sequences.next : nil
  }

  /// Counts a packet that left.
  mutating func sent(payloadCount: Int) {
    packetCount &+= 1
    octetCount &+= UInt32(truncatingIfNeeded: payloadCount)
  }

  /// Whether packets left since the last call: only then is a sender report due.
  mutating func takeProgress() -> Bool {
    defer { reportedCount = packetCount }
    return reportedCount != packetCount
  }
}
