internal import Base
internal import Blobs
internal import Glibc
internal import Net
internal import Pictures

/// One form of one picture.
struct RenditionKey: Hashable {
  /// The picture's blob.
  let blob: String
  let rendition: Rendition
}

/// What became of a rendition.
enum RenditionOutcome: Hashable {
  /// A blob that nobody names.
  case made(blob: String, count: Int, format: PictureHeader.Format)
  /// The file itself is what was asked for, or all that this server can show.
  case original
  /// A picture that is too large to decode, or damaged.
  case refused
  /// The file is gone, or the disk took nothing.
  case failed
}

/// The answer to a key.
struct RenditionResult {
  let key: RenditionKey
  let outcome: RenditionOutcome
}

/// The thread that decodes pictures, one at a time: what a picture takes in memory is bounded by its pixels,
/// and what all take, by there being one.
typealias RenditionThread = WorkerThread<RenditionKey, RenditionResult>

extension RenditionThread {
  /// Makes the thread; `wakeLoop` runs when the first result waits.
  convenience init(
    renditionsOf blobs: BlobStore, log: Log, wakeLoop: @escaping @Sendable () -> Void
  ) throws(NetError) {
    // Made and used on the thread alone.
    let studio = Studio(blobs: blobs, log: log)
    try self.init(name: "roost-pictures", capacity: Limits.renditionJobs, wakeLoop: wakeLoop) { key in
      RenditionResult(key: key, outcome: studio.outcome(of: key))
    }
  }
}

/// Decodes on the thread's behalf.
private struct Studio: Sendable {
  let blobs: BlobStore
  let log: Log
  /// Said once: every picture would say it again.
  let hasComplained = Locked(false)

  func outcome(of key: RenditionKey) -> RenditionOutcome {
    guard let (descriptor, count) = blobs.open(key.blob) else { return .failed }
    defer { close(descriptor) }
    guard let picture = blobs.picture(descriptor, 0..<count), !key.rendition.isSatisfied(by: picture) else {
      return .original
    }
    guard picture.width * picture.height <= Limits.renderedPixels else { return .refused }
    guard let renderer = PictureRenderer() else {
      complain()
      return .original
    }
    let box = PictureBox(width: key.rendition.width, height: key.rendition.height)
    let encoding = key.rendition.encoding(of: picture)
    guard let octets = renderer.render(descriptor, in: box, as: encoding) else { return .refused }
    let format: PictureHeader.Format =
      switch encoding {
      case .png: .png
      case .jpeg: .jpeg
      case .webp: .webp
      }
    do throws(BlobError) {
      let blob = try blobs.keep(octets)
      return .made(blob: blob.hash, count: blob.count, format: format)
    } catch {
      return .failed
    }
  }

  private func complain() {
    let isFirst = hasComplained.withLock { complained in
      defer { complained = true }
      return !complained
    }
    guard isFirst else { return }
    log.write(
      .warning, "Pictures are served as they are: libvips cannot be loaded", [("package", "libvips42")])
  }
}
