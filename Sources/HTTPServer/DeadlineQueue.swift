package import Base

/// Which connections to look at when: a binary heap that is lazy about deadlines that move back.
///
/// A connection remembers the earliest entry it has here. A deadline that moves later costs nothing: the
/// entry finds out when it comes up and is put back. One that moves earlier adds an entry; the later one
/// is stale and dropped when it comes up. So a connection has few entries and a request costs none.
package struct DeadlineQueue {
  package struct Entry {
    package let instant: Instant
    package let connection: ConnectionID

    package init(instant: Instant, connection: ConnectionID) {
      self.instant = instant
      self.connection = connection
    }
  }

  private var heap: [Entry] = []

  /// Makes an empty queue.
  package init() {}

  /// The earliest entry's instant.
  package var next: Instant { heap.first?.instant ?? .distantFuture }

  /// Adds an entry in O(log n).
  package mutating func insert(_ entry: Entry) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].instant < heap[parent].instant else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the earliest entry if it is due, in O(log n).
  package mutating func pop(at now: Instant) -> Entry? {
    guard let first = heap.first, first.instant <= now else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].instant < heap[least].instant {
        least = child
      }
      guard least != parent else { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
