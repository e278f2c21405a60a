import Glibc

/// An open file that a body is written to or sent from; closed with the last reference.
public final class BodyFile: Sendable {
  /// Octets that are read for sending at a time: what one download holds in memory.
  static let chunkCount = 256 * 1024

  /// The descriptor, for others to read from while they hold a reference.
  public let descriptor: Int32

  private let released: (@Sendable () -> Void)?

  /// Takes `descriptor` over; `released` runs once when nobody has the file any more, on whichever thread.
  public init(owning descriptor: Int32, released: (@Sendable () -> Void)? = nil) {
    self.descriptor = descriptor
    self.released = released
  }

  deinit {
    close(descriptor)
    released?()
  }

  /// Writes all of `octets` at `offset`; `false` when the disk does not take them.
  func write(_ octets: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool {
    var written = 0
    while written < octets.count {
      // The caller lends `octets` for the call; the range lies within them.
      let count = unsafe pwrite(
        descriptor, octets.baseAddress.map { unsafe $0 + written }, octets.count - written, offset + written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }

  /// Up to 256 KiB of `range`; less at the file's end, none when it cannot be read.
  public func read(_ range: Range<Int>) -> [UInt8] {
    let wanted = min(range.count, BodyFile.chunkCount)
    // The buffer has room for `wanted` octets, and as many as were read are initialised.
    return unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      var result = 0
      repeat {
        result = unsafe pread(descriptor, buffer.baseAddress, wanted, range.lowerBound)
      } while result < 0 && errno == EINTR
      count = max(0, result)
    }
  }
}

/// A piece of a file as the body of an answer.
public struct FileBody: Sendable {
  /// The file.
  public let file: BodyFile
  /// Which of its octets.
  public let range: Range<Int>

  /// Names a piece of a file, which must be at least as long.
  public init(_ file: BodyFile, _ range: Range<Int>) {
    self.file = file
    self.range = range
  }
}

/// Where the body of a request goes, decided when its head has arrived.
public enum BodyPlan: Sendable {
  /// Into memory; a longer one is answered 413. `nil` means ``HTTPLimits/bodyCountMax``.
  case memory(countMax: Int?)
  /// Into a file from `offset` on; a longer one is answered 413, a full disk 507.
  ///
  /// What arrived before the connection broke stays in the file.
  case file(BodyFile, offset: Int, countMax: Int)
  /// Nowhere: answered at once, and the connection ends.
  case refuse(HTTPResponse)
}
