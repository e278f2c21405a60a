internal import Base
internal import Net
internal import SFU
internal import Signaling

/// What each shard does and why members came to it.
extension Metrics {
  /// Families with a sample a shard, labelled by its id.
  static func each(_ shards: [ShardStatistics]) -> [MetricFamily] {
    [
      of(shards, .gauge, "utilisation_ratio", "Share of a processor that the media thread uses.") {
        $0.utilisation
      },
      of(shards, .gauge, "coalescing_window_seconds", "How long packets gather at present.") {
        $0.coalescingWindow.seconds
      },
      of(shards, .gauge, "peers", "Peers admitted.") { Double($0.endpoint?.peers ?? 0) },
      of(shards, .gauge, "rooms", "Rooms that have members there.") { Double($0.endpoint?.rooms ?? 0) },
      of(shards, .counter, "datagrams_received_total", "Datagrams taken from the sockets.") {
        Double($0.received)
      },
      of(shards, .counter, "datagrams_sent_total", "Datagrams that the kernel took.") {
        Double($0.sends.packets)
      },
      of(shards, .counter, "forwarded_packets_total", "Audio packets sent, one a receiver.") {
        Double($0.endpoint?.forwardedPackets ?? 0)
      },
      of(shards, .counter, "relayed_packets_total", "Packets sent to other shards.") {
        Double($0.endpoint?.relayedPackets ?? 0)
      },
      of(shards, .counter, "relayed_frames_total", "Packets taken in from other shards.") {
        Double($0.endpoint?.relayedFrames ?? 0)
      },
    ]
  }

  private static func of(
    _ shards: [ShardStatistics], _ kind: MetricFamily.Kind, _ name: String, _ help: String,
    _ value: (ShardStatistics) -> Double
  ) -> MetricFamily {
    MetricFamily(
      name: "roost_shard_" + name, help: help, kind: kind,
      samples: shards.enumerated().map {
        .init(labels: [("shard", "\($0.offset)")], value: value($0.element))
      })
  }

  /// Why members were placed where they are.
  static func of(_ placement: ShardPlacement) -> [MetricFamily] {
    [
      MetricFamily(
        name: "roost_placements_total", help: "Members placed on a shard, by what decided.", kind: .counter,
        samples: ShardPlacement.Reason.allCases.map {
          .init(labels: [("reason", "\($0)")], value: Double(placement.decisions[$0.rawValue]))
        }),
      gauge("spanning_rooms", "Rooms that have members on more than one shard.", placement.spanningRooms),
    ]
  }
}

extension ShardStatistics {
  /// What all of `shards` have counted together; of no shard, the utilisation and the window.
  static func total(of shards: [ShardStatistics]) -> ShardStatistics {
    var total = ShardStatistics()
    for shard in shards {
      if let endpoint = shard.endpoint {
        var sum = total.endpoint ?? EndpointStatistics()
        sum.add(endpoint)
        total.endpoint = sum
      }
      total.received &+= shard.received
      total.oversized &+= shard.oversized
      total.receiveErrors &+= shard.receiveErrors
      total.lateMedia &+= shard.lateMedia
      total.sends.add(shard.sends)
    }
    return total
  }
}
