internal import Base
internal import MediaControl

/// The members of one voice channel and the tracks they publish.
///
/// Lists of handles, short and in order of arrival; the peers and tracks live in the endpoint's tables.
struct Room: ~Copyable {
  let id: RoomID
  private(set) var members: [Handle<Peer>] = []
  private(set) var publications: [Handle<PublishedTrack>] = []

  init(id: RoomID) {
    self.id = id
  }

  mutating func join(_ peer: Handle<Peer>) {
    members.append(peer)
  }

  mutating func leave(_ peer: Handle<Peer>) {
    members.removeAll { $0 == peer }
  }

  mutating func publish(_ track: Handle<PublishedTrack>) {
    publications.append(track)
  }

  mutating func unpublish(_ track: Handle<PublishedTrack>) {
    publications.removeAll { $0 == track }
  }
}
