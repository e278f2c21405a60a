import Base
import ChatCore
import ChatTesting
import Glibc
import Stores
import Testing

@Suite("Backups")
struct BackupTests {
  @Test("a copy holds what is committed, opens by itself and is found sound; a damaged one is not")
  func copying() throws {
    let folder = try TemporaryFolder()
    let copy = folder.database + ".copy"
    var store = try SQLiteStore(path: folder.database)
    var message = StoreConformance.message(5001, "kept")
    let blob = String(repeating: "a", count: 64)
    message.attachments = [
      Attachment(
        id: Snowflake(rawValue: 9), filename: "f", description: nil, file: StoredFile(blob: blob, size: 1))
    ]
    try StoreConformance.write(StoreConformance.world + [.message(message)], to: &store)
    try store.backUp(to: copy)
    try StoreConformance.write([.message(StoreConformance.message(5002, "later"))], to: &store)
    #expect(throws: StoreError.self, "a file that is there is not written over") {
      try store.backUp(to: copy)
    }
    do {
      var again = try SQLiteStore(path: copy)
      #expect(try again.messages(channel: StoreConformance.channel, before: nil, limit: 9) == [message])
      #expect(try again.namedBlobs() == [blob, "picture"])
      #expect(try again.damage().isEmpty)
    }
    // The path's C string lives during the call only; the octets are the file's own.
    let descriptor = unsafe open(copy, O_RDWR)
    defer { close(descriptor) }
    let garbage = [UInt8](repeating: 0x55, count: 3_000)
    let written = unsafe garbage.withUnsafeBytes {
      unsafe pwrite(descriptor, $0.baseAddress, $0.count, 8_192)
    }
    #expect(written == 3_000)
    #expect(isDamaged(copy))
  }

  /// Damage is told, or keeps the file from being read at all.
  private func isDamaged(_ path: String) -> Bool {
    do {
      var store = try SQLiteStore(path: path)
      return try !store.damage().isEmpty
    } catch {
      return true
    }
  }
}
