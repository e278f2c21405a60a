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
