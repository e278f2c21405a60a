internal import Base
internal import MediaControl

/// What one peer shows, here or on another shard.
struct PeerVideos {
  private(set) var camera: Handle<PublishedVideo>?
  private(set) var screen: Handle<PublishedVideo>?
  private var cameraVersion: UInt64 = 0
  private var screenVersion: UInt64 = 0

  /// The picture of `source`, while it is announced.
  subscript(source: VideoSource) -> Handle<PublishedVideo>? {
    get {
      switch source {
      case .camera: camera
      case .screen: screen
      }
    }
    set {
      switch source {
      case .camera: camera = newValue
      case .screen: screen = newValue
      }
    }
  }

  /// The picture, if there is exactly one.
  var single: Handle<PublishedVideo>? {
    camera == nil || screen == nil ? camera ?? screen : nil
  }

  /// The version of the last announcement of `source`.
  func version(of source: VideoSource) -> UInt64 {
    switch source {
    case .camera: cameraVersion
    case .screen: screenVersion
    }
  }

  mutating func setVersion(_ version: UInt64, of source: VideoSource) {
    switch source {
    case .camera: cameraVersion = version
    case .screen: screenVersion = version
    }
  }
}

/// What one peer wants to see.
struct PeerWants {
  private(set) var version: UInt64 = 0
  private var others: UInt8 = 100
  private var streams: [VideoWant] = []

  /// Replaces what the peer wants.
  mutating func take(_ wants: VideoWants) {
    version = wants.version
    others = min(wants.others, 100)
    streams = Array(wants.streams.prefix(Fixed.wantsPerPeer))
  }

  /// How much of the stream `ssrc` the peer wants, 0 to 100.
  func quality(of ssrc: UInt32) -> UInt8 {
    min(streams.first { $0.ssrc == ssrc }?.quality ?? others, 100)
  }
}
