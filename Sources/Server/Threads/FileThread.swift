internal import Base
internal import Blobs
internal import ChatCore
internal import HTTPServer
internal import Net
internal import Signaling

/// What the file worker is asked: copying and syncing take as long as the disk does.
enum FileJob: Sendable {
  /// Reads a form with files and keeps them.
  case form(id: UInt64, FileBody, contentType: String)
  /// Keeps an upload that has come before its message.
  case upload(id: UInt64, PendingUpload, FileBody, contentType: String?)
  /// Keeps a picture.
  case picture(id: UInt64, [UInt8])
  /// Looks for blobs that were not kept for a while (seconds since 1970).
  case list(olderThan: Int)
  /// Gives memory that is not used back to the system.
  case trimHeap
  /// Removes those of `blobs` that still were not.
  case remove(blobs: [String], olderThan: Int)
}

/// What came of a ``FileJob``.
enum FileResult: Sendable {
  case form(id: UInt64, Result<UploadedForm, UploadProblem>)
  case upload(id: UInt64, PendingUpload, Result<StoredFile, UploadProblem>)
  case picture(id: UInt64, KeptPicture)
  case list([String], olderThan: Int)
}

/// The thread that reads and writes uploaded files, one job at a time.
///
/// Keeping and sweeping happen here only, so that a blob that was just kept again is not swept.
typealias FileThread = WorkerThread<FileJob, FileResult>

extension FileThread {
  /// Makes the thread; `wakeLoop` runs when the first result waits, and `swept` counts the blobs that were
  /// removed because nothing named them.
  convenience init(
    blobs: BlobStore, swept: Counter, wakeLoop: @escaping @Sendable () -> Void
  ) throws(NetError) {
    let work = FileWork(blobs: blobs, swept: swept)
    try self.init(name: "roost-files", capacity: Limits.fileJobs, wakeLoop: wakeLoop) { work.perform($0) }
  }
}

/// What the thread does with the blobs.
private struct FileWork: Sendable {
  let blobs: BlobStore
  let swept: Counter

  func perform(_ job: FileJob) -> FileResult? {
    switch job {
    case .form(let id, let body, let type):
      return .form(id: id, SpooledForm(body, blobs).read(contentType: type))
    case .upload(let id, let upload, let body, let type):
      return .upload(id: id, upload, keep(body, upload.contentType ?? type))
    case .picture(let id, let octets): return .picture(id: id, keep(octets))
    case .list(let time):
      // A folder that cannot be read is looked at again next time.
      do throws(BlobError) {
        return .list(try blobs.blobs(olderThan: time), olderThan: time)
      } catch {
        return nil
      }
    case .trimHeap:
      Heap.trim()
      return nil
    case .remove(let unnamed, let time):
      swept.add(UInt64(blobs.remove(unnamed, olderThan: time)))
      return nil
    }
  }

  private func keep(_ body: FileBody, _ type: String?) -> Result<StoredFile, UploadProblem> {
    do throws(BlobError) {
      return .success(try StoredFile(keeping: body.range, of: body.file, in: blobs, type: type))
    } catch {
      return .failure(.unwritten)
    }
  }

  private func keep(_ octets: [UInt8]) -> KeptPicture {
    do throws(BlobError) {
      guard let (blob, header) = try blobs.keepPicture(octets) else { return .invalid }
      return .kept((header.format == .gif ? Picture.animatedMark : "") + blob.hash)
    } catch {
      return .failed
    }
  }
}
