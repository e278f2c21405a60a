/// The names of all figures that a report may have, with their units and meanings.
///
/// The only list: thresholds are checked against it, the documentation's table is made of it, and the
/// report can only name what stands here.
public enum FigureNames {
  /// Name, unit, meaning.
  public static let all: [(name: String, unit: Figure.Unit, meaning: String)] = [
    ("members.joined", .count, "members whose media connection came up"),
    ("members.failed", .count, "members that could not join or lost a connection"),
    ("packets.sent", .count, "packets that speakers sent in the measured time"),
    ("packets.expected", .count, "deliveries that should have followed from them"),
    ("packets.received", .count, "distinct deliveries that arrived"),
    ("packets.per_second", .perSecond, "deliveries a second"),
    ("loss", .ratio, "expected deliveries that never arrived"),
    ("reorder", .ratio, "deliveries that a later packet had overtaken"),
    ("duplicates", .ratio, "deliveries that came again"),
    ("verified", .ratio, "deliveries that were opened and compared octet by octet"),
    ("corrupt", .count, "packets that did not open, or carried something else than was sent"),
    ("renumbered", .count, "packets whose number did not fit their RTP sequence number"),
    ("clipped", .count, "packets at the beginning of a spurt that the server did not let through yet"),
    ("link.loss", .ratio, "datagrams that the emulated links took in and did not let out, both ways"),
    ("latency.p50", .seconds, "from the intended send time to the reading of the delivery"),
    ("latency.p95", .seconds, "the same"),
    ("latency.p99", .seconds, "the same"),
    ("latency.p999", .seconds, "the same"),
    ("latency.max", .seconds, "the same"),
    ("latency.mean", .seconds, "the same"),
    ("jitter.p50", .seconds, "difference of the latencies of successive packets of a stream"),
    ("jitter.p99", .seconds, "the same"),
    ("gap.max", .seconds, "the longest silence of a stream whose speaker spoke"),
    ("join.p50", .seconds, "from op 4 to the first audio heard"),
    ("join.p95", .seconds, "the same"),
    ("join.p99", .seconds, "the same"),
    ("join.max", .seconds, "the same"),
    ("unmute.p50", .seconds, "from op 4 that unmutes to the first audio at each listener"),
    ("unmute.p99", .seconds, "the same"),
    ("lateness.p50", .seconds, "how late the tool itself sent: above 5 ms its figures are its own"),
    ("lateness.p99", .seconds, "the same"),
    ("tool.cpu", .cores, "CPU time of the tool per second"),
    ("tool.cpu_wait", .cores, "how long it was ready to run and had no processor, per second"),
    ("server.cpu", .cores, "CPU time of the server per second"),
    ("server.cpu_wait", .cores, "how long its threads were ready to run and had no processor, per second"),
    ("server.cpu_per_packet", .seconds, "CPU time of the server per delivery"),
    ("server.shard_cpu_per_packet", .seconds, "CPU time of its media threads per delivery"),
    (
      "server.cpu_per_join", .seconds,
      "CPU time of the server until all had joined, media and signaling meanwhile included, per member"
    ),
    ("server.shard_cpu_per_join", .seconds, "CPU time of its media threads until then, per member"),
    ("server.rss", .octets, "the server's largest resident memory"),
    ("server.rss_per_member", .octets, "its growth from before the joins to the end, per member"),
  ]

  /// The unit of the figure `name`; `nil` when there is none.
  public static func unit(of name: String) -> Figure.Unit? {
    all.first { $0.name == name }?.unit
  }
}
