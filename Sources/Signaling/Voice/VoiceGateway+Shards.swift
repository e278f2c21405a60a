import Base
import MediaControl

/// Which shard is told what, and which of its addresses a client is told.
extension VoiceGateway {
  /// Takes the share of a processor that each shard of the node has last published.
  public mutating func observe(utilisations: [Double]) {
    placement.observe(utilisations: utilisations)
  }

  /// Commands the shard that holds the media of `peer`.
  mutating func tellShard(of peer: PeerID, _ command: MediaCommand, into actions: inout [VoiceAction]) {
    guard let shard = sessions[peer]?.shard else { return }
    actions.append(.media(shard, command))
  }

  /// Commands every shard that has members of the room of `channel`.
  mutating func tellShards(
    ofRoom channel: Snowflake, _ command: MediaCommand, into actions: inout [VoiceAction]
  ) {
    for shard in placement.shards(of: channel) { actions.append(.media(shard, command)) }
  }

  /// Admits a session that was placed just now, and tells the room's shards of each other's members.
  ///
  /// The others hear of it before its client has a transport, so that no frame of it finds nobody there. A
  /// shard that the room comes to is told of all members and of what they show.
  mutating func admit(_ session: VoiceSession, into actions: inout [VoiceAction]) {
    let channel = session.seat.channel
    let admission = admission(of: session)
    actions.append(.media(session.shard, .admit(admission)))
    let others = placement.shards(of: channel).filter { $0 != session.shard }
    guard !others.isEmpty else { return }
    let newcomer = RemoteMember(shard: session.shard, admission: admission)
    for shard in others { actions.append(.media(shard, .admitRemote([newcomer]))) }
    let members = (rooms[channel] ?? []).compactMap { sessions[$0] }
    guard !members.contains(where: { $0.shard == session.shard && $0.peer != session.peer }) else { return }
    var roster: [RemoteMember] = []
    for member in members where member.shard != session.shard {
      roster.append(RemoteMember(shard: member.shard, admission: self.admission(of: member)))
    }
    actions.append(.media(session.shard, .admitRemote(roster)))
    for member in members where member.shard != session.shard {
      for publication in publications(of: member) {
        actions.append(.media(session.shard, .publishVideo(member.peer, publication)))
      }
    }
  }

  private mutating func admission(of session: VoiceSession) -> PeerAdmission {
    PeerAdmission(
      peer: session.peer, room: RoomID(channel: session.seat.channel), user: session.seat.user,
      ssrc: session.ssrc, permissions: session.standing.permissions(version: nextPermissionVersion()))
  }

  /// Ends the media of a session on every shard of its room, and the room on a shard that has nobody left.
  mutating func removeMedia(of session: VoiceSession, into actions: inout [VoiceAction]) {
    let channel = session.seat.channel
    let spans = placement.shards(of: channel).count > 1
    tellShards(ofRoom: channel, .remove(session.peer), into: &actions)
    let isLast = placement.leave(channel, session.shard)
    if isLast && spans { actions.append(.media(session.shard, .closeRoom(RoomID(channel: channel)))) }
  }

  /// What the candidates of a browser's answer name.
  func addresses(for peer: PeerID) -> [SocketAddress] {
    sessions[peer].map { configuration.node.addresses(of: $0.shard) } ?? []
  }

  /// What READY names: Discord's clients use IPv4 where there is any.
  func announcedAddress(for peer: PeerID) -> SocketAddress {
    let addresses = addresses(for: peer)
    return addresses.first { $0.ip.isV4 } ?? addresses.first ?? SocketAddress(ip: .loopbackV4, port: 0)
  }
}
