public import Base

/// What a signaling client wants done, or says has happened.
public enum SignalingEvent: Hashable, Sendable {
  /// Send this text message.
  case send([UInt8])
  /// The server knows us; a request to join may follow.
  case identified
  /// The main gateway names the voice server to connect to.
  case assigned(VoiceServer)
  /// The voice gateway gave us our SSRC and the media server's address.
  case readyForMedia(ssrc: UInt32, server: SocketAddress)
  /// The voice gateway gave us the key of the UDP transport.
  case keyed(secretKey: [UInt8])
  /// The voice gateway answered the WebRTC fragment.
  case answered(fragment: String)
  /// The server gave us its whole side of the media connection.
  case negotiated(PeerAnswer)
  /// The connection is of no use any more; why.
  case failed(String)
}

/// What VOICE_SERVER_UPDATE and READY together say.
public struct VoiceServer: Hashable, Sendable {
  /// `server_id` of IDENTIFY.
  public let guild: Snowflake
  /// The user that joins.
  public let user: Snowflake
  /// The main gateway's session.
  public let sessionID: String
  /// Good for one IDENTIFY.
  public let token: String
  /// `host:port`.
  public let endpoint: String

  /// Makes the description of its parts.
  public init(guild: Snowflake, user: Snowflake, sessionID: String, token: String, endpoint: String) {
    self.guild = guild
    self.user = user
    self.sessionID = sessionID
    self.token = token
    self.endpoint = endpoint
  }
}
