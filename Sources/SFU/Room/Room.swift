internal import Base
internal import MediaControl

/// The members of one voice channel, what they publish, and how far it has been sent.
///
/// Lists of handles; peers, tracks and videos live in the endpoint's tables. `members` and the `subscriptions`
/// of every track and video are parallel: row `p` of each is what `members[p]` receives of it. A member's row
/// of its own exists and is never used. Rows change together, by ``RowRemoval``. Members whose media is on other
/// shards have no rows: tracks cross to their shards once, over ``links``.
struct Room: ~Copyable {
  let id: RoomID
  private(set) var members: [Handle<Peer>] = []
  private(set) var publications: [Handle<PublishedTrack>] = []
  private(set) var videos: [Handle<PublishedVideo>] = []

  /// Members whose transports are on other shards.
  private(set) var remotes: [Handle<RemotePeer>] = []
  /// Those shards; parallel to ``PublishedTrack/relays`` of every track that is published here.
  private(set) var links: [RoomLink] = []

  /// Frames that wait to be sent to the members.
  var staged = StagedChain()
  /// How many of `staged`, from the first on, are being sent; 0 between two rounds.
  var roundCount = 0
  /// Members, from the first on, that have got the round's frames.
  var served = 0
  /// The room whose turn comes after this one's, while frames wait here.
  var successor: Handle<Room>?

  init(id: RoomID) {
    self.id = id
  }

  mutating func join(_ peer: Handle<Peer>) {
    members.append(peer)
  }

  /// How the row of the member at `position` goes, in each parallel array.
  func removal(at position: Int) -> RowRemoval {
    RowRemoval(position: position, served: served)
  }

  /// Takes a member out; the members at the removal's `position` and `hole` are others now.
  mutating func leave(_ removal: RowRemoval) {
    _ = removal.apply(to: &members)
    if removal.position < served { served -= 1 }
  }

  /// Takes in a member on `shard`; whether it is the first one there.
  mutating func link(_ remote: Handle<RemotePeer>, to shard: ShardID) -> Bool {
    remotes.append(remote)
    if let position = links.firstIndex(where: { $0.shard == shard }) {
      links[position].members += 1
      return false
    }
    links.append(RoomLink(shard: shard, members: 1))
    return true
  }

  /// Takes out the remote member at `place`, which the last one fills; where the link was that ended with it.
  mutating func unlink(at place: Int, from shard: ShardID) -> Int? {
    let last = remotes.removeLast()
    if place < remotes.count { remotes[place] = last }
    guard let position = links.firstIndex(where: { $0.shard == shard }) else { return nil }
    links[position].members -= 1
    guard links[position].members == 0 else { return nil }
    links.remove(at: position)
    return position
  }

  /// Members on `shard` may hear from now on, or no longer.
  mutating func countListeners(on shard: ShardID, _ change: Int) {
    guard let position = links.firstIndex(where: { $0.shard == shard }) else { return }
    links[position].listeners += change
  }

  mutating func publish(_ track: Handle<PublishedTrack>) {
    publications.append(track)
  }

  mutating func unpublish(_ track: Handle<PublishedTrack>) {
    publications.removeAll { $0 == track }
  }

  mutating func publish(_ video: Handle<PublishedVideo>) {
    videos.append(video)
  }

  mutating func unpublish(_ video: Handle<PublishedVideo>) {
    videos.removeAll { $0 == video }
  }
}

/// The removal of one row, O(1), that keeps the rows that were served before those that were not.
///
/// ```
///   a b c│d e f g   b leaves, three are served     a b c│d e f g   e leaves
///   a c│g d e f     c fills the hole, g c's place  a b c│d g f     g fills the hole
/// ```
struct RowRemoval {
  let position: Int
  /// Rows from the first on that were served in the round in progress.
  let served: Int

  /// Where the last row goes.
  var hole: Int { position < served ? served - 1 : position }

  /// Removes the row from one of the parallel arrays and gives it back.
  func apply<Row>(to rows: inout [Row]) -> Row {
    let row = rows[position]
    let hole = hole
    rows[position] = rows[hole]
    let last = rows.removeLast()
    if hole < rows.count { rows[hole] = last }
    return row
  }
}
