import Base
import ChatCore
import ChatTesting
import Glibc
import Stores
import Testing

@Suite("Stores")
struct SQLiteStoreTests {
  @Test("the memory store does what a store must")
  func memoryConformance() throws {
    var store = MemoryStore(MemoryDisk())
    try StoreConformance.checkEverything(&store)
  }

  @Test("the SQLite store does what a store must")
  func sqliteConformance() throws {
    let folder = try TemporaryFolder()
    var store = try SQLiteStore(path: folder.database)
    try StoreConformance.checkEverything(&store)
  }

  @Test("everything is there after closing and opening again")
  func reopening() throws {
    let folder = try TemporaryFolder()
    let before = try written(to: folder.database)
    var store = try SQLiteStore(path: folder.database)
    #expect(try store.load() == before)
    #expect(try store.instanceValue("secret") == [1, 0, 255])
    #expect(try store.instanceValue("nothing") == nil)
    try store.setInstanceValue("secret", [])
    #expect(try store.instanceValue("secret") == [])
  }

  private func written(to path: String) throws -> ChatSnapshot {
    var store = try SQLiteStore(path: path)
    try StoreConformance.write(StoreConformance.world, to: &store)
    try StoreConformance.write([.message(StoreConformance.message(5001, "a"))], to: &store)
    try store.setInstanceValue("secret", [1, 0, 255])
    return try store.load()
  }

  @Test("a second store on the same file is refused")
  func exclusive() throws {
    let folder = try TemporaryFolder()
    var store = try SQLiteStore(path: folder.database)
    _ = try store.load()
    #expect(opening(folder.database) == .busy)
    _ = try store.load()
  }

  @Test("only the owner may read the file")
  func mode() throws {
    let folder = try TemporaryFolder()
    _ = try SQLiteStore(path: folder.database)
    var status = stat()
    // stat fills the value.
    #expect(unsafe stat(folder.database, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test("what is no database, or a newer one, is refused by name")
  func strangers() throws {
    let folder = try TemporaryFolder()
    writeFile(folder.database, Array(repeating: 0x41, count: 8192))
    #expect(opening(folder.database) == .corrupt)
    #expect(opening(folder.path + "/missing/chat.db") == .io)
    _ = unsafe unlink(folder.database)
    _ = try written(to: folder.database)
    // user_version stands at offset 60 of the header, big-endian; the log was folded in when the store closed.
    var file = readFile(folder.database)
    file[63] = 99
    writeFile(folder.database, file)
    #expect(opening(folder.database) == .newerSchema(99))
  }

  private func opening(_ path: String) -> StoreError? {
    do throws(StoreError) {
      _ = try SQLiteStore(path: path)
      return nil
    } catch {
      return error
    }
  }

  @Test("a write that breaks a rule of the schema throws and can be rolled back")
  func constraints() throws {
    let folder = try TemporaryFolder()
    var store = try SQLiteStore(path: folder.database)
    try StoreConformance.write(StoreConformance.world, to: &store)
    let before = try store.load()
    try store.begin()
    var stray = StoreConformance.message(5001, "a")
    stray = Message(
      id: stray.id, channelID: Snowflake(rawValue: 77), guildID: stray.guildID,
      authorID: stray.authorID, kind: .ordinary, content: "")
    #expect(throws: StoreError.self) { try store.apply(.message(stray)) }
    store.rollback()
    let twin = StoreConformance.account("ann", Snowflake(rawValue: 1009))
    try store.begin()
    #expect(throws: StoreError.self) { try store.apply(.account(twin)) }
    store.rollback()
    #expect(try store.load() == before)
  }
}
