/// The voice gateway's opcodes (voice.md §3).
enum VoiceOpcode: Int {
  case identify = 0
  case selectProtocol = 1
  case ready = 2
  case heartbeat = 3
  case sessionDescription = 4
  case speaking = 5
  case heartbeatACK = 6
  case resume = 7
  case hello = 8
  case resumed = 9
  case clientsConnect = 11
  case video = 12
  case clientDisconnect = 13
  case sessionUpdate = 14
  case mediaSinkWants = 15
  case backendVersion = 16
  case channelOptions = 17
  case clientFlags = 18
  case speedTest = 19
  case clientPlatform = 20
  case noRoute = 32

  /// Whether a client may say this only after IDENTIFY or RESUME; false for what no client says at all.
  var needsSession: Bool {
    switch self {
    case .selectProtocol, .speaking, .heartbeatACK, .video, .sessionUpdate, .mediaSinkWants,
      .backendVersion, .channelOptions, .clientFlags, .speedTest, .clientPlatform, .noRoute:
      true
    case .identify, .heartbeat, .resume, .ready, .sessionDescription, .hello, .resumed, .clientsConnect,
      .clientDisconnect:
      false
    }
  }

  /// Whether a message of this kind must survive a resume, so that it counts in `seq` from version 8 on.
  var isReplayed: Bool {
    switch self {
    case .sessionDescription, .speaking, .clientsConnect, .video, .clientDisconnect, .sessionUpdate,
      .mediaSinkWants:
      true
    default: false
    }
  }
}
