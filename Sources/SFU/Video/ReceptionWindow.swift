/// Which of the last 1,024 packets of a layer have arrived, whichever way they came.
///
/// The replay window of SRTP sees the original and its retransmission as packets of two streams; here they
/// are one, so that a packet is taken in once and an index never stands for two payloads.
package struct ReceptionWindow: Sendable {
  /// Packets that are told apart.
  package static let size: UInt64 = 1_024

  /// What an arrival was.
  package enum Arrival: Hashable, Sendable {
    /// The newest so far; `missing` packets between it and the one before have not arrived.
    case newest(missing: UInt64)
    /// One that had been missing.
    case late
    /// One that was there.
    case duplicate
    /// From before the first, or too old to tell.
    case tooOld
  }

  private var words = InlineArray<16, UInt64>(repeating: 0)
  /// The highest index so far; `nil` before the first.
  package private(set) var highest: UInt64?
  private var first: UInt64 = 0

  /// Has received nothing.
  package init() {}

  /// Whether `index` has arrived, as far as is known.
  package func contains(_ index: UInt64) -> Bool {
    guard let highest, index <= highest, highest - index < ReceptionWindow.size else { return false }
    return words[Int(index / 64 % 16)] >> (index % 64) & 1 == 1
  }

  /// Whether `index` is known to be missing: within the window, after the first, not arrived.
  package func isMissing(_ index: UInt64) -> Bool {
    guard let highest, index < highest, index >= first, highest - index < ReceptionWindow.size else {
      return false
    }
    return !contains(index)
  }

  /// Takes `index` in.
  package mutating func receive(_ index: UInt64) -> Arrival {
    guard let highest else {
      first = index
      self.highest = index
      set(index)
      return .newest(missing: 0)
    }
    if index > highest {
      let step = index - highest
      if step >= ReceptionWindow.size {
        words = InlineArray(repeating: 0)
      } else {
        for skipped in 1...step { clear(highest + skipped) }
      }
      self.highest = index
      set(index)
      return .newest(missing: step - 1)
    }
    guard index >= first, highest - index < ReceptionWindow.size else { return .tooOld }
    guard !contains(index) else { return .duplicate }
    set(index)
    return .late
  }

  /// Begins anew with the next packet: what lies before it is nobody's loss.
  package mutating func restart(at index: UInt64) {
    words = InlineArray(repeating: 0)
    highest = nil
    first = index
  }

  private mutating func set(_ index: UInt64) {
    words[Int(index / 64 % 16)] |= 1 << (index % 64)
  }

  private mutating func clear(_ index: UInt64) {
    words[Int(index / 64 % 16)] &= ~(1 << (index % 64))
  }
}
