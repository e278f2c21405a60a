public import Base

/// Datagrams that are under way on emulated links, the one that arrives first in front.
///
/// A binary heap; datagrams that are due at the same instant leave in the order in which they came. Bounded:
/// what does not fit is refused, and the caller counts it.
public struct DelayLine<Element> {
  private struct Entry {
    let due: Instant
    let order: UInt64
    let element: Element

    func precedes(_ other: Entry) -> Bool {
      due != other.due ? due < other.due : order < other.order
    }
  }

  private let capacity: Int
  private var heap: [Entry] = []
  private var count: UInt64 = 0

  /// A line that holds at most `capacity` datagrams.
  public init(capacity: Int) {
    self.capacity = capacity
  }

  /// When the first one arrives.
  public var nextDue: Instant? { heap.first?.due }

  /// Puts `element` on its way; `false` when the line is full.
  public mutating func insert(_ element: Element, due: Instant) -> Bool {
    guard heap.count < capacity else { return false }
    count += 1
    heap.append(Entry(due: due, order: count, element: element))
    var child = heap.count - 1
    while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
    return true
  }

  /// Takes the first datagram if it has arrived at `now`.
  public mutating func popDue(at now: Instant) -> Element? {
    guard let first = heap.first, first.due <= now else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first.element }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].precedes(heap[least]) {
        least = child
      }
      guard least != parent else { return first.element }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
