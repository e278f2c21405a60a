package import Base
package import Wire

/// Packets of one layer that are missing, and when to ask its publisher for each (RFC 4585 §6.2.1).
///
/// ```
///   seen missing ──reorder tolerance──▶ asked ──round trip, then 1.5 times as long each time──▶ asked … given up
///         └────────────── arrives late, by itself or as a retransmission: forgotten ◀─────────────┘
/// ```
///
/// Bounded: it holds ``Fixed/lossesMax`` packets; when more are missing it gives all of them up, for a key
/// frame then comes sooner than they would.
package struct LossList: Sendable {
  private struct Loss {
    let index: UInt64
    var nextRequest: Instant
    var requests: UInt8 = 0
  }

  private var losses: [Loss] = []

  /// Misses nothing.
  package init() {}

  /// How many packets are missing.
  package var count: Int { losses.count }

  /// When ``takeRequests(at:roundTrip:_:)`` is due; `distantFuture` when nothing is missing.
  package private(set) var deadline = Instant.distantFuture

  /// Adds the `count` packets before `index`; false when they are too many, and all are given up.
  package mutating func miss(before index: UInt64, count: UInt64, at now: Instant) -> Bool {
    guard UInt64(losses.count) + count <= UInt64(Fixed.lossesMax) else {
      giveUp()
      return false
    }
    if losses.isEmpty { losses.reserveCapacity(Fixed.lossesMax) }
    for missing in (index - count)..<index {
      losses.append(Loss(index: missing, nextRequest: now + Fixed.reorderTolerance))
    }
    deadline = min(deadline, now + Fixed.reorderTolerance)
    return true
  }

  /// Packet `index` has arrived after all.
  package mutating func found(_ index: UInt64) {
    guard let place = losses.firstIndex(where: { $0.index == index }) else { return }
    losses.remove(at: place)
    if losses.isEmpty { deadline = .distantFuture }
  }

  /// Forgets everything that is missing.
  package mutating func giveUp() {
    losses.removeAll(keepingCapacity: true)
    deadline = .distantFuture
  }

  /// Gives the packets that are to be asked for now, in order; returns how many were given up instead.
  package mutating func takeRequests(
    at now: Instant, roundTrip: Interval, _ items: inout [NACKItem]
  ) -> Int {
    let before = losses.count
    losses.removeAll { $0.requests >= Fixed.lossRequestsMax && $0.nextRequest <= now }
    deadline = .distantFuture
    for place in losses.indices {
      if losses[place].nextRequest <= now {
        let sequenceNumber = UInt16(truncatingIfNeeded: losses[place].index)
        LossList.add(sequenceNumber, to: &items)
        // 1, 1.5, 2.25 … round trips, in eighths.
        var wait = max(roundTrip, Fixed.lossRequestIntervalMin)
        for _ in 0..<losses[place].requests {
          wait = Interval(nanoseconds: wait.nanoseconds / 2 * 3)
        }
        losses[place].requests += 1
        losses[place].nextRequest = now + wait
      }
      deadline = min(deadline, losses[place].nextRequest)
    }
    return before - losses.count
  }

  private static func add(_ sequenceNumber: UInt16, to items: inout [NACKItem]) {
    if !items.isEmpty, items[items.count - 1].add(sequenceNumber) { return }
    items.append(NACKItem(first: sequenceNumber, following: 0))
  }
}
