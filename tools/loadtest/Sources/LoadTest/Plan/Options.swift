public import Base
public import Crypto

/// What is to be done in the measured time.
public enum Scenario: String, CaseIterable, Sendable {
  /// Rooms in which everybody who speaks speaks all the time.
  case audio
  /// Rooms in which one speaker after the other has the floor.
  case stage
  /// Rooms in which everybody who speaks shows a camera instead.
  case video
  /// An audio room, and then many who join it within a second.
  case joinStorm = "join-storm"
  /// Audio rooms whose listeners come and go.
  case churn
  /// Audio rooms whose speakers mute and unmute.
  case muteFlaps = "mute-flaps"
  /// Rooms whose speakers show a camera too, in simulcast layers.
  case simulcast
  /// Audio and cameras, speakers who mute and listeners who come and go.
  case mixed

  /// Whether speakers show a camera.
  var hasLayers: Bool { self == .simulcast || self == .mixed }
}

/// How members reach the media plane.
public enum TransportChoice: String, CaseIterable, Sendable {
  case udp, webrtc
  /// Every other member either way.
  case mix
}

/// Whose ICE agent WebRTC members have.
public enum ICEChoice: String, CaseIterable, Sendable {
  /// The tool's own: checks against an ICE-lite server, nothing else.
  case own
  /// libnice's full agent.
  case libnice
  /// Every other WebRTC member either.
  case mix
}

/// Everything that the command line says.
public struct Options: Sendable {
  /// What is to be done.
  public var scenario = Scenario.audio
  /// What kind of server it is.
  public var adapter = Adapter.roost
  /// File with the line that `roost serve --announce json` prints.
  public var announceFile: String?
  /// The main gateway's address, instead of the announced one.
  public var target: String?
  /// PEM file of the trusted authority, instead of the announced one.
  public var authorityFile: String?
  /// File with one token a line, or an id and a token.
  public var tokensFile: String?
  /// File with the token of a stage's moderator, instead of the announced owner's.
  public var moderatorFile: String?
  /// The guild, instead of the announced one.
  public var guild: Snowflake?
  /// A voice channel for each room, instead of the announced ones.
  public var channels: [Snowflake] = []
  /// The server's process, for its CPU time and memory.
  public var serverPID: Int32?
  /// Rooms at the same time.
  public var rooms = 1
  /// Speakers of each room.
  public var speakers = 1
  /// Silent listeners of each room.
  public var listeners = 3
  /// How members reach the media plane.
  public var transport = TransportChoice.udp
  /// Whose ICE agent WebRTC members have.
  public var ice = ICEChoice.own
  /// Discord's encryption modes; members take turns.
  public var modes = VoiceCipherMode.allCases
  /// SRTP profiles that WebRTC members offer; members take turns, one each.
  public var profiles = SRTPProfile.allCases
  /// Octets of a packet's payload.
  public var packetOctets = 100
  /// Bits a second of a camera.
  public var bitrate = 3_000_000
  /// Time between two packets of a speaker, or two frames of a camera.
  public var frame = Interval.milliseconds(20)
  /// The measured time; it begins when everybody has joined.
  public var duration = Interval.seconds(10)
  /// Members that begin to join each second.
  public var ramp = 50
  /// Who joins in the storm of ``Scenario/joinStorm``.
  public var storm = 100
  /// Time between two events of ``Scenario/stage``, ``Scenario/churn`` and ``Scenario/muteFlaps``.
  public var every = Interval.seconds(2)
  /// The layers of each camera, the smallest first.
  public var layers = [
    VideoLayerPlan(bitrate: 150_000, framerate: 15), VideoLayerPlan(bitrate: 500_000, framerate: 30),
    VideoLayerPlan(bitrate: 1_500_000, framerate: 30),
  ]
  /// The quality, 0 to 100, that members want of cameras; they take turns.
  public var wants = [100]
  /// Time between two looks at the sockets, instead of waking for each datagram; `nil` wakes.
  public var pollEvery: Interval?
  /// One in how many packets is opened and verified; `nil` chooses by the load.
  public var verifyEvery: Int?
  /// Makes the scenario's choices reproducible.
  public var seed: UInt64 = 1
  /// What the emulated link of each member does.
  public var link = LinkConditions()
  /// What makes the run fail.
  public var thresholds: [Threshold] = []
  /// Where the report goes as JSON.
  public var jsonFile: String?
  /// Where the report goes as one HTML file.
  public var htmlFile: String?
  /// An earlier report to compare with.
  public var compareFile: String?
  /// Permission to load a target that is neither this machine nor a private network.
  public var ownsTarget = false
  /// Whether help was asked for.
  public var wantsHelp = false

  /// The documented defaults.
  public init() {}

  /// How many take part, latecomers included.
  public var memberCount: Int {
    rooms * (speakers + listeners) + (scenario == .joinStorm ? storm : 0)
  }

  /// Packets that the server delivers each second when all are there.
  public var deliveriesPerSecond: Double {
    let speaking = scenario == .stage ? 1 : speakers
    let hearing = (adapter.speakersHear ? speakers - 1 : 0) + listeners
    return Double(rooms * speaking * hearing * (video?.packetsPerFrame ?? 1)) / frame.seconds
  }

  /// How speakers show themselves; `nil` when they speak.
  public var video: VideoShape? {
    guard scenario == .video else { return nil }
    return VideoShape(bitrate: bitrate, frame: frame, packetOctets: packetOctets)
  }

  /// Whether a member's connection is WebRTC: the only one with pictures, and all that other servers have.
  func usesWebRTC(_ member: Int) -> Bool {
    guard adapter == .roost, scenario != .video else { return true }
    return switch transport {
    case .udp: false
    case .webrtc: true
    case .mix: member % 2 == 1
    }
  }

  /// Members that may have an agent of libnice's: each keeps timers and sockets on the one thread.
  static let niceMembersMax = 500

  /// Whether a member's ICE agent is libnice's.
  public func usesLibnice(_ member: Int) -> Bool {
    guard adapter == .roost, usesWebRTC(member) else { return false }
    // With `--transport mix` every other member is WebRTC: of those every other.
    let place = transport == .mix && usesWebRTC(0) == false ? member / 2 : member
    return ice == .libnice || ice == .mix && place % 2 == 1
  }

  /// One in how many packets is opened.
  ///
  /// Opening costs 0.3 to 1 µs; above 40,000 packets a second samples do.
  public var opensEvery: Int {
    verifyEvery ?? max(1, Int((deliveriesPerSecond / 40_000).rounded(.up)))
  }
}
