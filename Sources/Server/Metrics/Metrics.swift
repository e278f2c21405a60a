internal import Base
internal import ChatCore
internal import HTTPServer
internal import Net
internal import SFU
internal import Signaling

/// Everything that the modules count, as Prometheus families.
enum Metrics {
  /// All families, in a fixed order.
  static func families(
    services: Services, gateway: GatewayStatistics, voice: VoiceStatistics, voiceSessions: Int,
    placement: ShardPlacement, rest: RESTStatistics
  ) -> [MetricFamily] {
    var families = [
      MetricFamily(
        name: "roost_build_info", help: "The version that runs.", kind: .gauge,
        samples: [.init(labels: [("version", roostVersion)], value: 1)])
    ]
    families += ProcessMetrics.families()
    families += services.http.withLock { $0 }?.snapshot.families ?? []
    families += of(rest)
    families += of(gateway)
    families += of(voice, sessions: voiceSessions)
    families += of(services.chat.latestStatistics())
    families += mailboxes(services)
    let shards = services.shards.map { $0.latestStatistics() }
    families += of(ShardStatistics.total(of: shards))
    families += each(shards)
    families += of(placement)
    return families
  }

  private static func of(_ rest: RESTStatistics) -> [MetricFamily] {
    [
      gauge("rest_pending", "REST requests that wait for their answer.", rest.pendingCount),
      counter("rest_requests_total", "REST requests.", rest.requestCount),
      counter("rest_rate_limited_total", "REST requests answered 429.", rest.limitedCount),
      counter("rest_overloaded_total", "REST requests refused for want of room.", rest.overloadCount),
      MetricFamily(
        name: "roost_rest_responses_total", help: "REST answers by class of status.", kind: .counter,
        samples: rest.responses.enumerated().map {
          .init(labels: [("class", "\($0.offset + 1)xx")], value: Double($0.element))
        }),
    ]
  }

  private static func of(_ gateway: GatewayStatistics) -> [MetricFamily] {
    [
      gauge("gateway_connections", "Open connections of the main gateway.", gateway.connectionCount),
      gauge("gateway_sessions", "Gateway sessions, attached or waiting.", gateway.sessionCount),
      counter("gateway_messages_received_total", "Messages of clients.", gateway.receivedCount),
      counter("gateway_dispatches_total", "Dispatches to sessions.", gateway.dispatchCount),
      counter("gateway_identifies_total", "IDENTIFYs that led to READY.", gateway.identifyCount),
      counter("gateway_resumes_total", "RESUMEs that led to RESUMED.", gateway.resumeCount),
      counter("gateway_invalid_sessions_total", "INVALID_SESSIONs sent.", gateway.invalidSessionCount),
      counter("gateway_refused_total", "Connections refused for want of room.", gateway.refusedCount),
      counter(
        "gateway_presence_drops_total", "Presence updates dropped by their rate.",
        gateway.presenceDropCount),
      MetricFamily(
        name: "roost_gateway_closes_total", help: "Connections that the gateway closed, by code.",
        kind: .counter,
        samples: zip(GatewayCloseCode.allCases, gateway.closes).map {
          .init(labels: [("code", String($0.rawValue))], value: Double($1))
        }),
    ]
  }

  private static func of(_ voice: VoiceStatistics, sessions: Int) -> [MetricFamily] {
    [
      gauge("voice_sessions", "Voice sessions, attached or lingering.", sessions),
      MetricFamily(
        name: "roost_voice_events_total", help: "What happened at the voice gateway.", kind: .counter,
        samples: [
          ("opened", voice.opened), ("identified", voice.identified), ("resumed", voice.resumed),
          ("refused", voice.refused), ("malformed", voice.malformed),
          ("rate_limited", voice.rateLimited), ("ignored", voice.ignored), ("timed_out", voice.timedOut),
          ("abandoned", voice.abandoned), ("transport_failed", voice.transportsFailed),
          ("stray_media_event", voice.strayMediaEvents), ("ticket_refused", voice.ticketsRefused),
          ("picture_refused", voice.picturesRefused), ("session_refused", voice.sessionsRefused),
        ].map { .init(labels: [("event", $0.0)], value: Double($0.1)) }),
    ]
  }

