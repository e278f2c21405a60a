internal import Base
internal import MediaControl

/// A member of a room here whose transport is on another shard: what its frames are checked against.
///
/// Owned by the endpoint's table of remote peers. Signaling names every member of a spanning room to each of
/// its shards, so that a frame of nobody goes nowhere.
struct RemotePeer {
  let admission: PeerAdmission
  let shard: ShardID
  let room: Handle<Room>
  var permissions: MediaPermissions
  /// Its audio as it is sent on here, once a frame of it has come.
  var track: Handle<PublishedTrack>?
  /// The pictures that it publishes there.
  var videos = PeerVideos()
  /// Its place among the room's remote peers.
  var place: Int

  init(_ member: RemoteMember, room: Handle<Room>, place: Int) {
    admission = member.admission
    shard = member.shard
    self.room = room
    self.place = place
    permissions = member.admission.permissions
  }
}

/// Another shard that has members of a room: each stream that is published here crosses to it once.
///
/// There while the other shard has any member; streams cross while one of them may hear.
struct RoomLink {
  let shard: ShardID
  /// Members of the room over there.
  var members = 0
  /// How many of them may hear.
  var listeners = 0
}
