import Foundation
import Testing

@testable import Blobs

@Suite struct BlobStoreTests {
  /// A store in a folder that goes with the test.
  private func withStore(_ body: (BlobStore, String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "roost-blobs-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(try BlobStore(path: folder.path), folder.path)
  }

  private func content(_ store: BlobStore, _ hash: String) throws -> [UInt8] {
    let (descriptor, count) = try #require(store.open(hash))
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let octets = [UInt8](try file.readToEnd() ?? Data())
    #expect(octets.count == count)
    return octets
  }

  @Test(arguments: [0, 1, 131_072, 131_073, 700_000])
  func `What is kept is named by its hash and comes back`(_ count: Int) throws {
    try withStore { store, _ in
      let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let blob = try store.keep(octets)
      #expect(blob.count == count && BlobStore.isHash(blob.hash))
      #expect(try content(store, blob.hash) == octets)
      #expect(try store.keep(octets) == blob, "the same content is kept once")
      #expect(try store.blobs(olderThan: .max) == [blob.hash])
    }
  }

  @Test func `A piece of a file is kept by itself, and a file that is too short is refused`() throws {
    try withStore { store, _ in
      let spool = FileHandle(fileDescriptor: try store.makeSpool(), closeOnDealloc: true)
      try spool.write(contentsOf: Data("before, content, after".utf8))
      let blob = try store.keep(spool.fileDescriptor, 8..<15)
      #expect(try content(store, blob.hash) == Array("content".utf8))
      #expect(throws: BlobError.self) { try store.keep(spool.fileDescriptor, 8..<99) }
      #expect(try store.blobs(olderThan: .max) == [blob.hash])
    }
  }

  @Test func `What was half written when the process died is gone after a start, blobs are not`() throws {
    try withStore { store, path in
      let blob = try store.keep(Array("kept".utf8))
      let half = path + "/new/123"
      try Data("half".utf8).write(to: URL(filePath: half))
      let again = try BlobStore(path: path)
      #expect(!FileManager.default.fileExists(atPath: half))
      #expect(try content(again, blob.hash) == Array("kept".utf8))
    }
  }

  @Test func `Only blobs that nobody kept lately are removed`() throws {
    try withStore { store, path in
      let old = try store.keep(Array("old".utf8))
      let new = try store.keep(Array("new".utf8))
      let file = "\(path)/\(old.hash.prefix(2))/\(old.hash.dropFirst(2))"
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_000)], ofItemAtPath: file)
      #expect(try store.blobs(olderThan: 2_000) == [old.hash])
      // Kept again between the question and the removal: it stays.
      _ = try store.keep(Array("old".utf8))
      #expect(store.remove([old.hash, new.hash], olderThan: 2_000) == 0)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_000)], ofItemAtPath: file)
      #expect(store.remove([old.hash, new.hash], olderThan: 2_000) == 1)
      #expect(store.open(old.hash) == nil && store.open(new.hash) != nil)
    }
  }

  @Test(arguments: ["", "..", "../../etc/passwd", String(repeating: "A", count: 64), "ab/" + "c"])
  func `No other name leads to a file`(_ name: String) throws {
    try withStore { store, _ in
      #expect(!BlobStore.isHash(name) && store.open(name) == nil)
      #expect(store.remove([name], olderThan: .max) == 0)
    }
  }
}
