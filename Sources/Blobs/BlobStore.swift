import Crypto
import Glibc

/// What a kept file is named by and how long it is.
public struct Blob: Hashable, Sendable {
  /// SHA-256 of the content: 64 hexadecimal digits, lower case.
  public let hash: String
  /// Octets.
  public let count: Int

  /// Makes a name of its parts.
  public init(hash: String, count: Int) {
    self.hash = hash
    self.count = count
  }
}

/// Files named by their content, in one directory.
///
///     blobs/ab/cdef…   a blob; written whole, synced, then renamed into place
///     blobs/new/       what is being written; emptied at start
///
/// A blob that was kept survives kill -9 and power loss. Who refers to it is the chat store's knowledge: it is
/// counted there, in the transaction that refers, and a blob that nobody refers to is swept later. A value of
/// paths; several threads may use it, because every step is one rename, but ``sweep(olderThan:keeping:)`` and
/// ``keep(_:_:)`` belong on one thread, or a file could be swept between being found and being referred to.
@safe
public struct BlobStore: Sendable {
  private let path: String

  /// Opens the store at `path`, makes it when it is not there, and forgets what was half written.
  public init(path: String) throws(BlobError) {
    self.path = path
    for folder in [path, path + "/new"] {
      // The path's C string lives during the call only.
      guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw BlobStore.failure() }
    }
    for name in try BlobStore.names(in: path + "/new") {
      _ = unsafe unlink("\(path)/new/\(name)")
    }
  }

  /// A new file without a name on the store's disk, for a body; gone when it is closed.
  public func makeSpool() throws(BlobError) -> Int32 {
    // The path's C string lives during the call only.
    let descriptor = unsafe Glibc.open(path + "/new", BlobStore.nameless | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw BlobStore.failure() }
    return descriptor
  }

  /// Keeps `range` of the file `descriptor`; it is on stable storage on return.
  public func keep(_ descriptor: Int32, _ range: Range<Int>) throws(BlobError) -> Blob {
    // The buffer is lent to the closure for its call.
    try unsafe keep(count: range.count) { offset, buffer in
      unsafe BlobStore.read(descriptor, at: range.lowerBound + offset, into: buffer)
    }
  }

  /// Keeps octets; they are on stable storage on return.
  public func keep(_ octets: [UInt8]) throws(BlobError) -> Blob {
    // As many octets are copied as both have.
    try unsafe keep(count: octets.count) { offset, buffer in
      unsafe buffer.copyBytes(from: octets[offset...].prefix(buffer.count))
      return min(buffer.count, octets.count - offset)
    }
  }

  /// The open file of a blob and its length; `nil` when it is not there.
  public func open(_ hash: String) -> (descriptor: Int32, count: Int)? {
    guard BlobStore.isHash(hash) else { return nil }
    // The path's C string lives during the call only.
    let descriptor = unsafe Glibc.open(file(hash), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    // A local of the right type.
    guard unsafe fstat(descriptor, &status) == 0 else {
      close(descriptor)
      return nil
    }
    return (descriptor, Int(status.st_size))
  }

  /// Whether a blob is there.
  public func has(_ hash: String) -> Bool { modified(hash) != nil }

  /// Every blob that was last kept before `time` (seconds since 1970), in no order.
  public func blobs(olderThan time: Int) throws(BlobError) -> [String] {
    var found: [String] = []
    for folder in try BlobStore.names(in: path) where folder.utf8.count == 2 {
      for name in try BlobStore.names(in: "\(path)/\(folder)") where BlobStore.isHash(folder + name) {
        if let age = modified(folder + name), age < time { found.append(folder + name) }
      }
    }
    return found
  }

  /// Removes `hashes` that were not kept again since `time`; how many went.
  public func remove(_ hashes: [String], olderThan time: Int) -> Int {
    hashes.count { hash in
      guard let age = modified(hash), age < time else { return false }
      // The path's C string lives during the call only.
      return unsafe unlink(file(hash)) == 0
    }
  }

  func keep(
    count: Int, _ read: (Int, UnsafeMutableRawBufferPointer) -> Int
  ) throws(BlobError) -> Blob {
    let temporary = try makeFile()
    defer {
      close(temporary.descriptor)
      // Gone already when it was renamed.
      _ = unsafe unlink(temporary.path)
    }
    guard let hash = RunningSHA256() else { throw .full }
    var buffer = [UInt8](repeating: 0, count: min(max(count, 1), Limits.pieceCount))
    var copied = 0
    while copied < count {
      let wanted = min(buffer.count, count - copied)
      // The buffer lives during the closure; `read` fills at most what it is lent.
      let got = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe read(copied, UnsafeMutableRawBufferPointer(rebasing: bytes[..<wanted]))
      }
      guard got > 0 else { throw .io(EIO) }
      hash.update(buffer.span.extracting(0..<got))
      try BlobStore.write(buffer.span.extracting(0..<got), to: temporary.descriptor)
      copied += got
    }
    guard fsync(temporary.descriptor) == 0 else { throw BlobStore.failure() }
    let blob = Blob(hash: hexadecimal(hash.finish()), count: count)
    try place(temporary.path, as: blob)
    return blob
  }

  /// Renames what was written to its name, or lets the file that is there already stand.
  private func place(_ temporary: String, as blob: Blob) throws(BlobError) {
    let folder = "\(path)/\(blob.hash.prefix(2))"
    // The paths' C strings live during the calls only.
    guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw BlobStore.failure() }
    // Over an equal file this changes nothing but its age, which keeps it from being swept.
    guard unsafe rename(temporary, file(blob.hash)) == 0 else { throw BlobStore.failure() }
    for directory in [folder, path] {
      let descriptor = unsafe Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard descriptor >= 0 else { throw BlobStore.failure() }
      let result = fsync(descriptor)
      close(descriptor)
      guard result == 0 else { throw BlobStore.failure() }
    }
  }

  private func makeFile() throws(BlobError) -> (descriptor: Int32, path: String) {
    var random = SystemRandomNumberGenerator()
    let name = "\(path)/new/\(random.next())"
    // The path's C string lives during the call only.
    let descriptor = unsafe Glibc.open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw BlobStore.failure() }
    return (descriptor, name)
  }

  private func file(_ hash: String) -> String {
    "\(path)/\(hash.prefix(2))/\(hash.dropFirst(2))"
  }

  private func modified(_ hash: String) -> Int? {
    guard BlobStore.isHash(hash) else { return nil }
    var status = stat()
    // A local of the right type; the path's C string lives during the call only.
    return unsafe stat(file(hash), &status) == 0 ? status.st_mtim.tv_sec : nil
  }

  /// Whether `text` can name a blob, so that no other path is ever made of it.
  public static func isHash(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

func hexadecimal(_ octets: [UInt8]) -> String {
  octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
