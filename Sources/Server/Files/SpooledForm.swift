internal import Blobs
internal import ChatCore
internal import Glibc
internal import HTTPServer
internal import Signaling

/// Reads a `multipart/form-data` body from the file that it was written to, and keeps its files.
///
/// Works through the file in windows of ``windowCount`` octets, however long it is: parts are found first, then
/// `payload_json` is read and each file is copied into the blob store, which syncs it. Refuses what
/// ``Multipart`` refuses.
struct SpooledForm {
  /// Octets of the body in memory at a time.
  private static let windowCount = 64 * 1024
  /// Octets of a part that is no file; the REST API refuses far shorter ones, but clearly.
  private static let fieldCountMax = 256 * 1024

  private let body: FileBody
  private let blobs: BlobStore

  /// Reads `body`, keeping files in `blobs`.
  init(_ body: FileBody, _ blobs: BlobStore) {
    self.body = body
    self.blobs = blobs
  }

  /// The form that `contentType` says the body is.
  func read(contentType: String) -> Result<UploadedForm, UploadProblem> {
    guard let boundary = Multipart.boundary(of: contentType), let parts = parts(boundary) else {
      return .failure(.malformed)
    }
    var form = UploadedForm()
    for part in parts {
      if part.name == "payload_json" || part.filename == nil {
        guard part.content.count <= SpooledForm.fieldCountMax, let octets = octets(part.content) else {
          return .failure(.malformed)
        }
        if part.name == "payload_json" {
          form.payload = octets
        } else if let text = String(validating: octets, as: UTF8.self) {
          form.fields.append((name: part.name, value: text))
        }
      } else {
        guard form.files.count < ChatCore.Limits.attachmentsPerMessage else { return .failure(.malformed) }
        do throws(BlobError) {
          form.files.append(try file(part))
        } catch {
          return .failure(.unwritten)
        }
      }
    }
    return .success(form)
  }

  private func file(_ part: Multipart.Part) throws(BlobError) -> UploadedForm.File {
    let range = part.content.offset(by: body.range.lowerBound)
    let file = try StoredFile(keeping: range, of: body.file, in: blobs, type: part.type)
    return UploadedForm.File(name: part.name, filename: part.filename ?? "file", file: file)
  }

  /// Where the parts lie in the body; `nil` when it is not whole.
  private func parts(_ boundary: String) -> [Multipart.Part]? {
    let dashes = Array("--\(boundary)".utf8)
    let delimiter: [UInt8] = [13, 10] + dashes
    guard octets(0..<min(dashes.count, body.range.count)) == dashes else { return nil }
    var parts: [Multipart.Part] = []
    var position = dashes.count
    while true {
      let next = octets(position..<min(position + 2, body.range.count))
      if next == [0x2D, 0x2D] { return parts }
      guard next == [13, 10], parts.count < Multipart.partCountMax else { return nil }
      let start = position + 2
      let limit = min(body.range.count, start + Multipart.headerCountMax)
      guard let headerEnd = find([13, 10, 13, 10], in: start..<limit),
        let contentEnd = find(delimiter, in: headerEnd + 4..<body.range.count),
        let header = octets(start..<headerEnd),
        let part = Multipart.part(header[...], content: headerEnd + 4..<contentEnd)
      else { return nil }
      parts.append(part)
      position = contentEnd + delimiter.count
    }
  }

  /// Where `pattern` begins first within `range` of the body.
  private func find(_ pattern: [UInt8], in range: Range<Int>) -> Int? {
    var start = range.lowerBound
    while start + pattern.count <= range.upperBound {
      guard let window = octets(start..<min(start + SpooledForm.windowCount, range.upperBound)) else {
        return nil
      }
      if let found = SpooledForm.find(pattern, in: window) { return start + found }
      // What could be the beginning of the pattern is looked at again.
      start += window.count - pattern.count + 1
    }
    return nil
  }

  private static func find(_ pattern: [UInt8], in window: [UInt8]) -> Int? {
    guard let first = pattern.first else { return nil }
    var start = 0
    while start + pattern.count <= window.count {
      // The array lives during the closure; memchr reads as many octets as are left from `start` on.
      let candidate = unsafe window.withUnsafeBytes { bytes -> Int? in
        guard let base = bytes.baseAddress,
          let found = unsafe memchr(base + start, Int32(first), bytes.count - start)
        else { return nil }
        return unsafe UnsafeRawPointer(found) - base
      }
      guard let candidate else { return nil }
      if window[candidate...].starts(with: pattern) { return candidate }
      start = candidate + 1
    }
    return nil
  }

  /// Octets of the body; `nil` when the file is shorter.
  private func octets(_ range: Range<Int>) -> [UInt8]? {
    var result: [UInt8] = []
    let place = range.offset(by: body.range.lowerBound)
    while result.count < range.count {
      let piece = body.file.read(place.dropFirst(result.count))
      guard !piece.isEmpty else { return nil }
      result += piece
    }
    return result
  }
}

extension StoredFile {
  /// Keeps `range` of `file`, which its sender says is of `type`; a picture's own header decides.
  init(keeping range: Range<Int>, of file: BodyFile, in blobs: BlobStore, type: String?) throws(BlobError) {
    let (blob, picture) = try blobs.keepFile(file.descriptor, range)
    self.init(blob: blob.hash, size: blob.count)
    if let picture {
      contentType = picture.format.rawValue
      width = picture.width
      height = picture.height
    } else if let type, MediaType.isName(type), !MediaType.pictures.contains(type) {
      // A picture that is none is served as octets.
      contentType = type
    }
  }
}

extension Range<Int> {
  fileprivate func offset(by distance: Int) -> Range<Int> {
    lowerBound + distance..<upperBound + distance
  }
}
