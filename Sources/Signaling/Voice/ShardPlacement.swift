package import Base
package import MediaControl

/// When a room has outgrown a shard, so that its next members go to another one.
public struct SpreadPolicy: Hashable, Sendable {
  /// Members of one room on one shard.
  public var membersMax: Int
  /// Share of a processor that a shard may use before rooms of some size spread, 0 to 1.
  public var utilisationMax: Double

  /// Makes a policy of its parts.
  public init(membersMax: Int, utilisationMax: Double) {
    self.membersMax = membersMax
    self.utilisationMax = utilisationMax
  }
}

/// Decides which shard a new member's media goes to; pure, and owned by the voice gateway.
///
/// A room begins on the least loaded shard and stays there while anyone is in it, so that no packet crosses
/// threads without need. When the room has outgrown its shard (``SpreadPolicy``), new members go to the
/// least loaded other one, and the room spans both. Who is placed stays where it is. Load is the utilisation
/// that the shard published last, with a little added for each member placed since: a storm of joins does
/// not wait for the next figure. Between equal loads the number of members decides, then the lower id, so
/// that equal histories place alike.
package struct ShardPlacement: Sendable {
  /// Why a member came to its shard.
  package enum Reason: Int, CaseIterable, Sendable {
    /// First of its room: the least loaded shard.
    case roomBegins
    /// The room is there and has not outgrown the shard.
    case roomIsHere
    /// The room has too many members on each of its shards.
    case outgrewMembers
    /// The room's shards are too busy to take more of a room of this size.
    case outgrewUtilisation
    /// The room has outgrown every shard, or no other is less busy: the one of its shards with fewest members.
    case nowhereBetter
  }

  /// Where a member goes.
  package struct Decision: Hashable, Sendable {
    /// Its shard.
    package let shard: ShardID
    /// Why there.
    package let reason: Reason
  }

  /// What one shard carries, as placement sees it.
  package struct Shard: Hashable, Sendable {
    /// The share of a processor that it published last.
    package fileprivate(set) var utilisation = 0.0
    /// Members that were placed since that was published.
    fileprivate var placedSince = 0
    /// Members at present.
    package fileprivate(set) var members = 0
    /// Rooms at present that have members here.
    package fileprivate(set) var rooms = 0

    fileprivate var load: Double {
      utilisation + Double(placedSince) * VoiceLimits.memberLoad
    }
  }

  /// One room's members on one shard.
  private struct Share {
    let shard: ShardID
    var members: Int
  }

  /// The shards, by their ids.
  package private(set) var shards: [Shard]
  /// How often each ``Reason`` decided, by its raw value.
  package private(set) var decisions = [UInt64](repeating: 0, count: Reason.allCases.count)
  private let policy: SpreadPolicy
  /// The shards of each room, in the order in which it came to them.
  private var rooms: [Snowflake: [Share]] = [:]

  /// Makes a placement over `shards` idle shards.
  package init(shards: Int, policy: SpreadPolicy) {
    self.shards = [Shard](repeating: Shard(), count: max(shards, 1))
    self.policy = policy
  }

  /// Rooms that have members on more than one shard.
  package var spanningRooms: Int { rooms.values.count { $0.count > 1 } }

  /// Takes the newest published utilisations, one a shard.
  package mutating func observe(utilisations: [Double]) {
    for (index, utilisation) in utilisations.enumerated() where index < shards.count {
      // The same figure as before is most likely the same publication: those placed since still count.
      guard utilisation != shards[index].utilisation else { continue }
      shards[index].utilisation = utilisation
      shards[index].placedSince = 0
    }
  }

  /// Places one more member of `room`.
  package mutating func place(in room: Snowflake) -> Decision {
    let decision = decide(rooms[room] ?? [])
    decisions[decision.reason.rawValue] &+= 1
    let index = Int(decision.shard.rawValue)
    shards[index].members += 1
    shards[index].placedSince += 1
    if let share = rooms[room]?.firstIndex(where: { $0.shard == decision.shard }) {
      rooms[room]?[share].members += 1
    } else {
      rooms[room, default: []].append(Share(shard: decision.shard, members: 1))
      shards[index].rooms += 1
    }
    return decision
  }

  /// Takes one member of `room` off `shard`; whether it was the room's last one there.
  package mutating func leave(_ room: Snowflake, _ shard: ShardID) -> Bool {
    guard let share = rooms[room]?.firstIndex(where: { $0.shard == shard }) else { return false }
    let index = Int(shard.rawValue)
    shards[index].members -= 1
    rooms[room]?[share].members -= 1
    guard rooms[room]?[share].members == 0 else { return false }
    shards[index].rooms -= 1
    rooms[room]?.remove(at: share)
    if rooms[room]?.isEmpty == true { rooms[room] = nil }
    return true
  }

  /// The shards that have members of `room`, in the order in which it came to them.
  package func shards(of room: Snowflake) -> [ShardID] {
    rooms[room]?.map(\.shard) ?? []
  }

  private func decide(_ shares: [Share]) -> Decision {
    guard !shares.isEmpty else {
      return Decision(shard: leastLoaded { _ in true } ?? ShardID(rawValue: 0), reason: .roomBegins)
    }
    let open = shares.filter { outgrowth($0) == nil }
    if let shard = leastLoaded({ shard in open.contains { $0.shard == shard } }) {
      return Decision(shard: shard, reason: .roomIsHere)
    }
    // By members only when no share is left that is merely busy: there, an idler shard has to be found.
    let isFull = shares.allSatisfy { outgrowth($0) == .outgrewMembers }
    let reason: Reason = isFull ? .outgrewMembers : .outgrewUtilisation
    let bound = shares.map { load(of: $0.shard) }.min() ?? 0
    let other = leastLoaded { shard in !shares.contains { $0.shard == shard } }
    if let other, isFull || load(of: other) < bound { return Decision(shard: other, reason: reason) }
    let least = shares.min { $0.members < $1.members }
    return Decision(shard: least?.shard ?? ShardID(rawValue: 0), reason: .nowhereBetter)
  }

  /// Why the room may have no further member where `share` is; `nil` when it may.
  private func outgrowth(_ share: Share) -> Reason? {
    if share.members >= policy.membersMax { return .outgrewMembers }
    // Moving the newcomers of a small room would relieve nobody.
    guard share.members >= VoiceLimits.spreadMembersMin else { return nil }
    return shards[Int(share.shard.rawValue)].load >= policy.utilisationMax ? .outgrewUtilisation : nil
  }

  private func leastLoaded(_ isEligible: (ShardID) -> Bool) -> ShardID? {
    let eligible = shards.indices.map { ShardID(rawValue: UInt8($0)) }.filter(isEligible)
    return eligible.min { one, other in
      let (first, second) = (shards[Int(one.rawValue)], shards[Int(other.rawValue)])
      return (load(of: one), first.members, one.rawValue) < (load(of: other), second.members, other.rawValue)
    }
  }

  /// A load in steps, because smaller differences are noise.
  private func load(of shard: ShardID) -> Int {
    Int(shards[Int(shard.rawValue)].load / VoiceLimits.loadStep)
  }
}
