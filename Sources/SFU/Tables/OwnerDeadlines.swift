package import Base

/// The next deadline of every owner: an indexed binary heap.
///
/// An owner is a small index and has at most one deadline, so the queue is bounded by the number of
/// owners, moving a deadline either way costs O(log n), and nothing is allocated after `init`.
package struct OwnerDeadlines: ~Copyable {
  private struct Entry {
    var deadline: Instant
    var owner: Int32
  }

  private var heap: [Entry] = []
  /// Where in `heap` an owner's entry is, -1 when it waits for nothing.
  private var places: [Int32]

  package init(owners: Int) {
    places = Array(repeating: -1, count: owners)
    heap.reserveCapacity(min(owners, 1_024))
  }

  /// The earliest deadline of all.
  package var earliest: Instant { heap.isEmpty ? .distantFuture : heap[0].deadline }

  /// Sets the deadline of `owner`; `.distantFuture` removes it.
  package mutating func set(_ deadline: Instant, for owner: Int) {
    let place = Int(places[owner])
    if deadline == .distantFuture {
      if place >= 0 { remove(at: place) }
      return
    }
    if place < 0 {
      heap.append(Entry(deadline: deadline, owner: Int32(owner)))
      places[owner] = Int32(heap.count - 1)
      rise(from: heap.count - 1)
    } else {
      let isLater = heap[place].deadline < deadline
      heap[place].deadline = deadline
      if isLater { sink(from: place) } else { rise(from: place) }
    }
  }

  /// Takes out the owner whose deadline is the earliest and not after `now`.
  package mutating func popExpired(at now: Instant) -> Int? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    remove(at: 0)
    return Int(first.owner)
  }

  private mutating func remove(at place: Int) {
    places[Int(heap[place].owner)] = -1
    let last = heap.removeLast()
    guard place < heap.count else { return }
    let isLater = heap[place].deadline < last.deadline
    heap[place] = last
    places[Int(last.owner)] = Int32(place)
    if isLater { sink(from: place) } else { rise(from: place) }
  }

  private mutating func rise(from start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard heap[place].deadline < heap[parent].deadline else { return }
      exchange(place, parent)
      place = parent
    }
  }

  private mutating func sink(from start: Int) {
    var place = start
    while true {
      var least = place
      for child in (2 * place + 1)...(2 * place + 2) where child < heap.count {
        if heap[child].deadline < heap[least].deadline { least = child }
      }
      guard least != place else { return }
      exchange(place, least)
      place = least
    }
  }

  private mutating func exchange(_ one: Int, _ other: Int) {
    heap.swapAt(one, other)
    places[Int(heap[one].owner)] = Int32(one)
    places[Int(heap[other].owner)] = Int32(other)
  }
}
