import Base
import MediaControl

/// Pictures: what members show (op 12), what they want to see (op 15), in which codec (op 4 and op 14).
extension VoiceGateway {
  /// Takes what a client says it sends; the others hear of what changes for them.
  mutating func show(
    _ peer: PeerID, _ request: VoiceVideoRequest, at now: Instant, into actions: inout [VoiceAction]
  ) {
    guard let session = sessions[peer], session.streams != request.streams else { return }
    if session.streams.isEmpty, showing(in: session.seat.channel) >= VoiceLimits.picturesMax {
      statistics.picturesRefused &+= 1
      return
    }
    sessions[peer]?.streams = request.streams
    guard session.isPresent else { return }
    publish(peer, into: &actions)
    refreshPicture(of: peer, at: now, into: &actions)
  }

  /// Takes what a client wants to see.
  mutating func want(_ peer: PeerID, _ request: VoiceWantsRequest, into actions: inout [VoiceAction]) {
    guard sessions[peer]?.wants != request else { return }
    sessions[peer]?.wants = request
    if sessions[peer]?.isPresent == true { forwardWants(of: peer, into: &actions) }
  }

  /// Tells the media plane, which has a new transport of `peer`, what it sends and wants.
  mutating func republish(_ peer: PeerID, at now: Instant, into actions: inout [VoiceAction]) {
    publish(peer, into: &actions)
    forwardWants(of: peer, into: &actions)
    refreshPicture(of: peer, at: now, into: &actions)
  }

  /// Tells the others what of the member's pictures they can see now.
  mutating func refreshPicture(of peer: PeerID, at now: Instant, into actions: inout [VoiceAction]) {
    guard let session = sessions[peer], session.isPresent else { return }
    let picture = session.standing.mayShow ? VoicePicture(owned(session)) : .none
    guard picture != session.picture else { return }
    sessions[peer]?.picture = picture
    guard let session = sessions[peer] else { return }
    tellOthers(of: peer, .video(of: session), at: now, into: &actions)
  }

  private func showing(in channel: Snowflake) -> Int {
    (rooms[channel] ?? []).count { sessions[$0]?.streams.isEmpty == false }
  }

  /// The streams that are the member's to send: over UDP, those under the SSRCs of its READY.
  ///
  /// A browser chooses its own, and the media plane binds them to its connection.
  private func owned(_ session: VoiceSession) -> [VoiceStream] {
    guard case .udp = session.transport else { return session.streams }
    return session.streams.filter { stream in
      guard let ssrc = stream.layer.sourceSSRC, ssrc != session.ssrc else { return false }
      return ssrc & ~VoiceSession.blockMask == session.ssrc
        && (stream.layer.rtxSSRC ?? ssrc) & ~VoiceSession.blockMask == session.ssrc
    }
  }

  private mutating func publish(_ peer: PeerID, into actions: inout [VoiceAction]) {
    guard let session = sessions[peer] else { return }
    for source in VideoSource.allCases {
      let layers = layers(of: source, session)
      guard !layers.isEmpty || session.published.contains(source) else { continue }
      sessions[peer]?.videoVersion &+= 1
      sessions[peer]?.published.removeAll { $0 == source }
      if !layers.isEmpty { sessions[peer]?.published.append(source) }
      let version = sessions[peer]?.videoVersion ?? 0
      let publication = VideoPublication(version: version, source: source, layers: layers)
      tellShards(ofRoom: session.seat.channel, .publishVideo(peer, publication), into: &actions)
    }
  }

  /// What the media plane was told last of the member's pictures, for a shard that the room comes to.
  func publications(of session: VoiceSession) -> [VideoPublication] {
    session.published.map {
      VideoPublication(version: session.videoVersion, source: $0, layers: layers(of: $0, session))
    }
  }

  private func layers(of source: VideoSource, _ session: VoiceSession) -> [VideoLayer] {
    owned(session).filter { $0.source == source }.map(\.layer)
  }

