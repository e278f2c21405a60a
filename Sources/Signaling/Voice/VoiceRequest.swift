import Base
import JSON

/// What a client says on a voice socket, checked for shape but not for meaning (voice.md §3).
///
/// Ids may be strings or integers. Unknown keys are ignored; a missing or mistyped one that is needed ends
/// the connection with 4002. What flags carry is not read.
enum VoiceRequest {
  case identify(VoiceIdentify)
  case selectUDP(mode: String, codecs: VoiceCodecList)
  case selectWebRTC(fragment: String, codecs: VoiceCodecList)
  case selectUnknownProtocol
  case heartbeat(VoiceHeartbeat)
  case resume(VoiceResume)
  case speaking(flags: UInt8)
  case video(VoiceVideoRequest)
  case sessionUpdate(VoiceCodecList)
  case wants(VoiceWantsRequest)
  case backendVersion
  /// Legal and without effect here.
  case ignored
  /// A heartbeat of the main gateway, which has op 1 there: some clients' timers outlive a reconnect.
  case stray
  case unknownOpcode

  /// Reads one message; what only a session may say is refused with 4003 before its fields are looked at.
  init(_ octets: [UInt8], hasSession: Bool) throws(VoiceCloseCode) {
    guard octets.count <= VoiceLimits.messageOctetsMax,
      let message = VoiceRequest.parsed(octets), message.object != nil, let op = message["op"]?.int
    else { throw .malformedPayload }
    guard let opcode = VoiceOpcode(rawValue: op) else {
      self = .unknownOpcode
      return
    }
    let d = message["d"] ?? .null
    if opcode == .selectProtocol, d.isNull {
      self = .stray
      return
    }
    guard hasSession || !opcode.needsSession else { throw .notAuthenticated }
    self = try VoiceRequest.request(opcode, d)
  }

  private static func parsed(_ octets: [UInt8]) -> JSONValue? {
    let limits = JSONLimits(depth: VoiceLimits.messageDepthMax, octets: VoiceLimits.messageOctetsMax)
    // A message that does not parse ends in 4002, which the gateway counts.
    return try? JSONValue.parse(octets, limits: limits)
  }

  private static func request(
    _ opcode: VoiceOpcode, _ d: JSONValue
  ) throws(VoiceCloseCode) -> VoiceRequest {
    switch opcode {
    case .identify: .identify(try VoiceIdentify(d))
    case .selectProtocol: try selection(d)
    case .heartbeat: .heartbeat(try VoiceHeartbeat(d))
    case .resume: .resume(try VoiceResume(d))
    case .speaking: try speaking(d)
    case .video: .video(try VoiceVideoRequest(d))
    case .sessionUpdate: .sessionUpdate(try VoiceCodecList(d["codecs"]))
    case .mediaSinkWants: .wants(try VoiceWantsRequest(d))
    case .backendVersion: .backendVersion
    case .heartbeatACK, .channelOptions, .clientFlags, .speedTest, .clientPlatform, .noRoute:
      .ignored
    case .ready, .sessionDescription, .hello, .resumed, .clientsConnect, .clientDisconnect:
      .unknownOpcode
    }
  }

  private static func selection(_ d: JSONValue) throws(VoiceCloseCode) -> VoiceRequest {
    guard let name = d["protocol"]?.string else { throw .malformedPayload }
    let codecs = try VoiceCodecList(d["codecs"])
    switch name {
    case "udp":
      guard let mode = d["data"]?["mode"]?.string else { throw .malformedPayload }
      return .selectUDP(mode: mode, codecs: codecs)
    case "webrtc":
      guard let fragment = d["data"]?.string ?? d["sdp"]?.string else { throw .malformedPayload }
      return .selectWebRTC(fragment: fragment, codecs: codecs)
    default: return .selectUnknownProtocol
    }
  }

  private static func speaking(_ d: JSONValue) throws(VoiceCloseCode) -> VoiceRequest {
    // Before version 4 `speaking` was a boolean; some clients still send one.
    if let flag = d["speaking"]?.bool { return .speaking(flags: flag ? 1 : 0) }
    guard let flags = d["speaking"]?.int, flags >= 0 else { throw .malformedPayload }
    return .speaking(flags: UInt8(flags & 7))
  }
}

/// Op 0.
struct VoiceIdentify {
  let server: Snowflake
  let user: Snowflake
  let sessionID: String
  let token: String
  /// Version 9 names the channel too.
  let channel: Snowflake?
  /// What the client means to send of pictures.
  let streams: [VoiceStreamOffer]

  init(_ d: JSONValue) throws(VoiceCloseCode) {
    guard let server = d["server_id"]?.snowflake, let user = d["user_id"]?.snowflake else {
      throw .malformedPayload
    }
    self.server = server
    self.user = user
    sessionID = try VoiceResume.identifier(d["session_id"])
    token = try VoiceResume.identifier(d["token"])
    channel = d["channel_id"]?.snowflake
    streams = try VoiceStreamOffer.list(d["streams"])
  }
}

/// Op 7.
struct VoiceResume {
  let server: Snowflake
  let sessionID: String
  let token: String
  /// `nil`: nothing was received, or the version has no acknowledgements.
  let acknowledged: UInt16?

  init(_ d: JSONValue) throws(VoiceCloseCode) {
    guard let server = d["server_id"]?.snowflake else { throw .malformedPayload }
    self.server = server
    sessionID = try VoiceResume.identifier(d["session_id"])
    token = try VoiceResume.identifier(d["token"])
    acknowledged = try VoiceHeartbeat.acknowledgement(d["seq_ack"])
  }

  static func identifier(_ value: JSONValue?) throws(VoiceCloseCode) -> String {
    guard let text = value?.string, text.utf8.count <= VoiceLimits.identifierOctetsMax else {
      throw .malformedPayload
    }
    return text
  }
}

/// Op 3: an integer before version 8, an object since.
struct VoiceHeartbeat {
  /// Sent back as it came.
  let nonce: JSONValue
  /// Whether the nonce came in an object; the answer has the same shape.
  let isObject: Bool
  let acknowledged: UInt16?

  init(_ d: JSONValue) throws(VoiceCloseCode) {
    isObject = d.object != nil
    nonce = isObject ? d["t"] ?? .integer(0) : d
    switch nonce {
    case .integer, .unsigned, .number: break
    case .null where !isObject: break
    default: throw .malformedPayload
    }
    acknowledged = isObject ? try VoiceHeartbeat.acknowledgement(d["seq_ack"]) : nil
  }

  /// −1, `null` and absence say that nothing was received.
  static func acknowledgement(_ value: JSONValue?) throws(VoiceCloseCode) -> UInt16? {
    guard let value, value != .null else { return nil }
    guard let number = value.int, number >= -1, number <= Int(UInt16.max) else { throw .malformedPayload }
    return number < 0 ? nil : UInt16(number)
  }
}
