import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers
import Wire

/// A browser that watches one picture.
final class Viewer {
  var client: WebRTCClient
  var receiver: VideoReceiver
  /// Packets to be lost on the way to it: by index of its stream.
  var loses: (UInt64) -> Bool = { _ in false }
  /// Compound packets that came, and when.
  var reports: [(at: Instant, compound: [UInt8])] = []
  /// The timestamp of the last packet of audio.
  var lastAudio: UInt32?

  init(_ client: consuming WebRTCClient, of ssrc: UInt32, codec: VideoCodec) {
    self.client = client
    receiver = VideoReceiver(ssrc: ssrc, codec: codec)
  }

  var peer: PeerID { client.admission.peer }
}

/// A browser that shows synthetic simulcast, and others that watch it, all on one stage.
struct Cinema: ~Copyable {
  static let vp8 = VideoCodec(
    name: .vp8, payloadType: 96, rtxPayloadType: 97, feedback: [.nack, .pli, .fir])
  static let repeatingVP8 = VideoCodec(
    name: .vp8, payloadType: 100, rtxPayloadType: nil, feedback: [.nack, .pli])

  var stage: Stage
  var publisher: WebRTCClient
  var layers: [VideoLayerSender]
  var viewers: [Viewer] = []
  /// Whether the publisher does what it is asked.
  var isObedient = true
  var requests: [PublisherRequests] = []
  private var version: UInt64 = 0
  /// Datagrams that went to no viewer and not to the publisher.
  var strays: [Datagram] = []
  /// Uplink packets to be lost: by layer and sequence number.
  var loses: (UInt8, UInt16) -> Bool = { _, _ in false }

  init(
    layers count: Int, viewers viewerCount: Int, codec: VideoCodec = Cinema.vp8, isNamed: Bool = false,
    _ configuration: EndpointConfiguration = EndpointConfiguration(), seed: UInt64 = 1
  ) throws {
    var random = SeededRandom(seed: seed)
    var stage = try Stage(configuration)
    let publisher = try stage.connectedBrowser(1, videoCodecs: [Cinema.vp8])
    let ssrc = VideoSource.camera.ssrc(after: publisher.admission.ssrc)
    var viewers: [Viewer] = []
    for number in 0..<viewerCount {
      let client = try stage.connectedBrowser(UInt64(2 + number), videoCodecs: [codec])
      viewers.append(Viewer(client, of: ssrc, codec: codec))
    }
    layers = (0..<count).map { layer in
      VideoLayerSender(
        layer: UInt8(layer), ssrc: 0xCA00_0000 + UInt32(layer) * 2, rtxSSRC: 0xCA00_0001 + UInt32(layer) * 2,
        rid: isNamed ? "r\(layer)" : nil, codec: Cinema.vp8, random: &random)
    }
    self.viewers = viewers
    self.stage = stage
    self.publisher = publisher
  }

  /// The SSRC under which everybody gets the picture.
  var ssrc: UInt32 { VideoSource.camera.ssrc(after: publisher.admission.ssrc) }

  /// Another viewer comes.
  mutating func watch(_ number: UInt64, codec: VideoCodec) throws {
    let client = try stage.connectedBrowser(number, videoCodecs: [codec])
    viewers.append(Viewer(client, of: ssrc, codec: codec))
  }

  /// Qualities of the layers, from the least to the best: 100 / count each.
  func quality(_ layer: Int) -> UInt8 { UInt8(100 * (layer + 1) / layers.count) }

  /// What the publisher sends, all of it active.
  var announcement: [VideoLayer] {
    layers.indices.map { layers[$0].announcement(quality: quality($0)) }
  }

  /// The publisher says what it sends.
  mutating func announce(active: (Int) -> Bool = { _ in true }) {
    version += 1
    let announced = layers.indices.map { layers[$0].announcement(quality: quality($0), isActive: active($0)) }
    stage.perform(
      .publishVideo(
        publisher.admission.peer, VideoPublication(version: version, source: .camera, layers: announced)))
  }

  mutating func endPublication() {
    version += 1
    stage.perform(
      .publishVideo(publisher.admission.peer, VideoPublication(version: version, source: .camera, layers: []))
    )
  }

  mutating func want(_ viewer: Viewer, _ quality: UInt8) {
    version += 1
    stage.perform(
      .wantVideo(
        viewer.peer,
        VideoWants(version: version, others: 100, streams: [VideoWant(ssrc: ssrc, quality: quality)])))
  }

  /// Every layer in `sending` sends a frame; then 33 ms pass.
  mutating func play(_ frames: Int, sending: ((Int) -> Bool)? = nil, packets: Int = 3) {
    for _ in 0..<frames {
      for layer in layers.indices where sending?(layer) ?? true {
        for packet in layers[layer].frame(packets: packets, size: 200 + 100 * layer) {
          guard !loses(UInt8(layer), packet.fields.sequenceNumber) else { continue }
          send(packet)
        }
      }
      pass(.milliseconds(33))
    }
  }

  /// The publisher sends one packet.
  mutating func send(_ packet: VideoPacket) {
    dispatch(stage.receive(publisher.show(packet), from: publisher.address))
  }

  /// Time passes; requests reach the publisher.
  mutating func pass(_ interval: Interval) {
    dispatch(stage.wait(interval))
  }

  /// A viewer sends RTCP.
  mutating func feedback(_ compound: [UInt8], from viewer: Viewer) {
    dispatch(stage.receive(viewer.client.sealReport(compound), from: viewer.client.address))
  }

  /// A viewer asks for everything that it misses.
  mutating func nack(_ viewer: Viewer) {
    let missing = viewer.receiver.missing()
    guard !missing.isEmpty else { return }
    feedback(ViewerFeedback.nack(missing, of: ssrc, from: viewer.client.ssrc), from: viewer)
  }

  private mutating func dispatch(_ datagrams: [Datagram]) {
    for datagram in datagrams {
      if datagram.address == publisher.address {
        guard case .report(let compound) = publisher.receive(datagram.octets, at: stage.now) else { continue }
        obey(PublisherRequests(compound))
      } else if let viewer = viewers.first(where: { $0.client.address == datagram.address }) {
        deliver(datagram, to: viewer)
      } else {
        strays.append(datagram)
      }
    }
  }

  private func deliver(_ datagram: Datagram, to viewer: Viewer) {
    // What is lost on the way is lost before it is opened.
    if let header = try? RTPHeader(datagram.octets.span), header.ssrc == ssrc,
      DatagramKind.classify(datagram.octets.span) == .rtp, viewer.loses(UInt64(header.sequenceNumber))
    {
      return
    }
    guard case .audio(let heard, let index) = viewer.client.receive(datagram.octets, at: stage.now) else {
      return
    }
    _ = viewer.receiver.receive(heard, index: index)
  }

  private mutating func obey(_ asked: PublisherRequests) {
    if !asked.lost.isEmpty || !asked.keyFrames.isEmpty { requests.append(asked) }
    guard isObedient else { return }
    for layer in layers.indices {
      if asked.keyFrames.contains(layers[layer].ssrc) { layers[layer].isKeyFrameDue = true }
      for lost in asked.lost[layers[layer].ssrc] ?? [] {
        if let packet = layers[layer].retransmission(of: lost) { send(packet) }
      }
    }
  }
}
