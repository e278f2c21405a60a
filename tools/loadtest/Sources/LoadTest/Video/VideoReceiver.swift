public import Base

/// What one subscriber sees of one camera: which frames are whole and can be shown, what to ask for again.
///
/// A frame is shown when it is whole and the one before it was shown, or when it is a key frame; that is what
/// a decoder could do, without decoding. What is missing is asked for again by NACK, and when that takes too
/// long by a picture loss indication. A pure value: packets and instants in, requests out.
public struct VideoReceiver: Sendable {
  /// What the subscriber asks the server for.
  public enum Request: Hashable, Sendable {
    /// A generic NACK of these packets.
    case retransmission([UInt16])
    /// A picture loss indication.
    case keyFrame
  }

  /// A missing packet is asked for so often.
  private static let nacksMax = 5
  /// Between two NACKs of one packet: more than a round trip on most links.
  private static let nackInterval = Interval.milliseconds(80)
  /// How long a gap may stand before it is asked for: reordering usually ends sooner.
  private static let nackDelay = Interval.milliseconds(10)
  /// Missing packets that are remembered; more means that only a key frame helps.
  private static let missingMax = 256
  /// How long a picture may stand still for want of a packet before a key frame is asked for.
  private static let patience = Interval.milliseconds(400)
  /// Between two picture loss indications.
  private static let keyInterval = Interval.milliseconds(500)
  /// Frames that may be incomplete at the same time.
  private static let framesMax = 64

  private struct Frame {
    let layer: UInt8
    let number: UInt32
    let isKey: Bool
    let count: Int
    let intended: Instant
    let firstAt: Instant
    var received: Set<UInt16>

    var isWhole: Bool { received.count == count }
  }

  private struct Missing {
    let sequenceNumber: UInt16
    var nacks: Int
    var nextAt: Instant
  }

  /// What has been counted since ``restart()``.
  public private(set) var counts = VideoCounts()
  private var frames: [Frame] = []
  private var missing: [Missing] = []
  private var highest: UInt16?
  private var shown: (layer: UInt8, number: UInt32)?
  private var shownAt: Instant?
  /// Since when a key frame is awaited; `nil` while the picture moves.
  private var stuckSince: Instant?
  private var keyAskedAt = Instant.zero
  private let begunAt: Instant
  private var latencies: [Interval] = []

  /// A receiver that waits for its first picture from `now` on.
  public init(at now: Instant) {
    begunAt = now
    stuckSince = now
    // The server asks the camera by itself when somebody comes: help it only when that takes long.
    keyAskedAt = now
  }

  /// Begins to count anew; what is under way stays.
  public mutating func restart() {
    counts = VideoCounts()
  }

  /// Whether a picture was ever shown.
  public var hasPicture: Bool { shown != nil }

  /// Takes a packet of the stream, or a retransmission's original with `isRepair`.
  public mutating func receive(
    _ probe: VideoProbe, sequenceNumber: UInt16, octets: Int, isRepair: Bool, at now: Instant
  ) {
    counts.packets += 1
    counts.octets += UInt64(octets)
    if isRepair { counts.repairs += 1 }
    guard track(sequenceNumber, isRepair: isRepair, at: now) else {
      counts.duplicates += 1
      return
    }
    assemble(probe, at: now)
  }

  /// What to ask the server for at `now`.
  public mutating func requests(at now: Instant) -> [Request] {
    var requests: [Request] = []
    var numbers: [UInt16] = []
    missing.removeAll { $0.nacks >= VideoReceiver.nacksMax && $0.nextAt <= now }
    for index in missing.indices where missing[index].nextAt <= now {
      missing[index].nacks += 1
      missing[index].nextAt = now + VideoReceiver.nackInterval
      numbers.append(missing[index].sequenceNumber)
    }
    if !numbers.isEmpty {
      counts.nacks += UInt64(numbers.count)
      requests.append(.retransmission(numbers))
    }
    if stuckSince == nil, let oldest = frames.first, now - oldest.firstAt > VideoReceiver.patience {
      stuckSince = now
      keyAskedAt = .zero
    }
    if stuckSince != nil, now - keyAskedAt >= VideoReceiver.keyInterval {
      keyAskedAt = now
      counts.keyRequests += 1
      requests.append(.keyFrame)
    }
    return requests
  }

