/// The kinds of server that can be driven.
///
/// Media peers, schedule and measurements are the same for all of them, so that their figures compare; an
/// adapter is the signaling that leads to the media connection (``SignalingClient``), and what differs in
/// what members hear.
public enum Adapter: String, CaseIterable, Sendable {
  /// Roost and what speaks its protocols: main gateway, voice gateway, either transport.
  case roost
  /// Janus with its VideoRoom plugin, over the `janus-protocol` WebSocket API; WebRTC only.
  case janus

  /// The WebSocket subprotocol that the server insists on.
  var subprotocol: String? {
    switch self {
    case .roost: nil
    case .janus: "janus-protocol"
    }
  }

  /// Whether one connection carries a speaker's own audio and everybody else's.
  ///
  /// In a VideoRoom publishing and subscribing are two connections: its speakers only speak.
  var speakersHear: Bool { self == .roost }

  /// Whether who listens must find the speakers there.
  var listenersAwaitSpeakers: Bool { self == .janus }

  /// Whether `scenario` can be played: a VideoRoom has no muting that others would notice, and cameras are
  /// negotiated in Discord's way only.
  func plays(_ scenario: Scenario) -> Bool {
    self == .roost || (scenario != .muteFlaps && !scenario.hasLayers)
  }
}
