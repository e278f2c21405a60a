import CZlib

/// The `zlib-stream` transport compression of one gateway connection.
///
/// One deflate context (RFC 1950) lives as long as its connection; every message ends in a
/// `Z_SYNC_FLUSH`, hence in `00 00 FF FF`, by which clients know that it is whole. Owned by the loop that
/// owns the connection. A context costs about 55 KiB with the window and memory level chosen here.
@safe
public struct ZlibStream: ~Copyable {
  /// 2^13 octets of history: events repeat themselves within a few KiB, and 2^15 would cost 100 KiB more a
  /// connection for a few per cent.
  private static let windowBits: Int32 = 13
  /// zlib's memory level for the hash tables; one less halves 32 KiB.
  private static let memoryLevel: Int32 = 5
  /// Level 6 is twice as slow here and saves a few per cent.
  private static let level: Int32 = 3
  /// Octets asked of zlib at a time.
  private static let chunkCount = 4_096

  // zlib keeps a pointer to its stream structure, so it must not move: allocated here, freed by deinit.
  private let stream: UnsafeMutablePointer<z_stream>

  /// Makes a fresh context; `nil` when there is no memory for it.
  public init?() {
    // One structure, initialised to zero as zlib asks; owned by this value until deinit.
    let pointer = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe pointer.initialize(to: z_stream())
    // The version and size arguments are those of the header this was compiled with.
    let status = unsafe deflateInit2_(
      pointer, ZlibStream.level, Z_DEFLATED, ZlibStream.windowBits, ZlibStream.memoryLevel,
      Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      // Nothing was allocated by zlib when it refuses.
      unsafe pointer.deallocate()
      return nil
    }
    unsafe stream = pointer
  }

  deinit {
    // Frees zlib's tables, then the structure that init allocated.
    _ = unsafe deflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// Compresses one whole message; what comes out is one binary WebSocket message.
  public mutating func compress(_ message: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(message.count / 3 + 64)
    var chunk = [UInt8](repeating: 0, count: ZlibStream.chunkCount)
    var input = message
    // zlib reads `input` and writes `chunk` only inside these closures; avail_* carry the true sizes.
    unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe stream.pointee.next_in = source.baseAddress
      unsafe stream.pointee.avail_in = uInt(clamping: source.count)
      while true {
        let produced = unsafe chunk.withUnsafeMutableBufferPointer { target in
          // A full chunk means that there may be more; zlib says so by leaving no room.
          unsafe stream.pointee.next_out = target.baseAddress
          unsafe stream.pointee.avail_out = uInt(clamping: target.count)
          _ = unsafe deflate(stream, Z_SYNC_FLUSH)
          return unsafe target.count - Int(stream.pointee.avail_out)
        }
        output.append(contentsOf: chunk[..<produced])
        if produced < ZlibStream.chunkCount { break }
      }
      // The borrowed input ends here; leave no dangling pointer in the structure.
      unsafe stream.pointee.next_in = nil
      unsafe stream.pointee.next_out = nil
    }
    return output
  }
}
