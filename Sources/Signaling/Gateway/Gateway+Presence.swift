import Base
import ChatCore
import JSON

/// Who is online: an account is while it has a session, also one that waits for a RESUME.
extension Gateway {
  /// The members of a guild that are not offline, for a session that may know.
  func presences(in snapshot: GuildSnapshot, for handle: Handle<GatewaySession>) -> [Presence] {
    guard sessions[handle].intents.contains(.guildPresences) else { return [] }
    return snapshot.members.compactMap { member in
      statuses[member.user.id].map { Presence(user: member.user.id, status: $0) }
    }
  }

  /// Looks at what the account's sessions say and tells the guilds when that changed.
  mutating func presenceChanged(
    of user: Snowflake, guilds former: [Snowflake] = [], at now: Moment, into actions: inout GatewayActions
  ) {
    let own = accounts[user] ?? []
    let status = own.map { sessions[$0].status }.max { $0.rank < $1.rank } ?? .offline
    guard status != statuses[user] ?? .offline else { return }
    statuses[user] = status == .offline ? nil : status
    let guilds = own.first.map { sessions[$0].guilds.union(former).sorted() } ?? former
    for guild in guilds {
      let event = EncodedEvent("PRESENCE_UPDATE") {
        $0.presence(Presence(user: user, status: status), guild: guild)
      }
      for handle in subscribers[guild] ?? []
      where sessions[handle].intents.contains(.guildPresences) && sessions[handle].user != user {
        deliver(event, to: handle, at: now, into: &actions)
      }
    }
  }
}

extension Presence.Status {
  /// Of several sessions, the most present one counts.
  fileprivate var rank: Int {
    switch self {
    case .offline: 0
    case .idle: 1
    case .dnd: 2
    case .online: 3
    }
  }
}
