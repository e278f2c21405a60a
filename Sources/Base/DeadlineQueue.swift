/// A binary heap of subjects that are due, earliest first, and lazy about deadlines that move.
///
/// Entries are never removed early. A deadline that moves later costs nothing: whoever takes an entry looks
/// at the true deadline of its subject and puts it back when that moved. One that moves earlier adds an
/// entry; the later one is stale and finds nothing to do. So a heartbeat or a request costs nothing here,
/// and a subject has at most as many entries as it has kinds of deadlines.
public struct DeadlineQueue<Subject: Sendable>: Sendable {
  private var heap: [(due: Instant, subject: Subject)] = []

  /// Makes an empty queue.
  public init() {}

  /// How many entries wait.
  public var count: Int { heap.count }

  /// When the earliest entry is due; the distant future when there is none.
  public var earliest: Instant { heap.first?.due ?? .distantFuture }

  /// Adds an entry, in O(log n).
  public mutating func insert(_ subject: Subject, due: Instant) {
    heap.append((due, subject))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].due < heap[parent].due else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the earliest entry that is due at `now`, in O(log n).
  public mutating func popDue(at now: Instant) -> Subject? {
    guard let first = heap.first, first.due <= now else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return first.subject
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if heap[child].due < heap[least].due { least = child }
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
