import Base
import MediaControl
import SimulatedPeers

/// What people, networks and attackers do during a call.
extension World {
  mutating func whim() throws {
    agenda.plan(.whim, at: now + .milliseconds(Int64(20 + random.below(300))))
    let present = members.filter(\.isPresent)
    guard !present.isEmpty else { return try join(reusing: nil) }
    let member = present[random.below(present.count)]
    switch random.below(13) {
    case 0, 1: try permit(member, maySpeak: random.below(2) == 0, mayHear: member.permissions.mayHear)
    case 2, 3: try permit(member, maySpeak: member.permissions.maySpeak, mayHear: random.below(2) == 0)
    case 4: if members.count < 12 { try join(reusing: nil) }
    case 5: try leave(member)
    case 6: try comeBack()
    case 7: move(member)
    case 8: restartPlayback(member)
    case 9: try restartICE(member)
    case 10: try replay()
    case 11: try selectProtocolAgain(member)
    default: try forge(member)
    }
  }

  private mutating func permit(_ member: Member, maySpeak: Bool, mayHear: Bool) throws {
    member.permissions = MediaPermissions(
      version: member.permissions.version + 1, maySpeak: maySpeak, mayShow: true, mayHear: mayHear)
    node.permit(member.admission.peer, member.permissions, at: now, into: &outbox, events: &log)
    try takeEvents()
  }

  private mutating func leave(_ member: Member) throws {
    guard members.filter(\.isPresent).count > 2 else { return }
    member.isPresent = false
    member.isUp = false
    node.remove(member.admission.peer, at: now, into: &outbox, events: &log)
    try takeEvents()
  }

  /// Somebody who left comes back under the same SSRC and another peer id.
  private mutating func comeBack() throws {
    guard members.count < 12, let gone = members.first(where: { !$0.isPresent }) else { return }
    let ssrc = gone.admission.ssrc
    guard !members.contains(where: { $0.isPresent && $0.admission.ssrc == ssrc }) else { return }
    try join(reusing: ssrc)
  }

  /// The network gives the member another address.
  private mutating func move(_ member: Member) {
    member.addresses.append(newAddress())
    guard member.browser != nil else { return }
    member.isSettled = false
    check(member)
  }

  private mutating func restartPlayback(_ member: Member) {
    guard member.voice != nil else { return }
    member.voice?.restartPlayback()
    member.run += 1
  }

  /// A bot resumes its voice gateway session: same socket, new key, its numbers begin anew.
  private mutating func selectProtocolAgain(_ member: Member) throws {
    guard let mode = member.voice?.offer.mode else { return }
    let offer = VoiceTransportOffer(
      mode: mode, secretKey: random.octets(32), opusPayloadType: 120, videoCodecs: [])
    member.voice = try VoiceClient(
      member.admission, offer: offer, address: member.address,
      firstSequence: UInt16(truncatingIfNeeded: random.next()))
    member.run += 1
    member.firstRunOfKey = member.run
    try connect(member, .connectVoice(member.admission.peer, offer))
  }

  private mutating func restartICE(_ member: Member) throws {
    guard member.browser?.isConnected == true else { return }
    member.iceGeneration += 1
    let offer = try offer(member)
    try connect(member, .connectWebRTC(member.admission.peer, offer))
    member.browser?.restart(offer)
    check(member)
  }

  /// An attacker plays a recorded packet again, from the same address or another.
  private mutating func replay() throws {
    guard !recorded.isEmpty else { return }
    let packet = recorded[random.below(recorded.count)]
    guard given[packet.sender.admission.peer]?.contains(packet.number) == true else { return }
    // A sender that repeats nonces has no protection beyond the remembered tags; see VoiceReplayWindow.
    if packet.sender.voice?.repeatsNonce == true, packet.sender.packetsMade > packet.number + 200 { return }
    let source = random.below(2) == 0 ? packet.source : newAddress()
    let forwarded = auditor.forwarded
    try give(
      packet.octets, from: source, on: packet.sender.shard, cause: (packet.sender, packet.number, packet.run))
    guard auditor.forwarded == forwarded else {
      throw Violation(description: "a replayed packet was forwarded")
    }
  }

  /// An attacker flips a bit of a recorded packet and sends it from a member's address.
  private mutating func forge(_ member: Member) throws {
    guard !recorded.isEmpty else { return }
    let packet = recorded[random.below(recorded.count)]
    var octets = packet.octets
    guard !octets.isEmpty else { return }
    octets[random.below(octets.count)] ^= 1 << UInt8(random.below(8))
    try give(octets, from: member.address, on: member.shard, cause: nil)
  }
}
