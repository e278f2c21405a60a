import Base
import ChatCore
import MediaControl

/// A user's place in a voice channel, as the chat core gave it away.
struct VoiceSeat: Hashable {
  /// The guild: IDENTIFY's `server_id`.
  let server: Snowflake
  let channel: Snowflake
  let user: Snowflake
  /// The main gateway session that sent op 4: IDENTIFY's `session_id`.
  let sessionID: String

  init(_ state: VoiceState, channel: Snowflake) {
    server = state.guildID
    self.channel = channel
    user = state.userID
    sessionID = state.sessionID
  }

  var key: VoiceSeatKey { VoiceSeatKey(server: server, user: user) }
}

/// What names a voice connection: one user has one in a guild.
struct VoiceSeatKey: Hashable {
  let server: Snowflake
  let user: Snowflake
}

/// What a voice state lets its user do in the media plane.
///
/// Self-deafen does not mute here: bots play while self-deafened. A person's client sends `self_mute`
/// along with `self_deaf`.
struct VoiceStanding: Hashable {
  /// False for self-mute, server mute, `suppress` and a missing SPEAK permission.
  let maySpeak: Bool
  /// False for `suppress` and a missing STREAM permission.
  let mayShow: Bool
  /// False for self-deafen and server deafen.
  let mayHear: Bool

  init(_ state: VoiceState) {
    maySpeak = state.maySpeak && !state.isSelfMuted
    mayShow = state.mayShow
    mayHear = !state.isDeafened && !state.isSelfDeafened
  }

  func permissions(version: UInt64) -> MediaPermissions {
    MediaPermissions(version: version, maySpeak: maySpeak, mayShow: mayShow, mayHear: mayHear)
  }
}

/// What VOICE_SERVER_UPDATE carries to an admitted user.
public struct VoiceTicket: Hashable, Sendable {
  /// Good for one IDENTIFY, soon; afterwards for RESUME.
  public let token: String
  /// `host:port`, without a scheme.
  public let endpoint: String
}
