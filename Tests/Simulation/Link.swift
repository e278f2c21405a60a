import Base

/// One direction of a network path: seeded loss, delay, jitter, reordering and duplication.
struct Link {
  let loss: Double
  let delay: Interval
  let jitter: Interval
  let duplication: Double
  /// How often a datagram is held back until later ones have passed it.
  let reordering: Double

  private init(loss: Double, delay: Interval, jitter: Interval, duplication: Double, reordering: Double) {
    self.loss = loss
    self.delay = delay
    self.jitter = jitter
    self.duplication = duplication
    self.reordering = reordering
  }

  /// The same path on a good day: it delays and does nothing else.
  var calmed: Link {
    Link(loss: 0, delay: delay, jitter: .zero, duplication: 0, reordering: 0)
  }

  init(random: inout SeededRandom) {
    loss = random.below(3) == 0 ? 0 : random.unit() * 0.2
    delay = .microseconds(Int64(200 + random.below(60_000)))
    jitter = .microseconds(Int64(random.below(15_000)))
    duplication = random.below(2) == 0 ? 0 : random.unit() * 0.05
    reordering = random.below(2) == 0 ? 0 : random.unit() * 0.05
  }

  /// When the copies of a datagram that is sent at `now` arrive: none, one or two.
  func arrivals(at now: Instant, random: inout SeededRandom) -> [Instant] {
    var arrivals: [Instant] = []
    if random.unit() >= loss { arrivals.append(now + wait(&random)) }
    if random.unit() < duplication { arrivals.append(now + wait(&random)) }
    return arrivals
  }

  private func wait(_ random: inout SeededRandom) -> Interval {
    let spread = Interval(nanoseconds: Int64(random.unit() * Double(jitter.nanoseconds)))
    let detour: Interval = random.unit() < reordering ? .milliseconds(Int64(30 + random.below(150))) : .zero
    return delay + spread + detour
  }
}

/// Things to come, earliest first; equal instants in the order in which they were planned.
struct Agenda<Event> {
  private struct Entry {
    let at: Instant
    let order: Int
    let event: Event
  }

  private var heap: [Entry] = []
  private var planned = 0

  mutating func plan(_ event: Event, at instant: Instant) {
    heap.append(Entry(at: instant, order: planned, event: event))
    planned += 1
    var place = heap.count - 1
    while place > 0, precedes(place, (place - 1) / 2) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  var next: Instant? { heap.first?.at }

  mutating func pop() -> Event? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      var place = 0
      while true {
        var least = place
        for child in (2 * place + 1)...(2 * place + 2) where child < heap.count && precedes(child, least) {
          least = child
        }
        if least == place { break }
        heap.swapAt(place, least)
        place = least
      }
    }
    return first.event
  }

  private func precedes(_ one: Int, _ other: Int) -> Bool {
    (heap[one].at, heap[one].order) < (heap[other].at, heap[other].order)
  }
}
