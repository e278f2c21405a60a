/// Maps the packets of whichever layer a subscriber gets to one stream that never shows the seams.
///
/// A *segment* is a stretch of one layer, from the key frame with which it began to the packet at which the
/// subscriber was switched away. Within it every number of the layer (index, timestamp, picture id,
/// TL0PICIDX) is shifted by a constant of its own, so that a packet of the past is made again exactly as it
/// was: a repetition under the same index has the same plaintext.
///
/// ```
///   layer 0   500 501 502 503│               late 501 still becomes 101; 504 becomes nothing
///   layer 1                  │9000 9001 ──9003        9002 lost: its place, 105, stays open
///   output    100 101 102 103│ 104  105    106
///              └ offset -400 ┘  └ offset -8896
/// ```
///
/// The last three segments are remembered. A plain value of constant size; every operation is O(1).
package struct SwitchingMap: Hashable, Sendable {
  /// What a segment adds to the numbers of its layer, each modulo its size.
  package struct Shift: Hashable, Sendable {
    package var index: UInt64 = 0
    package var timestamp: UInt32 = 0
    package var pictureID: UInt16 = 0
    package var baseLayerIndex: UInt8 = 0

    package init() {}
  }

  private struct Segment: Hashable, Sendable {
    var layer: UInt8
    var first: UInt64
    var last: UInt64
    var shift = Shift()

    func contains(_ index: UInt64, _ layer: UInt8) -> Bool {
      layer == self.layer && first <= index && index <= last
    }

    static let empty = Segment(layer: .max, first: 1, last: 0)
  }

  private var newest = Segment.empty
  private var second = Segment.empty
  private var third = Segment.empty
  /// Whether the newest segment may grow.
  private var isOpen = false

  /// The output index after the highest that was given out.
  package private(set) var next: UInt64

  /// Starts a stream whose first packet will have the output index `first`.
  package init(first: UInt64) {
    next = first
  }

  /// Begins a segment: `index` of `layer` becomes the next output index; gives its shift.
  package mutating func begin(layer: UInt8, index: UInt64, shift: Shift) -> Shift {
    third = second
    second = newest
    newest = Segment(layer: layer, first: index, last: index, shift: shift)
    newest.shift.index = next &- index
    next &+= 1
    isOpen = true
    return newest.shift
  }

  /// Ends the newest segment: what is newer than its last packet is not for this subscriber.
  package mutating func end() {
    isOpen = false
  }

  /// The shift for packet `index` of `layer`; `nil` when it belongs to no segment.
  ///
  /// A newer packet of the open segment extends it, up to ``Fixed/videoGapMax`` packets ahead.
  package mutating func shift(layer: UInt8, index: UInt64) -> Shift? {
    if isOpen, layer == newest.layer, index > newest.last {
      guard index &- newest.last <= Fixed.videoGapMax else { return nil }
      newest.last = index
      next = index &+ newest.shift.index &+ 1
      return newest.shift
    }
    if newest.contains(index, layer) { return newest.shift }
    if second.contains(index, layer) { return second.shift }
    if third.contains(index, layer) { return third.shift }
    return nil
  }

  /// Which packet of which layer went out, or would have, under the output index `output`.
  package func origin(of output: UInt64) -> (layer: UInt8, index: UInt64, shift: Shift)? {
    origin(of: output, in: newest) ?? origin(of: output, in: second) ?? origin(of: output, in: third)
  }

  private func origin(
    of output: UInt64, in segment: Segment
  ) -> (layer: UInt8, index: UInt64, shift: Shift)? {
    let index = output &- segment.shift.index
    guard segment.contains(index, segment.layer) else { return nil }
    return (segment.layer, index, segment.shift)
  }

  /// The output index whose low sixteen bits are `sequenceNumber` and which is not newer than the newest.
  package func output(of sequenceNumber: UInt16) -> UInt64? {
    guard next > 0 else { return nil }
    let back = UInt64(UInt16(truncatingIfNeeded: next &- 1) &- sequenceNumber)
    return back < next ? next &- 1 &- back : nil
  }
}
