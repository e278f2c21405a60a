import Blobs
import Foundation
import HTTPServer
import Testing

@testable import Server

@Suite struct HotBlobTests {
  @Test func `Small files are served from memory, large ones from their files`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "roost-hot-\(UUID().uuidString)")
    let blobs = try BlobStore(path: folder.path)
    let small = try blobs.keep(Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0])
    let large = try blobs.keep([UInt8](repeating: 7, count: Limits.hotBlob + 1))
    var hot = HotBlobs(octetsMax: 1_000_000)
    for _ in 0..<2 {
      guard case .octets(let octets, .gif)? = hot.content(of: small.hash, in: blobs) else {
        Issue.record("not in memory")
        return
      }
      #expect(octets.count == small.count)
      guard case .file(let file, let count, nil)? = hot.content(of: large.hash, in: blobs) else {
        Issue.record("not in its file")
        return
      }
      #expect(count == large.count && file.read(0..<4) == [7, 7, 7, 7])
    }
    try FileManager.default.removeItem(at: folder)
    #expect(hot.content(of: small.hash, in: blobs)?.count == small.count)
    #expect(hot.content(of: large.hash, in: blobs) == nil)
    #expect(hot.content(of: String(repeating: "0", count: 64), in: blobs) == nil)
  }

  @Test func `What is kept in memory is bounded, and what is asked for stays`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "roost-hot-\(UUID().uuidString)")
    let blobs = try BlobStore(path: folder.path)
    let names = try (0..<12).map { try blobs.keep([UInt8](repeating: UInt8($0), count: 300)).hash }
    var hot = HotBlobs(octetsMax: 2_000)
    for name in names {
      #expect(hot.content(of: names[0], in: blobs) != nil)
      #expect(hot.content(of: name, in: blobs) != nil)
    }
    try FileManager.default.removeItem(at: folder)
    let kept = names.filter { hot.content(of: $0, in: blobs) != nil }
    #expect(kept.contains(names[0]) && kept.contains(names[11]) && kept.count <= 6, "\(kept.count)")
  }
}
