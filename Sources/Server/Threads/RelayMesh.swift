internal import Base
internal import MediaControl
package import Net

/// The ways between the shards of this node: a ring for each ordered pair, and a bell for each shard.
///
/// Made before the threads start; each shard takes its ends, once.
package struct RelayMesh: Sendable {
  /// One a shard, for those who bring it frames.
  let bells: [SleepBell]
  /// From shard to shard, row by row; none from a shard to itself.
  private let rings: [RelayRing?]

  /// Makes the mesh of the shards that wait for `wakes`.
  package init(wakes: [WakeDescriptor]) {
    bells = wakes.map { SleepBell($0) }
    rings = wakes.indices.flatMap { from in
      wakes.indices.map { to in from == to ? nil : RelayRing(capacity: Limits.relayOctets) }
    }
  }

  /// The ends of the rings from and to `shard`.
  package func ends(of shard: Int) -> ShardRelays {
    var writers = Slab<RelayWriter>(capacity: bells.count)
    var readers = Slab<RelayReader>(capacity: bells.count)
    // A new slab fills its slots in order, so that slots and the other shards' ids agree.
    var others: [ShardID] = []
    for other in bells.indices {
      guard let out = rings[shard * bells.count + other], let back = rings[other * bells.count + shard]
      else { continue }
      others.append(ShardID(rawValue: UInt8(truncatingIfNeeded: other)))
      _ = writers.insert(RelayWriter(out, bell: bells[other]))
      _ = readers.insert(RelayReader(back))
    }
    return ShardRelays(
      writers: RelayWriters(shard: shard, writers), readers: RelayReaders(others, readers),
      bell: bells[shard])
  }
}

/// A shard's ends of the mesh.
package struct ShardRelays: ~Copyable {
  let writers: RelayWriters
  let readers: RelayReaders
  let bell: SleepBell
}

/// A shard's ways to the others.
struct RelayWriters: ~Copyable {
  private let shard: Int
  private var writers: Slab<RelayWriter>

  fileprivate init(shard: Int, _ writers: consuming Slab<RelayWriter>) {
    self.shard = shard
    self.writers = writers
  }

  /// Offers a slot for a frame to `other`; false when there is no room, or no such shard.
  mutating func write(
    to other: ShardID, origin: Instant, _ fill: (inout MutableSpan<UInt8>) -> Int
  ) -> Bool {
    let id = Int(other.rawValue)
    guard id != shard, let writer = writers.handle(at: id < shard ? id : id - 1) else { return false }
    return writers[writer].write(origin: origin, fill)
  }
}

/// A shard's ways from the others.
struct RelayReaders: ~Copyable {
  /// Whose frames each slot brings.
  private let others: [ShardID]
  private var readers: Slab<RelayReader>

  fileprivate init(_ others: [ShardID], _ readers: consuming Slab<RelayReader>) {
    self.others = others
    self.readers = readers
  }

  /// Whether no frame waits.
  var isEmpty: Bool {
    for slot in others.indices {
      guard let reader = readers.handle(at: slot) else { continue }
      if !readers[reader].isEmpty { return false }
    }
    return true
  }

  /// Lends frames, at most `limit` of each shard; gives how many there were.
  mutating func read(limit: Int, _ body: (ShardID, Span<UInt8>, Instant) -> Void) -> Int {
    var count = 0
    for slot in others.indices {
      guard let reader = readers.handle(at: slot) else { continue }
      let other = others[slot]
      for _ in 0..<limit {
        guard readers[reader].read({ frame, origin in body(other, frame, origin) }) else { break }
        count &+= 1
      }
    }
    return count
  }
}
