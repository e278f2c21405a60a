internal import Base

/// Everything that a run counts; the run adds, the report reads.
struct Measurements {
  /// One second of the run.
  struct Second {
    var at: Double
    var joined = 0
    var sent: UInt64 = 0
    var received: UInt64 = 0
    var latencyMedian = Interval.zero
    var latencyP99 = Interval.zero
    var latencyMax = Interval.zero
    var serverCPU: Double?
    var serverResident: Double?
    var toolCPU = 0.0
  }

  /// A run of a day has so many; later ones are dropped.
  private static let secondsMax = 86_400

  var latency = Histogram()
  var jitter = Histogram()
  /// From the tool's send call to the kernel's stamp of the delivery, and the difference of successive ones.
  var transit = Histogram()
  var transitJitter = Histogram()
  var join = Histogram()
  var unmute = Histogram()
  var floor = Histogram()
  var lateness = Histogram()
  /// Packets sent and new deliveries heard since the start of the run.
  var sentCount: UInt64 = 0
  var arrivedCount: UInt64 = 0
  private var sentAtMark: UInt64 = 0
  var verifiedCount: UInt64 = 0
  var corruptCount: UInt64 = 0
  /// Datagrams that went on emulated links in the measured time, and those that did not come out.
  var linkedCount: UInt64 = 0
  var unlinkedCount: UInt64 = 0
  var video = VideoMeasurements()
  var joinedCount = 0
  var failures: [String: Int] = [:]
  /// What closed and finished streams add up to.
  var totals = StreamTotals()
  private(set) var seconds: [Second] = []
  private var current = Histogram()
  private var sentBefore: UInt64 = 0
  private var arrivedBefore: UInt64 = 0

  /// Packets sent in the measured time.
  var measuredSentCount: UInt64 { sentCount &- sentAtMark }
  var failedCount: Int { failures.values.reduce(0, +) }
  /// What went wrong, most frequent first.
  var failuresInOrder: [(reason: String, count: Int)] {
    failures.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }

  /// Forgets what was measured while the members joined; joins and failures stay.
  mutating func begin() {
    latency = Histogram()
    jitter = Histogram()
    transit = Histogram()
    transitJitter = Histogram()
    lateness = Histogram()
    sentAtMark = sentCount
    verifiedCount = 0
    video.begin()
  }

  mutating func recordLatency(_ interval: Interval) {
    latency.record(interval)
    current.record(interval)
  }

  /// Ends a second; `rest` fills in what the run knows.
  mutating func endSecond(at: Double, _ rest: (inout Second) -> Void) {
    var second = Second(at: at)
    second.sent = sentCount &- sentBefore
    second.received = arrivedCount &- arrivedBefore
    second.latencyMedian = current.quantile(0.5)
    second.latencyP99 = current.quantile(0.99)
    second.latencyMax = current.max
    rest(&second)
    if seconds.count < Measurements.secondsMax { seconds.append(second) }
    current = Histogram()
    sentBefore = sentCount
    arrivedBefore = arrivedCount
  }
}

/// Sums over streams.
struct StreamTotals: Hashable {
  var expected: UInt64 = 0
  var received: UInt64 = 0
  var duplicates: UInt64 = 0
  var reordered: UInt64 = 0
  var renumbered: UInt64 = 0
  var clipped: UInt64 = 0
  var gapMax = Interval.zero

  /// Adds a stream whose speaker's next number is `end`.
  mutating func add(_ tally: StreamTally, until end: UInt64) {
    expected += tally.expectedCount(until: end)
    received += tally.receivedCount
    duplicates += tally.duplicateCount
    reordered += tally.reorderedCount
    renumbered += tally.renumberedCount
    clipped += tally.clippedCount
    gapMax = max(gapMax, tally.gapMax)
  }

  /// Expected and never received, as a share.
  var loss: Double {
    expected == 0 ? 0 : Double(expected - min(received, expected)) / Double(expected)
  }
}
