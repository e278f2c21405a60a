/// How the packets that wait for one listener become few segmented sends.
///
/// One send carries packets of one size, of which only the last may be shorter. A send costs the kernel some
/// 2,200 ns however many packets it carries, an octet of padding half a nanosecond: so what limits padding
/// is not the processor but the listener's link. A run may waste ``wasteShare`` of its octets on the wire,
/// or ``wasteMin`` octets a packet: with 20 ms of Opus that is 5 %, with packets of 1,200 octets 2.5 %.
/// The last packet of a run needs no padding.
///
/// ```
///   92 75 60   ─▶  92 75 60        one send: 60 is the last          82 80 75  ─▶  82 82 75   one send
///   1200 1198 1199 640 100  ─▶  1200 1200 1200 640 · 100
/// ```
package enum RunPlan {
  /// Sizes or paddings of a round's packets, as many as are said beside it.
  package typealias Sizes = InlineArray<64, Int>

  /// One octet of padding for so many on the wire.
  private static let wasteShare = 40
  /// Octets of padding a packet that are never too many.
  private static let wasteMin = 8
  /// Octets around a payload: Ethernet 14, IPv4 20, UDP 8, RTP 12, tag 16.
  private static let overhead = 70
  /// What the last octet of a packet can say (RFC 3550 §5.1).
  private static let paddingMax = 255

  /// The padding of each of the first `count` packets, whose payloads have `sizes` octets, sent in this order.
  ///
  /// O(count).
  package static func paddings(_ sizes: Sizes, count: Int) -> Sizes {
    var paddings = Sizes(repeating: 0)
    var first = 0
    while first < count {
      let body = body(sizes, from: first, count: count)
      // A shorter packet behind those of equal size still goes with them; else their own last one is that.
      let hasTail = body.end < count && sizes[body.end] < body.size
      let end = hasTail ? body.end : body.end - 1
      for position in first..<end { paddings[position] = body.size - sizes[position] }
      first = end + 1
    }
    return paddings
  }

  /// The packets from `first` on that are made equal, and to which size.
  private static func body(_ sizes: Sizes, from first: Int, count: Int) -> (end: Int, size: Int) {
    var (largest, smallest) = (sizes[first], sizes[first])
    var total = sizes[first]
    var end = first + 1
    while end < count {
      let size = max(largest, sizes[end])
      let least = min(smallest, sizes[end])
      let packets = end - first + 1
      let octets = total + sizes[end]
      let waste = size * packets - octets
      let allowed = max(wasteMin * packets, (octets + overhead * packets) / wasteShare)
      guard size - least <= paddingMax, waste <= allowed else { break }
      (largest, smallest, total) = (size, least, octets)
      end += 1
    }
    return (end, largest)
  }

  /// In which order the first `count` packets go: those of the stream with the largest first, each stream's in
  /// its own order.
  ///
  /// `streams` says which packets must keep their order among each other: equal numbers do. So short packets
  /// come last, where they fit into a run. O(count²) comparisons, of at most 64.
  package static func order(_ sizes: Sizes, streams: Sizes, count: Int) -> Sizes {
    var ranks = Sizes(repeating: 0)
    for position in 0..<count {
      var rank = 0
      for other in 0..<count where streams[other] == streams[position] { rank = max(rank, sizes[other]) }
      ranks[position] = rank
    }
    var order = Sizes(repeating: 0)
    for position in 0..<count {
      // Inserted behind all that must not come after it.
      var place = position
      while place > 0, goesBefore(position, order[place - 1], ranks, streams) {
        order[place] = order[place - 1]
        place -= 1
      }
      order[place] = position
    }
    return order
  }

  private static func goesBefore(_ one: Int, _ other: Int, _ ranks: Sizes, _ streams: Sizes) -> Bool {
    if ranks[one] != ranks[other] { return ranks[one] > ranks[other] }
    return streams[one] < streams[other]
  }
}
