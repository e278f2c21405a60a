public import MediaControl

/// What a ``VoiceGateway`` is told once, when it is made.
public struct VoiceGatewayConfiguration: Hashable, Sendable {
  /// Where clients are sent, `host:port`.
  public var endpoint: String
  /// The media node that it admits to.
  public var node: MediaNodeDescription
  /// Most sessions at a time, lingering ones included: the peers for whom the media node has room.
  public var sessionsMax = VoiceLimits.connectionsMax
  /// When a room goes on to another shard.
  public var spread = SpreadPolicy(membersMax: 1_000, utilisationMax: 0.7)

  /// Makes the ordinary configuration.
  public init(endpoint: String, node: MediaNodeDescription) {
    self.endpoint = endpoint
    self.node = node
  }
}
