internal import Base

/// What a run counts of cameras and pictures; the run adds, the report reads.
struct VideoMeasurements {
  /// Packets that cameras sent, and sent again.
  var sent: UInt64 = 0
  var repeated: UInt64 = 0
  /// What the server asked of cameras.
  var keyRequested: UInt64 = 0
  var repeatRequested: UInt64 = 0
  /// Pairs of subscriber and camera, and those that never showed a picture.
  var streams: UInt64 = 0
  var dark: UInt64 = 0
  /// What subscribers saw.
  var counts = VideoCounts()
  /// From the intended send time of a frame to its last packet.
  var latency = Histogram()
  /// From the subscription to the first picture.
  var keyWait = Histogram()

  /// Forgets what was measured while the members joined; the waits for first pictures stay.
  mutating func begin() {
    let kept = keyWait
    self = VideoMeasurements()
    keyWait = kept
  }

  /// The figures of `length` seconds.
  func figures(_ length: Double) -> [Figure] {
    let shown = Double(counts.frames)
    var figures = [
      Figure("video.streams", Double(streams), .count),
      Figure("video.dark", Double(dark), .count),
      Figure("video.packets.sent", Double(sent), .count),
      Figure("video.packets.received", Double(counts.packets), .count),
      Figure("video.packets.per_second", Double(counts.packets) / length, .perSecond),
      Figure("video.bytes_per_second", Double(counts.octets) / length, .perSecond),
      Figure("video.frames", shown, .count),
      Figure("video.fps", streams > 0 ? shown / Double(streams) / length : 0, .count),
      Figure("video.frames.lost", ratio(counts.lostFrames, counts.lostFrames + counts.frames), .ratio),
      Figure("video.freeze.max", counts.freezeMax.seconds, .seconds),
      Figure("video.switches", Double(counts.switches), .count),
      Figure("video.gaps", ratio(counts.gaps, counts.packets + counts.gaps), .ratio),
      Figure("video.recovered", ratio(counts.recovered, counts.gaps), .ratio),
      Figure("video.nacks", Double(counts.nacks), .count),
      Figure("video.plis", Double(counts.keyRequests), .count),
      Figure("video.camera.nacks", Double(repeatRequested), .count),
      Figure("video.camera.plis", Double(keyRequested), .count),
      Figure("video.camera.repeated", Double(repeated), .count),
    ]
    for (layer, frames) in counts.framesOfLayer.enumerated() {
      figures.append(Figure("video.layer\(layer + 1)", ratio(frames, counts.frames), .ratio))
    }
    for (name, fraction) in [("p50", 0.5), ("p99", 0.99)] where latency.count > 0 {
      figures.append(Figure("video.latency.\(name)", latency.quantile(fraction).seconds, .seconds))
    }
    for (name, fraction) in [("p50", 0.5), ("p99", 0.99), ("max", 1)] where keyWait.count > 0 {
      figures.append(Figure("video.keywait.\(name)", keyWait.quantile(fraction).seconds, .seconds))
    }
    return figures
  }

  private func ratio(_ part: UInt64, _ whole: UInt64) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}
