/// Maps a stream's packet indices to those of the stream that goes on, without gaps for what was withheld.
///
/// An index is a sequence number with its rollovers, so it never wraps. Input that was lost stays a gap
/// in the output, of the same size, where a late packet still finds its place. Input that was withheld on
/// purpose (``withhold()``) leaves no gap: the next newer packet follows the last one, and begins a new
/// *segment*. The last four segments are remembered, each with its own offset:
///
/// ```
///   input   10 11 12 ──14   (mute)   90 91      a late 13 still becomes 113, a late 50 becomes nothing
///   output 110 111 112 ─114          115 116
///           └─ offset 100 ─┘         └─ offset 25
/// ```
///
/// A plain value of constant size; every operation is O(1).
package struct SequenceMap: Hashable, Sendable {
  /// A run of input that keeps one offset.
  private struct Segment: Hashable, Sendable {
    var first: UInt64
    var last: UInt64
    /// Output minus input, modulo 2^64.
    var offset: UInt64

    func contains(_ input: UInt64) -> Bool { first <= input && input <= last }

    static let empty = Segment(first: 1, last: 0, offset: 0)
  }

  // Newest first; those not in use are empty and contain nothing.
  private var newest = Segment.empty
  private var second = Segment.empty
  private var third = Segment.empty
  private var oldest = Segment.empty

  /// Whether the next newer packet begins a segment.
  private var isBroken = true

  /// The output index after the highest that was given out.
  package private(set) var next: UInt64

  /// The highest input index so far; meaningless before the first.
  package var lastInput: UInt64 { newest.last }

  /// Starts a stream whose first packet will have the output index `first`.
  package init(first: UInt64) {
    next = first
  }

  /// Says that input was held back: the next newer packet follows the last one without a gap.
  package mutating func withhold() {
    isBroken = true
  }

  /// Whether `input` is newer than everything before it.
  package func isNewer(_ input: UInt64) -> Bool {
    newest.first > newest.last || input > newest.last
  }

  /// The output index of `input`; `nil` for a late packet of a withheld or forgotten stretch.
  ///
  /// Each input index may be asked for once: the replay window has seen to that.
  package mutating func map(_ input: UInt64) -> UInt64? {
    guard isNewer(input) else { return late(input) }
    if isBroken || input &- newest.last > Fixed.sequenceGapMax {
      oldest = third
      third = second
      second = newest
      newest = Segment(first: input, last: input, offset: next &- input)
      isBroken = false
    } else {
      newest.last = input
    }
    let output = input &+ newest.offset
    next = output &+ 1
    return output
  }

  private func late(_ input: UInt64) -> UInt64? {
    if newest.contains(input) { return input &+ newest.offset }
    if second.contains(input) { return input &+ second.offset }
    if third.contains(input) { return input &+ third.offset }
    if oldest.contains(input) { return input &+ oldest.offset }
    return nil
  }
}
