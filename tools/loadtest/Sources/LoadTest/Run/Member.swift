internal import Base
internal import Crypto
internal import Net

/// One synthetic participant: its two gateway connections, its media transport, what it hears.
///
/// ```
/// idle ▶ opening ▶ joining ▶ admitted ▶ connected ▶ leaving ▶ idle        any ▶ failed
/// ```
/// Owned by the run, used on its thread. It decides nothing: ``LoadRun`` moves it.
final class Member {
  enum Stage: Int {
    case idle, opening, joining, admitted, connected, leaving, failed
  }

  let index: Int
  let seat: Roster.Seat
  let token: String
  let usesWebRTC: Bool

  var stage = Stage.idle
  var gateway: any SignalingClient
  var gatewaySocket: GatewaySocket?
  var voice: VoiceGatewayClient?
  var voiceSocket: GatewaySocket?
  var watchesWriting = [false, false]
  var transport: (any MediaTransport)?
  var socket: UDPSocket?
  /// The agent that has the socket instead, for members whose ICE is libnice's.
  var nice: NicePeer?
  /// Where READY said that the media server is.
  var mediaServer: SocketAddress?
  /// The SSRC of READY, under which the others hear the member.
  var audioSSRC: UInt32?
  /// The layers of the member's camera, the smallest first; none without one.
  var camera: [VideoLayerSender] = []
  /// What is seen of each speaker's camera.
  var views: [VideoReceiver?]
  /// The emulated link, where there is one.
  var uplink: EmulatedLink?
  var downlink: EmulatedLink?
  /// Counts the member's connections: what is under way on a link belongs to one of them.
  var connection: UInt64 = 0

  /// When op 4 that joins was sent.
  var askedAt = Instant.zero
  /// When the member said goodbye.
  var leftAt = Instant.zero
  /// When its latest packets were sent.
  var sendTimes = SendTimes()
  /// Whether audio was heard since.
  var hasHeard = false
  /// The number of the next packet to send.
  var nextNumber: UInt64 = 0
  var isMuted = false
  var hasFloor = true
  /// When op 4 that unmutes was sent, for each member that has not heard the result.
  var unmutedAt = Instant.zero
  var hearers: Set<Int> = []
  /// What is heard of each speaker of the room; `nil` for oneself.
  var tallies: [StreamTally?]
  /// The last latency of each speaker's stream, for the jitter.
  var latencies: [Interval?]
  /// The same of the time between the tool's kernel calls.
  var transits: [Interval?]

  init(index: Int, seat: Roster.Seat, token: String, usesWebRTC: Bool, speakerCount: Int) {
    self.index = index
    self.seat = seat
    self.token = token
    self.usesWebRTC = usesWebRTC
    gateway = GatewayClient(token: token, heartbeatPhase: 0.5)
    tallies = [StreamTally?](repeating: nil, count: speakerCount)
    latencies = [Interval?](repeating: nil, count: speakerCount)
    transits = latencies
    views = [VideoReceiver?](repeating: nil, count: speakerCount)
  }

  var isConnected: Bool { stage == .connected }

  /// Whether the schedule's turns of this member send something.
  var speaks: Bool { isConnected && !isMuted && hasFloor }

  /// Whether the member's timers and failures matter.
  var isAlive: Bool {
    switch stage {
    case .idle, .failed, .leaving: false
    case .opening, .joining, .admitted, .connected: true
    }
  }

  /// Says goodbye on both connections; they end when the server has answered.
  func leave(at now: Instant) {
    stage = .leaving
    leftAt = now
    voiceSocket?.close()
    gatewaySocket?.close()
    transport = nil
    socket = nil
    forgetMedia()
  }

  /// Where media is written to.
  var mediaDescriptor: Int32? { nice?.descriptor ?? socket?.descriptor }

  private func forgetMedia() {
    nice = nil
    connection += 1
    camera = []
    for speaker in views.indices { views[speaker] = nil }
  }

  /// Lets go of every connection.
  func disconnect(to stage: Stage) {
    voiceSocket = nil
    gatewaySocket = nil
    voice = nil
    transport = nil
    socket = nil
    forgetMedia()
    self.stage = stage
  }
}
