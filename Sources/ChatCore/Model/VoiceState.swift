public import Base

/// A user's place in voice within one guild; kept in memory only, it ends with the gateway session.
public struct VoiceState: Hashable, Sendable {
  /// The guild.
  public let guildID: Snowflake
  /// The user.
  public let userID: Snowflake
  /// The channel; `nil` in the event that says the user has left.
  public var channelID: Snowflake?
  /// The gateway session that op 4 came from.
  public var sessionID: String
  /// Muted by a moderator.
  public var isMuted: Bool
  /// Deafened by a moderator.
  public var isDeafened: Bool
  /// Muted by the user.
  public var isSelfMuted: Bool
  /// Deafened by the user.
  public var isSelfDeafened: Bool
  /// The user's camera is on.
  public var isSelfVideo: Bool
  /// Whether the user may show pictures: the STREAM permission, as it was when last looked at.
  public var mayStream: Bool
  /// Not permitted to speak: a stage's audience, or no SPEAK permission.
  public var isSuppressed: Bool
  /// When a stage's listener asked to speak.
  public var requestedToSpeakAt: WallTime?
  /// Grows with every change of any voice state of this process: the media plane ignores older ones.
  public var version: UInt64

  /// Makes a voice state with no flag set.
  public init(guildID: Snowflake, userID: Snowflake, channelID: Snowflake?, sessionID: String) {
    self.guildID = guildID
    self.userID = userID
    self.channelID = channelID
    self.sessionID = sessionID
    isMuted = false
    isDeafened = false
    isSelfMuted = false
    isSelfDeafened = false
    isSelfVideo = false
    mayStream = true
    isSuppressed = false
    requestedToSpeakAt = nil
    version = 0
  }

  /// Whether the media plane lets the user be heard, apart from the user's own mute.
  public var maySpeak: Bool { !isMuted && !isSuppressed }

  /// Whether the media plane lets the user's pictures be seen: a stage's audience shows none.
  public var mayShow: Bool { mayStream && !isSuppressed }
}

/// A voice state with its member: everything that VOICE_STATE_UPDATE needs.
public struct VoiceStateView: Hashable, Sendable {
  /// The voice state.
  public var state: VoiceState
  /// The member.
  public var member: MemberView

  /// Joins a voice state and its member.
  public init(state: VoiceState, member: MemberView) {
    self.state = state
    self.member = member
  }
}

/// A user who must be given a voice server: Signaling mints the token and sends VOICE_SERVER_UPDATE.
public struct VoiceAssignment: Hashable, Sendable {
  /// Where, who and with which flags; `channelID` is never nil here.
  public var state: VoiceState
  /// The channel to connect to.
  public var channelID: Snowflake

  /// Makes an assignment.
  public init(state: VoiceState, channelID: Snowflake) {
    self.state = state
    self.channelID = channelID
  }

  /// The state's version: a token of a smaller one is stale.
  public var version: UInt64 { state.version }

  /// The guild.
  public var guildID: Snowflake { state.guildID }
  /// The user.
  public var userID: Snowflake { state.userID }
  /// The gateway session that joins.
  public var sessionID: String { state.sessionID }
}