  private static func of(_ chat: ChatStatistics) -> [MetricFamily] {
    [
      counter("chat_requests_total", "Requests that the chat core performed.", chat.requests),
      counter("chat_refused_total", "Requests that the chat core refused.", chat.failures),
      counter("chat_commits_total", "Transactions made durable.", chat.commits),
      counter(
        "chat_maintenance_failures_total", "Times that the search index could not be brought up to date.",
        chat.maintenanceFailures),
      counter("chat_rollbacks_total", "Batches that the database could not keep.", chat.rollbacks),
      gauge("chat_store_refused", "1 while the database takes no changes.", chat.isRefused ? 1 : 0),
      counter("chat_forgotten_total", "Nonces forgotten for want of room.", chat.forgotten),
    ]
  }

  private static func mailboxes(_ services: Services) -> [MetricFamily] {
    [
      MetricFamily(
        name: "roost_mailbox_refused_total", help: "What a full mailbox between threads refused.",
        kind: .counter,
        samples: [
          ("chat_requests", services.refused.chatRequests),
          ("media_commands", services.refused.mediaCommands),
          ("passwords", services.refused.passwords),
          ("files", services.refused.files), ("renditions", services.refused.renditions),
          ("links", services.refused.links),
        ].map { .init(labels: [("mailbox", $0.0)], value: Double($0.1.value)) }
          + [
            .init(
              labels: [("mailbox", "media_events")],
              value: Double(services.shards.reduce(0) { $0 + $1.droppedEvents.value }))
          ]),
      counter("blobs_swept_total", "Files removed because nothing named them.", services.swept.value),
    ]
  }

  private static func of(_ shard: ShardStatistics) -> [MetricFamily] {
    var families = [
      counter("media_datagrams_received_total", "Datagrams taken from the sockets.", shard.received),
      counter("media_datagrams_sent_total", "Datagrams that the kernel took.", shard.sends.packets),
      counter(
        "media_sends_total", "Messages that they left as; a segmented one holds several.", shard.sends.runs),
      counter(
        "media_segmentation_refused_total", "Segmented sends that the kernel refused.",
        shard.sends.segmentationRefused),
      histogram(
        "forward_latency_seconds", "From a packet's arrival at the machine to the return of the send call.",
        shard.sends.latency),
      MetricFamily(
        name: "roost_media_socket_drops_total", help: "Datagrams lost at the sockets, by reason.",
        kind: .counter,
        samples: [
          ("oversized", shard.oversized), ("receive_error", shard.receiveErrors),
          ("send_overflow", shard.sends.overflow), ("send_refused", shard.sends.refused),
          ("late_media", shard.lateMedia),
        ].map { .init(labels: [("reason", $0.0)], value: Double($0.1)) }),
    ]
    if let endpoint = shard.endpoint { families += of(endpoint) }
    return families
  }

  static func counter(_ name: String, _ help: String, _ value: UInt64) -> MetricFamily {
    MetricFamily(
      name: "roost_" + name, help: help, kind: .counter, samples: [.init(value: Double(value))])
  }

  /// A histogram under Prometheus' rules: cumulative, seconds, `+Inf` last.
  static func histogram(_ name: String, _ help: String, _ latency: LatencyHistogram) -> MetricFamily {
    var samples = (0..<LatencyHistogram.boundCount).map { index in
      let bound = Interval.microseconds(LatencyHistogram.bounds[index]).seconds
      return MetricFamily.Sample(
        suffix: "_bucket", labels: [("le", "\(bound)")], value: Double(latency.cumulativeCount(index)))
    }
    samples.append(.init(suffix: "_bucket", labels: [("le", "+Inf")], value: Double(latency.count)))
    samples.append(.init(suffix: "_sum", value: latency.sum.seconds))
    samples.append(.init(suffix: "_count", value: Double(latency.count)))
    return MetricFamily(name: "roost_" + name, help: help, kind: .histogram, samples: samples)
  }

  static func gauge(_ name: String, _ help: String, _ value: Int) -> MetricFamily {
    MetricFamily(name: "roost_" + name, help: help, kind: .gauge, samples: [.init(value: Double(value))])
  }
}
