import Base
import ChatCore

/// Threads: rows beside those of `channels`.
extension SQLiteStore {
  mutating func apply(_ write: ThreadWrite) throws(StoreError) {
    switch write {
    case .member(let member):
      try database.run(
        .putThreadMember,
        [
          .id(member.threadID), .id(member.userID), .id(member.guildID), .time(member.joinedAt),
          .number(member.flags),
        ])
    case .deleteMember(let thread, let user):
      try database.run(.deleteThreadMember, [.id(thread), .id(user)])
    case .newest(let channel, let thread):
      try database.run(.setLastMessage, [.id(channel), .id(thread)])
    }
  }

  /// What a channel has as a thread, or as a place for threads.
  mutating func putThread(_ channel: Channel) throws(StoreError) {
    guard let thread = channel.thread else {
      if let text = ThreadSettingsCoding.text(channel) {
        try database.run(.putThreadSettings, [.id(channel.id), .text(text)])
      } else if channel.kind.holdsThreads {
        try database.run(.deleteThreadSettings, [.id(channel.id)])
      }
      return
    }
    try database.run(
      .putThread,
      [
        .id(channel.id), .id(thread.ownerID), .time(thread.createdAt), .flag(thread.isArchived),
        .number(thread.archiveMinutes), .time(thread.archivedAt), .flag(thread.isLocked),
        .flag(thread.isInvitable), .number(thread.messageCount), .number(thread.totalMessageCount),
        .ids(thread.appliedTags), .number(channel.flags.rawValue),
      ])
  }

  /// Gives channels what stands beside their rows.
  mutating func loadThreads(_ channels: [Channel]) throws(StoreError) -> [Channel] {
    let threads = try database.rows(.threads, []) { ($0.id(0), thread($0), $0.number(11)) }
    let settings = try database.rows(.threadSettings, []) { ($0.id(0), $0.string(1)) }
    let byID = Dictionary(threads.map { ($0.0, ($0.1, $0.2)) }) { first, _ in first }
    let texts = Dictionary(settings) { first, _ in first }
    var result: [Channel] = []
    result.reserveCapacity(channels.count)
    for var channel in channels {
      if let (thread, flags) = byID[channel.id] {
        channel.thread = thread
        channel.flags = ChannelFlags(rawValue: flags)
      } else if let text = texts[channel.id] {
        try ThreadSettingsCoding.read(text, into: &channel)
      }
      result.append(channel)
    }
    return result
  }

  mutating func loadThreadMembers() throws(StoreError) -> [ThreadMember] {
    try database.rows(.threadMembers, []) { row in
      ThreadMember(
        threadID: row.id(0), userID: row.id(1), guildID: row.id(2), joinedAt: row.time(3),
        flags: row.number(4))
    }
  }

  /// Counts a message that was sent to a thread.
  mutating func count(_ message: Message) throws(StoreError) {
    guard message.countsInThread else { return }
    try database.run(.countThreadMessage, [.id(message.channelID)])
  }
}

private func thread(_ row: SQLiteStatement) -> ThreadDetails {
  var thread = ThreadDetails(ownerID: row.id(1), createdAt: row.time(2), archiveMinutes: row.number(4))
  thread.isArchived = row.flag(3)
  thread.archivedAt = row.time(5)
  thread.isLocked = row.flag(6)
  thread.isInvitable = row.flag(7)
  thread.messageCount = row.number(8)
  thread.totalMessageCount = row.number(9)
  thread.appliedTags = row.ids(10)
  return thread
}
