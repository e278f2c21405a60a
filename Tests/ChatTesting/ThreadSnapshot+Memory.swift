public import Base
import ChatCore

/// What a ``MemoryStore`` knows of threads.
extension MemoryDisk {
  /// Whether a user follows a thread, as it is kept.
  public func isThreadMember(_ thread: Snowflake, _ user: Snowflake) -> Bool {
    tables.snapshot.threadMembers.contains { $0.threadID == thread && $0.userID == user }
  }
}

extension Tables {
  mutating func apply(_ write: ThreadWrite) {
    switch write {
    case .member(let member):
      snapshot.threadMembers.removeAll { $0.threadID == member.threadID && $0.userID == member.userID }
      snapshot.threadMembers.append(member)
      snapshot.threadMembers.sort { ($0.threadID, $0.userID) < ($1.threadID, $1.userID) }
    case .deleteMember(let thread, let user):
      snapshot.threadMembers.removeAll { $0.threadID == thread && $0.userID == user }
    case .newest(let channel, let thread):
      change(channel) { $0.lastMessageID = thread }
    }
  }

  mutating func change(_ id: Snowflake, _ body: (inout Channel) -> Void) {
    for index in snapshot.channels.indices where snapshot.channels[index].id == id {
      body(&snapshot.channels[index])
    }
  }
}
