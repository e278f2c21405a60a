import Base
import Blobs
import ChatCore
import Foundation
import HTTPServer
import Signaling
import Testing

@testable import Server

@Suite struct SpooledFormTests {
  private static let type = "multipart/form-data; boundary=xYz"

  /// What the form in `body` is found to hold, and the content of its files.
  private func read(_ body: [UInt8], _ type: String = type) throws -> (
    Result<UploadedForm, UploadProblem>, [[UInt8]]
  ) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "roost-form-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let blobs = try BlobStore(path: folder.path)
    let spool = BodyFile(owning: try blobs.makeSpool())
    let handle = FileHandle(fileDescriptor: spool.descriptor, closeOnDealloc: false)
    // The body does not begin where the file does.
    try handle.write(contentsOf: Data([1, 2, 3] + body))
    let form = SpooledForm(FileBody(spool, 3..<3 + body.count), blobs).read(contentType: type)
    let files = try form.get().files
    return (
      form,
      try files.map { file in
        let (descriptor, count) = try #require(blobs.open(file.file.blob))
        return BodyFile(owning: descriptor).read(0..<count)
      }
    )
  }

  private static func part(_ header: String, _ content: [UInt8]) -> [UInt8] {
    Array("--xYz\r\nContent-Disposition: form-data; \(header)\r\n\r\n".utf8) + content + [13, 10]
  }

  private static let png: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
    + [0, 0, 0, 4, 0, 0, 0, 5, 8, 6, 0, 0, 0]

  @Test func `Files and payload are found wherever they stand, across windows`() throws {
    // Close to the window's end, with what looks like the delimiter's beginning.
    for count in [0, 1, 65_500, 65_530, 65_536, 131_100, 200_000] {
      let long = (0..<count).map { $0 % 5 == 0 ? UInt8(13) : UInt8(ascii: "-") }
      let body =
        Self.part("name=\"files[1]\"; filename=\"a.bin\"\r\nContent-Type: text/html", long)
        + Self.part(
          "name=\"payload_json\"\r\nContent-Type: application/json", Array("{\"content\":\"é\"}".utf8))
        + Self.part("name=\"files[0]\"; filename=\"b.png\"\r\nContent-Type: text/plain", Self.png)
        + Array("--xYz--\r\n".utf8)
      let (result, contents) = try read(body)
      let form = try result.get()
      #expect(form.payload == Array("{\"content\":\"é\"}".utf8))
      #expect(contents.map(\.count) == [min(count, 262_144), Self.png.count])
      #expect(contents[0] == Array(long.prefix(262_144)) && contents[1] == Self.png)
      #expect(form.files.map(\.name) == ["files[1]", "files[0]"])
      #expect(form.files[0].file.contentType == "text/html" && form.files[0].file.width == nil)
      // The header decides, not the sender.
      #expect(form.files[1].file.contentType == "image/png")
      #expect(form.files[1].file.width == 4 && form.files[1].file.height == 5)
    }
  }

  @Test func `A false picture has no type, and names are decoded`() throws {
    let body =
      Self.part("name=\"files[0]\"; filename*=UTF-8''na%C3%AFve.png\r\nContent-Type: image/png", [1, 2])
      + Self.part("name=\"note\"", Array("x".utf8)) + Array("--xYz--".utf8)
    let form = try read(body).0.get()
    #expect(form.files.first?.filename == "naïve.png" && form.files.first?.file.contentType == nil)
    #expect(form.fields.map(\.value) == ["x"])
  }

  @Test func `Every truncation and bent bit gives an answer`() throws {
    let body =
      Self.part("name=\"files[0]\"; filename=\"a\"", [1, 2, 3])
      + Self.part("name=\"payload_json\"", Array("{}".utf8))
      + Array("--xYz--\r\n".utf8)
    for count in 0..<body.count - 4 {
      #expect(throws: UploadProblem.malformed) { try read(Array(body[..<count])) }
    }
    for bit in stride(from: 0, to: body.count * 8, by: 3) {
      var bent = body
      bent[bit / 8] ^= 1 << (bit % 8)
      _ = try? read(bent)
    }
    #expect(throws: UploadProblem.malformed) { try read(body, "multipart/form-data") }
    let many = (0..<11).flatMap { Self.part("name=\"files[\($0)]\"; filename=\"a\"", [1]) }
    #expect(throws: UploadProblem.malformed) { try read(many + Array("--xYz--\r\n".utf8)) }
  }
}
