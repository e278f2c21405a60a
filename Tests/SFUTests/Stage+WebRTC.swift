import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers

extension Stage {
  /// What signaling would make of a browser's offer.
  static func offer(
    _ number: UInt64, generation: Int = 0, fingerprint: [UInt8]? = nil, videoCodecs: [VideoCodec] = []
  ) throws -> WebRTCTransportOffer {
    var extensions = HeaderExtensionMap()
    // A different id for each client, so that mapping shows.
    extensions.audioLevel = UInt8(1 + number % 14)
    if !videoCodecs.isEmpty {
      // All ids differ, those of the orientation also between clients.
      extensions.audioLevel = 1
      extensions.rid = 10
      extensions.repairedRid = 11
      extensions.videoOrientation = UInt8(2 + number % 4)
    }
    return WebRTCTransportOffer(
      localUfrag: "server\(number)g\(generation)", localPassword: "password-of-22-octets-\(number)",
      remoteUfrag: "client\(number)",
      remoteFingerprint: try fingerprint ?? Identity.client(SRTPProfile.allCases).fingerprint,
      opusPayloadType: 111, videoCodecs: videoCodecs, extensions: extensions)
  }

  /// Admits a browser and gives it a transport; nothing is exchanged yet.
  mutating func browser(
    _ number: UInt64, room: RoomID = Stage.room, context: DTLSContext? = nil,
    profiles: [SRTPProfile] = [.aeadAES128GCM], videoCodecs: [VideoCodec] = []
  ) throws -> WebRTCClient {
    let admission = Stage.admission(number, room: room)
    let offer = try Stage.offer(number, videoCodecs: videoCodecs)
    perform(.admit(admission))
    perform(.connectWebRTC(admission.peer, offer))
    return try WebRTCClient(
      admission, offer: offer, context: context ?? Identity.client(profiles),
      address: Stage.address(number), ssrc: 0xB000_0000 + UInt32(number), firstSequence: 100, at: now)
  }

  /// Exchanges handshake datagrams until both ends are silent.
  mutating func handshake(_ client: inout WebRTCClient) {
    var toServer = client.handshakeDatagrams()
    while !toServer.isEmpty {
      var toClient: [Datagram] = []
      for datagram in toServer { toClient += receive(datagram, from: client.address) }
      for datagram in toClient { _ = client.receive(datagram.octets, at: now) }
      toServer = client.handshakeDatagrams()
    }
  }

  /// A browser that is connected.
  mutating func connectedBrowser(
    _ number: UInt64, room: RoomID = Stage.room, profiles: [SRTPProfile] = [.aeadAES128GCM],
    videoCodecs: [VideoCodec] = []
  ) throws -> WebRTCClient {
    var client = try browser(number, room: room, profiles: profiles, videoCodecs: videoCodecs)
    receive(client.check(isNominating: true), from: client.address)
    handshake(&client)
    return client
  }
}
