public import Base

/// What a peer may send and hear; versioned, so that an older state never overwrites a newer one.
public struct MediaPermissions: Hashable, Sendable {
  /// Counts the changes of the voice state that this was derived from; a lower or equal one is ignored.
  public let version: UInt64
  /// False for self-mute, server mute and `suppress`: its audio is dropped before it is decrypted.
  public let maySpeak: Bool
  /// False for `suppress` and without the right to stream: its video is not forwarded.
  public let mayShow: Bool
  /// False for self-deafen and server deafen: no audio is forwarded to it.
  ///
  /// Pictures are: Discord's clients keep showing them.
  public let mayHear: Bool

  /// Makes permissions of their parts.
  public init(version: UInt64, maySpeak: Bool, mayShow: Bool, mayHear: Bool) {
    self.version = version
    self.maySpeak = maySpeak
    self.mayShow = mayShow
    self.mayHear = mayHear
  }
}

/// A member's admission to a room, before it has a transport.
public struct PeerAdmission: Hashable, Sendable {
  /// The connection.
  public let peer: PeerID
  /// Its room.
  public let room: RoomID
  /// Its user, for explanations to the operator.
  public let user: Snowflake
  /// The SSRC that READY announced.
  ///
  /// Every other member receives this one's audio under it, and a UDP client sends under it. Unique on
  /// the node.
  public let ssrc: UInt32
  /// What it may do at first.
  public let permissions: MediaPermissions

  /// Makes an admission of its parts.
  public init(peer: PeerID, room: RoomID, user: Snowflake, ssrc: UInt32, permissions: MediaPermissions) {
    self.peer = peer
    self.room = room
    self.user = user
    self.ssrc = ssrc
    self.permissions = permissions
  }
}

/// A member of a room as the room's other shards know it.
public struct RemoteMember: Hashable, Sendable {
  /// Where its media is.
  public let shard: ShardID
  /// Who it is and what it may do at first.
  public let admission: PeerAdmission

  /// Makes a remote member of its parts.
  public init(shard: ShardID, admission: PeerAdmission) {
    self.shard = shard
    self.admission = admission
  }
}

/// Discord's AEAD modes for UDP clients (voice.md §5.2), in the order in which READY offers them.
public enum VoiceEncryptionMode: String, CaseIterable, Hashable, Sendable {
  case aes256GCM = "aead_aes256_gcm_rtpsize"
  case xchacha20Poly1305 = "aead_xchacha20_poly1305_rtpsize"
}

/// The agreed parameters of Discord's UDP transport.
public struct VoiceTransportOffer: Hashable, Sendable {
  /// The AEAD.
  public let mode: VoiceEncryptionMode
  /// 32 octets, for both directions.
  public let secretKey: [UInt8]
  /// Opus payload type, 120 unless the client said otherwise.
  public let opusPayloadType: UInt8
  /// Video codecs that the client named, best first; a client that named none is sent no video.
  public let videoCodecs: [VideoCodec]

  /// Makes an offer of its parts.
  public init(
    mode: VoiceEncryptionMode, secretKey: [UInt8], opusPayloadType: UInt8, videoCodecs: [VideoCodec]
  ) {
    self.mode = mode
    self.secretKey = secretKey
    self.opusPayloadType = opusPayloadType
    self.videoCodecs = videoCodecs
  }
}

/// What the media plane needs of a browser's offer and of the answer that the voice gateway made.
public struct WebRTCTransportOffer: Hashable, Sendable {
  /// The server's ICE user fragment, unique on the node; incoming checks carry it first in USERNAME.
  public let localUfrag: String
  /// The server's ICE password: keys the MESSAGE-INTEGRITY of incoming checks.
  public let localPassword: String
  /// The browser's user fragment.
  public let remoteUfrag: String
  /// SHA-256 of the certificate that the browser must show, 32 octets.
  public let remoteFingerprint: [UInt8]
  /// The browser's Opus payload type.
  public let opusPayloadType: UInt8
  /// The browser's video codecs, best first; a browser that offered none is sent no video.
  public let videoCodecs: [VideoCodec]
  /// The browser's header extension ids.
  public let extensions: HeaderExtensionMap

  /// Makes an offer of its parts.
  public init(
    localUfrag: String, localPassword: String, remoteUfrag: String, remoteFingerprint: [UInt8],
    opusPayloadType: UInt8, videoCodecs: [VideoCodec], extensions: HeaderExtensionMap
  ) {
    self.localUfrag = localUfrag
    self.localPassword = localPassword
    self.remoteUfrag = remoteUfrag
    self.remoteFingerprint = remoteFingerprint
    self.opusPayloadType = opusPayloadType
    self.videoCodecs = videoCodecs
    self.extensions = extensions
  }
}

/// From signaling to the shard that holds the room.
///
/// Commands for unknown peers are counted and ignored.
public enum MediaCommand: Hashable, Sendable {
  /// Admits a member; media flows once it has a transport. A known `peer` is an error that is counted.
  case admit(PeerAdmission)
  /// Gives the peer Discord's UDP transport, or a new key for it.
  case connectVoice(PeerID, VoiceTransportOffer)
  /// Gives the peer a WebRTC transport; a second one with the same fingerprint is an ICE restart.
  case connectWebRTC(PeerID, WebRTCTransportOffer)
  /// Applies a change of voice state, of a member of this shard or of a remote one.
  case permit(PeerID, MediaPermissions)
  /// Says what the peer, of this shard or a remote one, sends of its camera or screen.
  ///
  /// Media that was not announced is dropped. Every shard of a room is told, the newest when the room comes to it.
  case publishVideo(PeerID, VideoPublication)
  /// Says what the peer wants to see.
  case wantVideo(PeerID, VideoWants)
  /// Removes the member, of this shard or a remote one, and all its tracks.
  case remove(PeerID)
  /// Names members of a room whose media is on other shards, so that streams cross to and from there.
  ///
  /// All of them when the room comes to a shard, then each one that joins elsewhere.
  case admitRemote([RemoteMember])
  /// Forgets all remote members of a room, whose last member on this shard was removed.
  case closeRoom(RoomID)
}