  private mutating func forwardWants(of peer: PeerID, into actions: inout [VoiceAction]) {
    guard let wants = sessions[peer]?.wants else { return }
    sessions[peer]?.videoVersion &+= 1
    var streams: [VideoWant] = []
    for want in wants.streams where isVideo(want.ssrc) && streams.count < VoiceLimits.forwardedWantsMax {
      streams.append(want)
    }
    let wanted = VideoWants(
      version: sessions[peer]?.videoVersion ?? 0, others: wants.others, streams: streams)
    tellShard(of: peer, .wantVideo(peer, wanted), into: &actions)
  }

  /// Whether somebody's pictures could be received under `ssrc`.
  private func isVideo(_ ssrc: UInt32) -> Bool {
    let audio = ssrc & ~VoiceSession.blockMask
    return ssrcs.contains(audio) && VideoSource.allCases.contains { $0.ssrc(after: audio) == ssrc }
  }
}

/// In which codec each member of a channel shows its pictures.
extension VoiceGateway {
  /// Takes a client's codecs; members for whom that changes the choice learn it by op 14.
  mutating func take(_ codecs: VoiceCodecList, of peer: PeerID, into actions: inout [VoiceAction]) {
    guard let session = sessions[peer] else { return }
    let channel = session.seat.channel
    let before = codecTallies[channel]?.common ?? []
    codecTallies[channel]?.remove(session.codecs)
    codecTallies[channel, default: VoiceCodecTally()].add(codecs)
    let choice = videoCodec(for: codecs, in: channel)
    sessions[peer]?.codecs = codecs
    sessions[peer]?.videoCodec = choice
    spread(in: channel, unlessStill: before, but: peer, into: &actions)
  }

  /// Forgets the codecs of somebody who has gone.
  mutating func forgetCodecs(of session: VoiceSession, into actions: inout [VoiceAction]) {
    let channel = session.seat.channel
    guard let before = codecTallies[channel]?.common else { return }
    codecTallies[channel]?.remove(session.codecs)
    if codecTallies[channel]?.isEmpty == true { codecTallies[channel] = nil }
    spread(in: channel, unlessStill: before, but: session.peer, into: &actions)
  }

  private mutating func spread(
    in channel: Snowflake, unlessStill before: [VideoCodecName], but peer: PeerID,
    into actions: inout [VoiceAction]
  ) {
    guard let common = codecTallies[channel]?.common, common != before else { return }
    for member in rooms[channel] ?? [] where member != peer {
      guard let session = sessions[member], !session.codecs.video.isEmpty else { continue }
      let choice = videoCodec(for: session.codecs, in: channel)
      guard choice != session.videoCodec else { continue }
      sessions[member]?.videoCodec = choice
      send(.sessionUpdate(videoCodec: choice), to: member, into: &actions)
    }
  }

  /// The sender's favourite of those that everybody decodes, else its favourite, else Discord's default.
  private func videoCodec(for codecs: VoiceCodecList, in channel: Snowflake) -> VideoCodecName {
    let common = codecTallies[channel]?.common ?? []
    let own = codecs.video.lazy.filter(\.canEncode).map(\.codec.name)
    return own.first { common.contains($0) } ?? own.first ?? .h264
  }
}

/// How many members of a channel decode which codec, so that a join need not ask them all.
///
/// Who lists no video codec receives none and has no say.
struct VoiceCodecTally {
  private var members = 0
  private var decoders = [Int](repeating: 0, count: VideoCodecName.allCases.count)

  var isEmpty: Bool { members == 0 }

  /// The codecs that all of them decode.
  var common: [VideoCodecName] {
    guard members > 0 else { return [] }
    return zip(VideoCodecName.allCases, decoders).filter { $0.1 == members }.map(\.0)
  }

  mutating func add(_ codecs: VoiceCodecList) { change(codecs, by: 1) }

  mutating func remove(_ codecs: VoiceCodecList) { change(codecs, by: -1) }

  private mutating func change(_ codecs: VoiceCodecList, by amount: Int) {
    guard !codecs.video.isEmpty else { return }
    members += amount
    for (index, name) in VideoCodecName.allCases.enumerated()
    where codecs.video.contains(where: { $0.codec.name == name && $0.canDecode }) {
      decoders[index] += amount
    }
  }
}
