import Base
import ChatCore
import ChatTesting
import Stores
import Testing

@Suite("Blob references")
struct BlobReferenceTests {
  private static let names = ["a", "b", "c"].map { String(repeating: $0, count: 64) }

  private func message(_ id: UInt64, _ blobs: [String], ids: UInt64 = 0) -> Message {
    var message = StoreConformance.message(id, "files")
    message.attachments = blobs.enumerated().map { index, blob in
      Attachment(
        id: Snowflake(rawValue: id * 10 + ids + UInt64(index)), filename: "f\(index)", description: "d",
        file: StoredFile(blob: blob, size: index))
    }
    return message
  }

  private func check<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    let (a, b, c) = (Self.names[0], Self.names[1], Self.names[2])
    try StoreConformance.write(StoreConformance.world, to: &store)
    let first = message(5001, [a, b])
    try StoreConformance.write([.message(first), .message(message(5002, [a]))], to: &store)
    #expect(try store.message(channel: StoreConformance.channel, id: first.id) == first)
    #expect(
      try store.message(channel: StoreConformance.channel, holding: first.attachments[1].id) == first)
    #expect(try store.message(channel: first.id, holding: first.attachments[1].id) == nil)
    #expect(try store.referenced(Self.names) == [a, b])

    try StoreConformance.write([.updateMessage(message(5001, [c], ids: 5))], to: &store)
    #expect(try store.referenced(Self.names) == [a, c], "another message still names a")
    try StoreConformance.write(
      [.deleteMessage(channel: StoreConformance.channel, message: Snowflake(rawValue: 5002))], to: &store)
    #expect(try store.referenced(Self.names) == [c])

    var account = StoreConformance.account("ann", StoreConformance.user)
    account.user.avatar = Picture.animatedMark + a
    try StoreConformance.write([.account(account)], to: &store)
    account.user.globalName = "Ann"
    try StoreConformance.write([.account(account)], to: &store)
    #expect(try store.referenced(Self.names) == [a, c])
    account.user.avatar = b
    try StoreConformance.write([.account(account)], to: &store)
    #expect(try store.referenced(Self.names) == [b, c])

    try store.begin()
    try store.apply(.deleteChannel(StoreConformance.channel))
    store.rollback()
    #expect(try store.referenced(Self.names) == [b, c], "what is undone counts nothing")
    try StoreConformance.write([.deleteChannel(StoreConformance.channel)], to: &store)
    #expect(try store.referenced(Self.names) == [b], "a channel takes its messages' files with it")
  }

  @Test("both stores count who names a blob, however the naming ends")
  func counting() throws {
    var memory = MemoryStore(MemoryDisk())
    try check(&memory)
    let folder = try TemporaryFolder()
    var store = try SQLiteStore(path: folder.database)
    try check(&store)
  }

  @Test("a deleted guild names nothing any more, and a reopened store still knows the rest")
  func cascade() throws {
    let folder = try TemporaryFolder()
    do {
      var store = try SQLiteStore(path: folder.database)
      try StoreConformance.write(
        StoreConformance.world + [.message(message(5001, [Self.names[0]]))], to: &store)
    }
    var store = try SQLiteStore(path: folder.database)
    var guild = try #require(try store.load().guilds.first { $0.id == StoreConformance.guild })
    guild.icon = Self.names[1]
    try StoreConformance.write([.guild(guild)], to: &store)
    #expect(try store.referenced(Self.names) == [Self.names[0], Self.names[1]])
    try StoreConformance.write([.deleteGuild(guild.id)], to: &store)
    #expect(try store.referenced(Self.names) == [])
  }
}
