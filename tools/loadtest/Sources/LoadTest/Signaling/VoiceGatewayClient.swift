public import Base
internal import JSON

/// A member at the voice gateway, version 8: identifies, selects a transport, keeps the connection alive.
///
/// ```
/// awaitingHello ── HELLO, IDENTIFY ──▶ identifying ── READY ──▶ selecting ── SELECT_PROTOCOL ──▶
///     SESSION_DESCRIPTION ──▶ described        any ── silence, nonsense ──▶ failed
/// ```
/// A pure value. What the other members do (SPEAKING, CLIENTS_CONNECT) is skipped unread.
public struct VoiceGatewayClient: Sendable {
  private enum Phase {
    case awaitingHello, identifying, selecting, described, failed
  }

  private let server: VoiceServer
  private let heartbeatPhase: Double
  private let hasVideo: Bool
  private var phase = Phase.awaitingHello
  private var heartbeat: Heartbeat?
  private var acknowledged = -1
  private var nonce: Int64 = 0
  private var ssrc: UInt32 = 0
  private let rids: [String]
  /// What READY gave each of our streams: its SSRC and its retransmissions'.
  public private(set) var streamSSRCs: [(ssrc: UInt32, rtx: UInt32)] = []

  /// A client of the voice server that the main gateway named; `hasVideo` takes pictures and offers a camera
  /// of `layerCount` streams.
  public init(
    _ server: VoiceServer, heartbeatPhase: Double, hasVideo: Bool = false, layerCount: Int = 1
  ) {
    self.server = server
    self.heartbeatPhase = heartbeatPhase
    self.hasVideo = hasVideo
    rids = hasVideo ? (1...max(layerCount, 1)).map { String(100 * $0 / max(layerCount, 1)) } : []
  }

  /// Takes a message of the server.
  public mutating func receive(_ octets: [UInt8], at now: Instant) -> [SignalingEvent] {
    if let opcode = Envelope.leadingOpcode(octets), VoiceGatewayClient.isSkipped(opcode) {
      // Numbered ones are consecutive: what is skipped still counts.
      acknowledged += 1
      return []
    }
    guard let message = Envelope.parse(octets), let opcode = message["op"]?.int else {
      return fail("the voice gateway sent something that is no message")
    }
    if let sequence = message["seq"]?.int { acknowledged = sequence }
    let d = message["d"] ?? .null
    switch opcode {
    case 8: return hello(d, at: now)
    case 6:
      heartbeat?.acknowledge()
      return []
    case 2: return ready(d)
    case 4: return describe(d)
    default: return []
    }
  }

  /// SPEAKING, CLIENTS_CONNECT, VIDEO and CLIENT_DISCONNECT: always numbered.
  private static func isSkipped(_ opcode: Int) -> Bool {
    opcode == 5 || (11...13).contains(opcode)
  }

  /// Does what is due at `now`.
  public mutating func expire(at now: Instant) -> [SignalingEvent] {
    switch heartbeat?.expire(at: now) {
    case .beat:
      nonce += 1
      return [
        .send(
          GatewayClient.message(3) {
            $0.object("d") {
              $0.field("t", nonce)
              // The sequence is 16 bits wide and wraps.
              $0.field("seq_ack", acknowledged < 0 ? -1 : acknowledged & 0xFFFF)
            }
          })
      ]
    case .giveUp: return fail("the voice gateway answered no heartbeat")
    case .wait, nil: return []
    }
  }

  /// Op 1 for the UDP transport; `address` is what IP discovery said.
  public func selectUDP(mode: String, address: SocketAddress) -> [UInt8] {
    GatewayClient.message(1) {
      $0.object("d") {
        $0.field("protocol", "udp")
        $0.object("data") {
          $0.field("address", address.ip.description)
          $0.field("port", address.port)
          $0.field("mode", mode)
        }
        if hasVideo { codecs(opus: 120, into: &$0) }
      }
    }
  }

  /// Op 1 for WebRTC with a browser's fragment.
  public func selectWebRTC(fragment: String, opusPayloadType: UInt8) -> [UInt8] {
    GatewayClient.message(1) {
      $0.object("d") {
        $0.field("protocol", "webrtc")
        $0.field("data", fragment)
        $0.field("sdp", fragment)
        codecs(opus: opusPayloadType, into: &$0)
      }
    }
  }

  private func codecs(opus: UInt8, into writer: inout JSONWriter) {
    writer.array("codecs") {
      $0.object {
        $0.field("name", "opus")
        $0.field("type", "audio")
        $0.field("priority", 1000)
        $0.field("payload_type", opus)
      }
      guard hasVideo else { return }
      $0.object {
        $0.field("name", "VP8")
        $0.field("type", "video")
        $0.field("priority", 1000)
        $0.field("payload_type", VideoLayerSender.payloadType)
        $0.field("rtx_payload_type", VideoLayerSender.rtxPayloadType)
      }
    }
  }

