internal import Base
internal import SFU

/// The media plane's counts as Prometheus families.
extension Metrics {
  static func of(_ endpoint: EndpointStatistics) -> [MetricFamily] {
    [
      counter("media_received_octets_total", "Octets of datagrams handled.", endpoint.receivedOctets),
      counter("media_audio_packets_total", "Audio packets taken in.", endpoint.audioPackets),
      counter("media_video_packets_total", "Video packets taken in.", endpoint.videoPackets),
      counter(
        "media_forwarded_packets_total", "Audio and video packets sent, one a receiver.",
        endpoint.forwardedPackets),
      counter(
        "media_forwarded_video_packets_total", "Video packets sent, one a receiver.",
        endpoint.forwardedVideoPackets),
      counter("media_forwarded_octets_total", "Octets of packets sent.", endpoint.forwardedOctets),
      counter(
        "media_nacked_packets_total", "Video packets that receivers asked for again.",
        endpoint.packetsAskedFor),
      counter(
        "media_retransmitted_packets_total", "Video packets sent again.", endpoint.retransmittedPackets),
      counter(
        "media_requested_packets_total", "Video packets that publishers were asked for again.",
        endpoint.packetsRequested),
      counter(
        "media_key_frame_requests_total", "Key frames that publishers were asked for.",
        endpoint.keyFrameRequests),
      counter(
        "media_repeated_relays_total", "Video packets sent again to other shards.", endpoint.repeatedRelays),
      counter("media_relayed_packets_total", "Packets sent to other shards.", endpoint.relayedPackets),
      counter(
        "media_relayed_frames_total", "Packets taken in from other shards.", endpoint.relayedFrames),
      counter("media_rtcp_reports_total", "RTCP reports sent.", endpoint.reports),
      counter("media_ice_checks_total", "Connectivity checks answered.", endpoint.checks),
      counter("media_ip_discoveries_total", "IP discoveries answered.", endpoint.discoveries),
      counter("media_dtls_handshakes_total", "DTLS handshakes completed.", endpoint.handshakes),
      gauge("media_peers", "Peers admitted.", endpoint.peers),
      gauge("media_connected_peers", "Peers with a transport that is up.", endpoint.connectedPeers),
      gauge("media_rooms", "Rooms.", endpoint.rooms),
      gauge("media_remote_peers", "Members known to further shards of their rooms.", endpoint.remotePeers),
      gauge("media_tracks", "Published tracks.", endpoint.tracks),
      gauge("media_videos", "Published pictures.", endpoint.videos),
      gauge(
        "media_retransmission_blocks", "Blocks of 16 KiB with video that may be asked for again.",
        endpoint.retransmissionBlocks),
      gauge("media_subscriptions", "Pairs of publisher and subscriber.", endpoint.subscriptions),
      gauge("media_open_handshakes", "DTLS handshakes in progress.", endpoint.openHandshakes),
      gauge(
        "media_waiting_handshake_datagrams", "DTLS datagrams that wait for a moment without media.",
        endpoint.waitingHandshakeDatagrams),
      MetricFamily(
        name: "roost_media_dropped_total", help: "What the media plane dropped, by reason.", kind: .counter,
        samples: DropReason.allCases.map {
          .init(labels: [("reason", "\($0)")], value: Double(endpoint.dropped($0)))
        }),
    ]
  }
}
