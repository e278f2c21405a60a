/// Opcodes of the main gateway.
enum GatewayOpcode: Int, Sendable {
  case dispatch = 0
  case heartbeat = 1
  case identify = 2
  case presenceUpdate = 3
  case voiceStateUpdate = 4
  case resume = 6
  case reconnect = 7
  case requestGuildMembers = 8
  case invalidSession = 9
  case hello = 10
  case heartbeatACK = 11
  case requestSoundboardSounds = 31
  case qosHeartbeat = 40
  case requestChannelInfo = 43

  /// Opcodes of Discord's own clients whose work this server does not need.
  ///
  /// They are accepted and ignored: closing with 4001 would log such a client out. Call connect (13), guild
  /// subscriptions (14, 37) and the like ask for more than everything, which everyone gets here.
  static let ignored: Set<Int> = [
    5, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34, 35, 36, 37, 38,
    39, 41, 42,
  ]
}
