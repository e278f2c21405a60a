import Base
import MediaControl
import Wire

/// SELECT_PROTOCOL for both transports (voice.md §5 and §6).
extension VoiceGateway {
  /// Gives a bot's transport its mode and a new key; a repeated selection is a new key.
  mutating func selectUDP(
    _ peer: PeerID, mode name: String, codecs: VoiceCodecList, at now: Instant,
    into actions: inout [VoiceAction]
  ) throws(VoiceCloseCode) {
    guard let mode = VoiceEncryptionMode(rawValue: name) else { throw .unknownEncryptionMode }
    let offer = VoiceTransportOffer(
      mode: mode, secretKey: random.octets(32),
      opusPayloadType: codecs.opusPayloadType ?? VoiceGateway.udpOpusPayloadType,
      videoCodecs: codecs.video.map(\.codec))
    tellShard(of: peer, .connectVoice(peer, offer), into: &actions)
    take(codecs, of: peer, into: &actions)
    let description = VoiceMessage.sessionDescription(offer, describing: medium(of: peer))
    send(description, to: peer, into: &actions)
    appear(peer, over: .udp, at: now, into: &actions)
  }

  /// What every bot sends Opus as (voice.md §5.3).
  private static var udpOpusPayloadType: UInt8 { 120 }

  /// Answers a browser's fragment; a repeated selection is an ICE restart or a new transport.
  mutating func selectWebRTC(
    _ peer: PeerID, fragment text: String, codecs: VoiceCodecList, at now: Instant,
    into actions: inout [VoiceAction]
  ) throws(VoiceCloseCode) {
    let fragment: WebRTCFragment
    var codecs = codecs
    do {
      fragment = try WebRTCFragment(text)
      // Who lists nothing beside the fragment says it all in there.
      if codecs == .none { codecs = VoiceCodecList(try SDPVideoFormats(text)) }
    } catch {
      throw .malformedPayload
    }
    guard let opusPayloadType = codecs.opusPayloadType ?? fragment.opusPayloadType else {
      throw .malformedPayload
    }
    // The peer's number makes the fragment unique on the node, the rest makes it hard to guess.
    let ufrag = String(peer.rawValue, radix: 36) + random.text(8, of: .ice)
    let password = random.text(32, of: .ice)
    let offer = WebRTCTransportOffer(
      localUfrag: ufrag, localPassword: password, remoteUfrag: fragment.ufrag,
      remoteFingerprint: fragment.fingerprint, opusPayloadType: opusPayloadType,
      videoCodecs: codecs.video.map(\.codec), extensions: VoiceGateway.extensions(of: fragment))
    // A node without an address or a certificate can serve nobody.
    guard
      let answer = WebRTCAnswerFragment(
        addresses: addresses(for: peer), fingerprint: configuration.node.fingerprint, ufrag: ufrag,
        password: password)
    else { throw .serverCrashed }
    tellShard(of: peer, .connectWebRTC(peer, offer), into: &actions)
    take(codecs, of: peer, into: &actions)
    let description = VoiceMessage.sessionDescription(answer.text, describing: medium(of: peer))
    send(description, to: peer, into: &actions)
    appear(peer, over: .webRTC, at: now, into: &actions)
  }

  private static func extensions(of fragment: WebRTCFragment) -> HeaderExtensionMap {
    var map = HeaderExtensionMap()
    map.audioLevel = fragment.extensionID(of: HeaderExtensionURI.audioLevel)
    map.absSendTime = fragment.extensionID(of: HeaderExtensionURI.absSendTime)
    map.transportWideCC = fragment.extensionID(of: HeaderExtensionURI.transportWideCC)
    map.mid = fragment.extensionID(of: HeaderExtensionURI.mid)
    map.rid = fragment.extensionID(of: HeaderExtensionURI.rid)
    map.repairedRid = fragment.extensionID(of: HeaderExtensionURI.repairedRid)
    map.timestampOffset = fragment.extensionID(of: HeaderExtensionURI.timestampOffset)
    map.videoOrientation = fragment.extensionID(of: HeaderExtensionURI.videoOrientation)
    map.playoutDelay = fragment.extensionID(of: HeaderExtensionURI.playoutDelay)
    map.videoContentType = fragment.extensionID(of: HeaderExtensionURI.videoContentType)
    map.videoTiming = fragment.extensionID(of: HeaderExtensionURI.videoTiming)
    map.dependencyDescriptor = fragment.extensionID(of: HeaderExtensionURI.dependencyDescriptor)
    map.videoLayersAllocation = fragment.extensionID(of: HeaderExtensionURI.videoLayersAllocation)
    return map
  }

  private mutating func appear(
    _ peer: PeerID, over transport: VoiceSession.Transport, at now: Instant,
    into actions: inout [VoiceAction]
  ) {
    let wasPresent = sessions[peer]?.isPresent == true
    sessions[peer]?.transport = transport
    if !wasPresent {
      if sessions[peer]?.codecs.video.isEmpty == false {
        // Nobody has said yet what it wants to see of this one.
        send(.mediaSinkWants(any: 100), to: peer, into: &actions)
      }
      introduce(peer, at: now, into: &actions)
    }
    republish(peer, at: now, into: &actions)
  }

  private mutating func medium(of peer: PeerID) -> VoiceMessage.Medium {
    VoiceMessage.Medium(
      videoCodec: sessions[peer]?.videoCodec ?? .h264, session: random.text(32, of: .hexadecimal))
  }
}
