package import Base

/// Handles in the order in which they came: a bounded ring, allocated once.
///
/// Whoever keeps it sees to it that a handle stands in it once.
package struct PeerLine<Element: ~Copyable>: ~Copyable {
  private var places: [Handle<Element>]
  private var first = 0
  package private(set) var count = 0

  package init(capacity: Int) {
    places = Array(repeating: Handle(index: .max, generation: 0), count: max(capacity, 1))
  }

  /// Puts `handle` at the end; false when the line is full.
  package mutating func append(_ handle: Handle<Element>) -> Bool {
    guard count < places.count else { return false }
    places[(first + count) % places.count] = handle
    count += 1
    return true
  }

  /// Takes out the first one.
  package mutating func popFirst() -> Handle<Element>? {
    guard count > 0 else { return nil }
    defer { first = (first + 1) % places.count }
    count -= 1
    return places[first]
  }

  /// Takes `handle` out, wherever it stands; the others keep their order.
  ///
  /// O(count), for the rare peer that leaves while it waits.
  package mutating func remove(_ handle: Handle<Element>) {
    for _ in 0..<count {
      guard let next = popFirst(), next != handle else { continue }
      _ = append(next)
    }
  }
}