  /// Notes gaps; `false` for a packet that came before.
  private mutating func track(_ sequenceNumber: UInt16, isRepair: Bool, at now: Instant) -> Bool {
    guard let last = highest else {
      highest = sequenceNumber
      return true
    }
    let step = Int(Int16(bitPattern: sequenceNumber &- last))
    guard step > 0 else {
      guard let index = missing.firstIndex(where: { $0.sequenceNumber == sequenceNumber }) else {
        return false
      }
      missing.remove(at: index)
      if isRepair { counts.recovered += 1 }
      return true
    }
    highest = sequenceNumber
    guard step <= VideoReceiver.missingMax else {
      missing.removeAll()
      return true
    }
    for offset in 1..<max(step, 1) {
      missing.append(
        Missing(
          sequenceNumber: last &+ UInt16(truncatingIfNeeded: offset), nacks: 0,
          nextAt: now + VideoReceiver.nackDelay))
    }
    counts.gaps += UInt64(step - 1)
    if missing.count > VideoReceiver.missingMax {
      missing.removeFirst(missing.count - VideoReceiver.missingMax)
    }
    return true
  }

  private mutating func assemble(_ probe: VideoProbe, at now: Instant) {
    let index = frames.firstIndex { $0.layer == probe.layer && $0.number == probe.frame }
    if let index {
      frames[index].received.insert(probe.index)
    } else {
      // Too late: a later frame of the layer is on the screen.
      if let shown, shown.layer == probe.layer, Int32(bitPattern: probe.frame &- shown.number) <= 0 { return }
      if frames.count >= VideoReceiver.framesMax { frames.removeFirst() }
      frames.append(
        Frame(
          layer: probe.layer, number: probe.frame, isKey: probe.isKey, count: Int(probe.count),
          intended: probe.intended, firstAt: now, received: [probe.index]))
    }
    while let next = frames.firstIndex(where: { $0.isWhole && follows($0) }) { show(frames[next], at: now) }
  }

  private func follows(_ frame: Frame) -> Bool {
    if frame.isKey { return true }
    guard let shown else { return false }
    return frame.layer == shown.layer && frame.number == shown.number &+ 1
  }

  private mutating func show(_ frame: Frame, at now: Instant) {
    counts.frames += 1
    counts.framesOfLayer[Int(min(frame.layer, 2))] += 1
    if let shown {
      if shown.layer == frame.layer {
        counts.lostFrames += UInt64(max(0, Int32(bitPattern: frame.number &- shown.number) - 1))
      } else {
        counts.switches += 1
      }
    }
    if shown == nil { counts.firstPictureAfter = now - begunAt }
    if let shownAt { counts.freezeMax = max(counts.freezeMax, now - shownAt) }
    shown = (frame.layer, frame.number)
    shownAt = now
    stuckSince = nil
    // What came before it, and of other layers, will not be shown any more.
    frames.removeAll { other in
      other.layer != frame.layer
        ? other.firstAt <= frame.firstAt : Int32(bitPattern: other.number &- frame.number) <= 0
    }
    latencies.append(now - frame.intended)
  }

  /// The latencies of frames shown since the last call, from the intended send time to the last packet.
  public mutating func takeLatencies() -> [Interval] {
    defer { latencies.removeAll(keepingCapacity: true) }
    return latencies
  }

  /// How long the picture that is on the screen has been standing.
  public func freeze(at now: Instant) -> Interval {
    shownAt.map { now - $0 } ?? .zero
  }
}

/// What a subscriber, or all of them, saw and asked for.
public struct VideoCounts: Hashable, Sendable {
  /// Packets, retransmissions included.
  public var packets: UInt64 = 0
  /// Octets of their payloads.
  public var octets: UInt64 = 0
  /// Retransmissions.
  public var repairs: UInt64 = 0
  /// Those of them that filled a gap.
  public var recovered: UInt64 = 0
  /// Packets that came before.
  public var duplicates: UInt64 = 0
  /// Packets that were missing when a later one came.
  public var gaps: UInt64 = 0
  /// Packets asked for again, each time.
  public var nacks: UInt64 = 0
  /// Key frames asked for.
  public var keyRequests: UInt64 = 0
  /// Frames shown.
  public var frames: UInt64 = 0
  /// Frames of the same layer that were skipped between them.
  public var lostFrames: UInt64 = 0
  /// Frames shown of each layer, the smallest first.
  public var framesOfLayer: [UInt64] = [0, 0, 0]
  /// Changes from one layer to another.
  public var switches: UInt64 = 0
  /// The longest time between two frames shown.
  public var freezeMax = Interval.zero
  /// From the subscription to the first picture; `nil` when that was earlier or never.
  public var firstPictureAfter: Interval?

  /// Nothing yet.
  public init() {}

  /// Adds what another one saw.
  public mutating func add(_ other: VideoCounts) {
    packets += other.packets
    octets += other.octets
    repairs += other.repairs
    recovered += other.recovered
    duplicates += other.duplicates
    gaps += other.gaps
    nacks += other.nacks
    keyRequests += other.keyRequests
    frames += other.frames
    lostFrames += other.lostFrames
    for layer in framesOfLayer.indices { framesOfLayer[layer] += other.framesOfLayer[layer] }
    switches += other.switches
    freezeMax = max(freezeMax, other.freezeMax)
  }
}
