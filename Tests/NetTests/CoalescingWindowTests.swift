import Base
import Net
import Testing

/// The window in virtual time.
@Suite struct CoalescingWindowTests {
  /// Feeds `share` of a processor for `duration` and gives every length it had.
  private func run(
    _ window: inout CoalescingWindow, _ clock: inout Clock, share: Double, runLength: Double = 3,
    milliseconds: Int64, isBehind: Bool = false
  ) -> [Interval] {
    var lengths: [Interval] = []
    for _ in 0..<milliseconds {
      clock.now = clock.now + .milliseconds(1)
      clock.busy = clock.busy + .microseconds(Int64(share * 1_000))
      clock.packets += 300
      clock.runs += window.length > .zero ? UInt64(300 / runLength) : 300
      guard window.isDue(at: clock.now) else { continue }
      window.observe(
        .init(busy: clock.busy, packets: clock.packets, runs: clock.runs, isBehind: isBehind), at: clock.now)
      lengths.append(window.length)
    }
    return lengths
  }

  private struct Clock {
    var now = Instant(nanoseconds: 1_000_000_000)
    var busy = Interval.zero
    var packets: UInt64 = 0
    var runs: UInt64 = 0
  }

  @Test(arguments: [0, 0.05, 0.29, 0.7, 0.74])
  func `Nothing waits on a core that has time to spare`(_ share: Double) {
    var window = CoalescingWindow(longest: .milliseconds(5))
    var clock = Clock()
    let lengths = run(&window, &clock, share: share, milliseconds: 5_000)
    #expect(lengths.count > 200 && lengths.allSatisfy { $0 == .zero })
  }

  @Test(arguments: [(0.8, 1_040), (0.85, 2_080), (0.9, 3_125), (0.95, 4_170), (1, 5_000), (7, 5_000)])
  func `The window grows with the load to its maximum`(_ share: Double, _ microseconds: Int64) {
    var window = CoalescingWindow(longest: .milliseconds(5))
    var clock = Clock()
    let lengths = run(&window, &clock, share: share, milliseconds: 2_000)
    let settled = lengths.last ?? .zero
    #expect(abs(settled.microseconds - microseconds) < 60, "\(settled)")
    #expect(lengths.allSatisfy { $0 <= .milliseconds(5) })
    #expect(zip(lengths, lengths.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test func `It opens within a quarter of a second and closes as fast`() {
    var window = CoalescingWindow(longest: .milliseconds(5))
    var clock = Clock()
    _ = run(&window, &clock, share: 0.01, milliseconds: 1_000)
    let up = run(&window, &clock, share: 1, milliseconds: 250)
    #expect(up.last ?? .zero > .milliseconds(4))
    let down = run(&window, &clock, share: 0.01, milliseconds: 250)
    #expect(down.last == .zero)
  }

  @Test func `A thread that cannot keep up is busy, however little processor it gets`() {
    var window = CoalescingWindow(longest: .milliseconds(5))
    var clock = Clock()
    let lengths = run(&window, &clock, share: 0.2, milliseconds: 1_000, isBehind: true)
    #expect(lengths.last == .milliseconds(5))
  }

  @Test func `What brings nothing is tried for 20 ms a second`() {
    var window = CoalescingWindow(longest: .milliseconds(5))
    var clock = Clock()
    _ = run(&window, &clock, share: 1, runLength: 1, milliseconds: 2_000)
    let lengths = run(&window, &clock, share: 1, runLength: 1, milliseconds: 10_000)
    let open = lengths.count { $0 > .zero }
    #expect((8...11).contains(open) && lengths.count > 490, "\(open) of \(lengths.count)")
    // Once it does bring something, the next trial lasts.
    let fruitful = run(&window, &clock, share: 1, runLength: 2, milliseconds: 1_500)
    #expect(fruitful.last == .milliseconds(5))
  }

  @Test func `A load that coalescing itself lowers settles instead of swinging`() {
    var window = CoalescingWindow(longest: .milliseconds(5))
    var clock = Clock()
    var lengths: [Interval] = []
    for _ in 0..<400 {
      // Without a window overloaded, with the longest half as busy.
      let share = 1.3 - 0.6 * Double(window.length.microseconds) / 5_000
      lengths += run(&window, &clock, share: share, milliseconds: 20)
    }
    let settled = lengths.suffix(100)
    let spread = (settled.max() ?? .zero).microseconds - (settled.min() ?? .zero).microseconds
    #expect(spread < 50 && settled.last ?? .zero > .milliseconds(1))
  }

  @Test func `A maximum of zero turns it off`() {
    var window = CoalescingWindow(longest: .zero)
    for step in 1...100 {
      window.observe(
        .init(busy: .seconds(Int64(step)), packets: 0, runs: 0, isBehind: true),
        at: Instant(nanoseconds: Int64(step) * 20_000_000))
    }
    #expect(window.length == .zero && window.utilisation > 0.9)
  }
}
