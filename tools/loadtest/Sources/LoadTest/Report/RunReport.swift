internal import Base

/// What a run found out, as a plain value: printed, written, compared, checked against thresholds.
public struct RunReport: Sendable {
  /// The JSON form's name and version; a change of meaning counts it up.
  public static let schema = "roost-loadtest/1"

  /// One second of a run; `nil` where nothing was known.
  public struct Second: Hashable, Sendable {
    /// Seconds since the start.
    public var at: Double
    /// Members connected at its end.
    public var joined = 0
    /// Packets sent in it.
    public var sent: UInt64 = 0
    /// Deliveries heard in it.
    public var received: UInt64 = 0
    /// Median latency in seconds.
    public var latencyP50 = 0.0
    /// 99th percentile of the latency in seconds.
    public var latencyP99 = 0.0
    /// The server's CPU time in it, in cores.
    public var serverCPU: Double?
    /// The server's resident octets.
    public var serverResident: Double?
    /// The tool's CPU time in it, in cores.
    public var toolCPU = 0.0

    /// A second that ended `at` seconds after the start, with nothing in it.
    public init(at: Double) {
      self.at = at
    }
  }

  /// A bucket of a histogram: how many values up to `upTo` seconds, and above the one before.
  public struct Bucket: Hashable, Sendable {
    /// Upper end in seconds.
    public var upTo: Double
    /// How many.
    public var count: UInt64

    /// Makes a bucket.
    public init(upTo: Double, count: UInt64) {
      self.upTo = upTo
      self.count = count
    }
  }

  /// The command line's words.
  public var arguments: [String] = []
  /// What machine, in name and value.
  public var environment: [(name: String, value: String)] = []
  /// Milliseconds since 1970 at the start.
  public var startedAt: Int64 = 0
  /// Whether Ctrl-C ended it early.
  public var wasInterrupted = false
  /// The numbers, in the order of ``FigureNames``; what was not measured is missing.
  public var figures: [Figure] = []
  /// Why members failed, most frequent first.
  public var failures: [(reason: String, count: Int)] = []
  /// The server's own counters that grew during the run, joins and leaves included.
  public var counters: [(name: String, amount: Double)] = []
  /// The run second by second.
  public var seconds: [Second] = []
  /// When the measured time began and ended, in seconds since the start.
  public var measured: ClosedRange<Double> = 0...0
  /// The latency's distribution.
  public var latency: [Bucket] = []
  /// The join times' distribution.
  public var join: [Bucket] = []
  /// Each threshold with its figure and whether it is met, which is a failure.
  public var verdicts: [(threshold: Threshold, value: Double?, isMet: Bool)] = []

  /// An empty report.
  public init() {}

  /// The figure `name`; `nil` when it was not measured.
  public func figure(_ name: String) -> Figure? {
    figures.first { $0.name == name }
  }

  /// Checks `thresholds`; one whose figure was not measured counts as met: nobody can say that it holds.
  public mutating func judge(_ thresholds: [Threshold]) {
    verdicts = thresholds.map { threshold in
      let value = figure(threshold.figure)?.value
      return (threshold, value, value.map { threshold.isMet(by: $0) } ?? true)
    }
  }

  /// Whether a threshold is met.
  public var hasFailed: Bool { verdicts.contains { $0.isMet } }
}
