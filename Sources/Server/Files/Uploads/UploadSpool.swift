internal import Glibc
internal import HTTPServer
internal import Synchronization

/// What has arrived of an upload, in a file without a name: it is gone when nobody holds it, or when the process
/// dies.
///
/// One PUT at a time writes; what a broken connection left stays, and the file's length says how much that is.
final class UploadSpool: Sendable {
  private let file: BodyFile
  private let isBusy = Atomic<Bool>(false)

  /// Takes `descriptor` over.
  init(owning descriptor: Int32) {
    file = BodyFile(owning: descriptor)
  }

  /// Octets that are there.
  var received: Int {
    var status = stat()
    // A local of the right type.
    return unsafe fstat(file.descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// All that is there.
  var body: FileBody { FileBody(file, 0..<received) }

  /// The file for one PUT that writes from `offset` on, where what is kept ends; `nil` while another one writes.
  func open(at offset: Int) -> BodyFile? {
    guard isBusy.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
    else { return nil }
    let descriptor = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
    guard descriptor >= 0, ftruncate(descriptor, offset) == 0 else {
      if descriptor >= 0 { close(descriptor) }
      isBusy.store(false, ordering: .releasing)
      return nil
    }
    return BodyFile(owning: descriptor) { self.isBusy.store(false, ordering: .releasing) }
  }
}
