public import Base
public import MediaControl

/// Everything the media plane knows of one peer: the answer to "why is this person silent?".
public struct PeerExplanation: Hashable, Sendable {
  /// How a peer is connected.
  public enum Transport: String, Hashable, Sendable {
    /// Admitted, no transport offered yet.
    case none
    /// Discord's UDP transport.
    case voice
    /// WebRTC before its keys are agreed.
    case webRTCConnecting
    /// WebRTC with keys.
    case webRTC
  }

  /// What the peer publishes.
  public struct Publication: Hashable, Sendable {
    /// The SSRC under which the peer sends.
    public let sourceSSRC: UInt32
    /// Audio packets received.
    public let received: UInt64
    /// Audio packets lost on the way here.
    public let lost: UInt64
    /// Interarrival jitter in ticks of 1/48000 s.
    public let jitter: UInt32
    /// When the last audio packet came.
    public let lastAudio: Instant?
    /// How many members it is forwarded to.
    public let subscribers: Int
  }

  /// One stream that the peer receives.
  public struct Reception: Hashable, Sendable {
    /// Whose stream it is.
    public let publisher: PeerID
    /// Its SSRC.
    public let ssrc: UInt32
    /// Packets sent to the peer, modulo 2^32.
    public let packets: UInt32
  }

  /// The peer's admission.
  public let admission: PeerAdmission
  /// What it may do at present.
  public let permissions: MediaPermissions
  /// Its transport.
  public let transport: Transport
  /// Whether the transport is up.
  public let isConnected: Bool
  /// Where its media goes.
  public let address: SocketAddress?
  /// Addresses from which valid connectivity checks came.
  public let checkedAddresses: [SocketAddress]
  /// Why its last transport failed.
  public let lastFailure: TransportFailure?
  /// What it publishes, if it ever did.
  public let publication: Publication?
  /// What it receives, in the order in which the tracks began.
  public let receptions: [Reception]
  /// The pictures that it publishes.
  public let pictures: [PictureExplanation]
  /// What it sees of others' pictures.
  public let views: [ViewExplanation]
  /// Round-trip time from its receiver reports.
  public let roundTrip: Interval?
  /// The last fraction lost that it reported, of 256.
  public let remoteFractionLost: UInt8
  /// Drops on its account: only reasons that occurred.
  public let drops: [Drop]

  /// A reason and how often it occurred.
  public struct Drop: Hashable, Sendable {
    /// The reason.
    public let reason: DropReason
    /// How often.
    public let count: UInt32

    /// Makes a drop of its parts.
    public init(reason: DropReason, count: UInt32) {
      self.reason = reason
      self.count = count
    }
  }
}

extension Endpoint {
  /// What is known of `id`; `nil` when it is not here.
  ///
  /// For operators: O(tracks of its room).
  public func explain(_ id: PeerID) -> PeerExplanation? {
    guard let handle = peersByID[id] else { return nil }
    let room = peers[handle].room
    var receptions: [PeerExplanation.Reception] = []
    for track in rooms[room].publications where tracks[track].publisher != handle {
      guard let publisher = publisher(of: track) else { continue }
      receptions.append(
        PeerExplanation.Reception(
          publisher: publisher, ssrc: tracks[track].ssrc,
          packets: tracks[track].subscriptions[peers[handle].position].packetCount))
    }
    return PeerExplanation(
      admission: peers[handle].admission, permissions: peers[handle].permissions,
      transport: peers[handle].transport, isConnected: peers[handle].isConnected,
      address: peers[handle].egressAddress ?? peers[handle].binding,
      checkedAddresses: peers[handle].candidates.map(\.address),
      lastFailure: peers[handle].lastFailure,
      publication: peers[handle].track.map { publication($0) }, receptions: receptions,
      pictures: pictures(of: handle), views: views(of: handle), roundTrip: peers[handle].counts.roundTrip,
      remoteFractionLost: peers[handle].counts.remoteFractionLost, drops: drops(of: handle))
  }

  /// Who publishes `track`, here or on another shard.
  private func publisher(of track: Handle<PublishedTrack>) -> PeerID? {
    if let publisher = tracks[track].publisher { return peers[publisher].admission.peer }
    return tracks[track].remote.map { remotes[$0].admission.peer }
  }

  private func publication(_ track: Handle<PublishedTrack>) -> PeerExplanation.Publication {
    let reception = tracks[track].reception
    return PeerExplanation.Publication(
      sourceSSRC: tracks[track].sourceSSRC, received: reception.received, lost: reception.lost,
      jitter: reception.jitter, lastAudio: tracks[track].lastAudio,
      subscribers: tracks[track].subscriptions.count - 1)
  }

  private func drops(of peer: Handle<Peer>) -> [PeerExplanation.Drop] {
    DropReason.allCases.compactMap { reason in
      let count = peers[peer].counts.dropped(reason)
      return count > 0 ? PeerExplanation.Drop(reason: reason, count: count) : nil
    }
  }
}