  /// Op 12: shows `layers`, the smallest first.
  public func video(_ layers: [VideoLayerSender]) -> [UInt8] {
    GatewayClient.message(12) {
      $0.object("d") {
        $0.field("audio_ssrc", ssrc)
        $0.field("video_ssrc", layers.last?.ssrc ?? 0)
        $0.field("rtx_ssrc", layers.last?.rtxSSRC ?? 0)
        $0.array("streams") {
          for (rid, layer) in zip(rids, layers) {
            $0.object {
              $0.field("type", "video")
              $0.field("rid", rid)
              $0.field("quality", Int(rid) ?? 100)
              $0.field("active", true)
              $0.field("ssrc", layer.ssrc)
              $0.field("rtx_ssrc", layer.rtxSSRC)
              $0.field("max_bitrate", layer.plan.bitrate)
              $0.field("max_framerate", layer.plan.framerate)
            }
          }
        }
      }
    }
  }

  /// Op 15: wants everything in `quality`, 0 to 100.
  public func wants(quality: Int) -> [UInt8] {
    GatewayClient.message(15) {
      $0.object("d") { $0.field("any", quality) }
    }
  }

  /// Op 5.
  public func speaking(_ isSpeaking: Bool) -> [UInt8] {
    GatewayClient.message(5) {
      $0.object("d") {
        $0.field("speaking", isSpeaking ? 1 : 0)
        $0.field("delay", 0)
        $0.field("ssrc", ssrc)
      }
    }
  }

  /// Op 12: a camera under `source`.
  public func showing(under source: UInt32, bitrate: Int, framerate: Int) -> [UInt8] {
    GatewayClient.message(12) {
      $0.object("d") {
        $0.field("audio_ssrc", ssrc)
        $0.field("video_ssrc", source)
        $0.field("rtx_ssrc", source &+ 1)
        $0.array("streams") {
          $0.object {
            $0.field("type", "video")
            $0.field("rid", "100")
            $0.field("quality", 100)
            $0.field("active", true)
            $0.field("ssrc", source)
            $0.field("rtx_ssrc", source &+ 1)
            $0.field("max_bitrate", bitrate)
            $0.field("max_framerate", framerate)
            $0.object("max_resolution") {
              $0.field("type", "fixed")
              $0.field("width", 640)
              $0.field("height", 360)
            }
          }
        }
      }
    }
  }

  private mutating func hello(_ d: JSONValue, at now: Instant) -> [SignalingEvent] {
    guard phase == .awaitingHello, let milliseconds = d["heartbeat_interval"]?.int, milliseconds > 0
    else { return fail("the voice gateway's HELLO has no heartbeat interval or came twice") }
    phase = .identifying
    heartbeat = Heartbeat(every: .milliseconds(Int64(milliseconds)), phase: heartbeatPhase, at: now)
    let identify = GatewayClient.message(0) {
      $0.object("d") {
        $0.field("server_id", server.guild)
        $0.field("user_id", server.user)
        $0.field("session_id", server.sessionID)
        $0.field("token", server.token)
        guard !rids.isEmpty else { return }
        $0.field("video", true)
        $0.array("streams") {
          for rid in rids {
            $0.object {
              $0.field("type", "video")
              $0.field("rid", rid)
              $0.field("quality", Int(rid) ?? 100)
            }
          }
        }
      }
    }
    return [.send(identify)]
  }

  private mutating func ready(_ d: JSONValue) -> [SignalingEvent] {
    guard phase == .identifying, let ssrc = d["ssrc"]?.int.flatMap(UInt32.init(exactly:)),
      let ip = d["ip"]?.string.flatMap({ IPAddress($0) }),
      let port = d["port"]?.int.flatMap(UInt16.init(exactly:))
    else { return fail("READY has no SSRC and media address or came twice") }
    phase = .selecting
    self.ssrc = ssrc
    streamSSRCs = (d["streams"]?.array ?? []).compactMap { stream in
      guard let ssrc = stream["ssrc"]?.int.flatMap(UInt32.init(exactly:)),
        let rtx = stream["rtx_ssrc"]?.int.flatMap(UInt32.init(exactly:))
      else { return nil }
      return (ssrc, rtx)
    }
    return [.readyForMedia(ssrc: ssrc, server: SocketAddress(ip: ip, port: port))]
  }

  private mutating func describe(_ d: JSONValue) -> [SignalingEvent] {
    guard phase == .selecting || phase == .described else {
      return fail("SESSION_DESCRIPTION came before READY")
    }
    phase = .described
    if let fragment = d["sdp"]?.string { return [.answered(fragment: fragment)] }
    let key = d["secret_key"]?.array?.compactMap { $0.int.flatMap(UInt8.init(exactly:)) } ?? []
    guard key.count == 32 else { return fail("SESSION_DESCRIPTION has neither key nor fragment") }
    return [.keyed(secretKey: key)]
  }

  private mutating func fail(_ reason: String) -> [SignalingEvent] {
    guard phase != .failed else { return [] }
    phase = .failed
    heartbeat = nil
    return [.failed(reason)]
  }
}
