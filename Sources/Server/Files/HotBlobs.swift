internal import Blobs
internal import HTTPServer

/// The content of a blob, as it is sent.
enum BlobContent {
  /// Small, and in memory.
  case octets([UInt8], PictureHeader.Format?)
  /// In its file, so many octets long.
  case file(BodyFile, count: Int, PictureHeader.Format?)
}

extension BlobContent {
  /// Octets in all.
  var count: Int {
    switch self {
    case .octets(let octets, _): octets.count
    case .file(_, let count, _): count
    }
  }

  /// What a picture's header says it is.
  var format: PictureHeader.Format? {
    switch self {
    case .octets(_, let format), .file(_, _, let format): format
    }
  }

  /// An answer with `range` of it.
  func response(_ status: Int, _ headers: [(String, String)], _ range: Range<Int>) -> HTTPResponse {
    var response = HTTPResponse(status: status, headers: headers)
    switch self {
    case .octets(let octets, _): response.body = Array(octets[range])
    case .file(let file, _, _): response.file = FileBody(file, range)
    }
    return response
  }
}

/// Small blobs that were served lately, in memory: avatars and thumbnails are asked for again and again, and
/// three system calls cost more than the rest of such an answer.
///
/// Whether a blob may be served is decided before; content never changes under its name. Two halves, as in
/// ``RenditionTable``. Owned by the HTTP loop.
struct HotBlobs {
  private struct Entry {
    let octets: [UInt8]
    let format: PictureHeader.Format?
  }

  private let octetsMax: Int
  private var young: [String: Entry] = [:]
  private var old: [String: Entry] = [:]
  private var youngOctets = 0

  /// Keeps files of so many octets together.
  init(octetsMax: Int) {
    self.octetsMax = octetsMax
  }

  /// The content of `blob`; `nil` when it is not there.
  mutating func content(of blob: String, in blobs: BlobStore) -> BlobContent? {
    if let entry = young[blob] { return .octets(entry.octets, entry.format) }
    if let entry = old.removeValue(forKey: blob) {
      keep(entry, for: blob)
      return .octets(entry.octets, entry.format)
    }
    guard let (descriptor, count) = blobs.open(blob) else { return nil }
    let file = BodyFile(owning: descriptor)
    let format = blobs.picture(descriptor, 0..<count)?.format
    guard count <= Limits.hotBlob else { return .file(file, count: count, format) }
    let octets = file.read(0..<count)
    guard octets.count == count else { return nil }
    keep(Entry(octets: octets, format: format), for: blob)
    return .octets(octets, format)
  }

  private mutating func keep(_ entry: Entry, for blob: String) {
    if youngOctets + entry.octets.count > octetsMax / 2 {
      (old, young, youngOctets) = (young, [:], 0)
    }
    young[blob] = entry
    // An empty file counts, too, so that their number is bounded.
    youngOctets += max(entry.octets.count, 256)
  }
}
