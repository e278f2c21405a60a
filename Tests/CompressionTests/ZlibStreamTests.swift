import Base
import CZlib
import Compression
import Testing

/// Inflates like a client: one context a connection.
@safe
private final class Inflater {
  // Owned here: allocated by init, freed by deinit, never handed out.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  init() {
    // A zeroed structure and the header's own version, as zlib asks.
    unsafe stream.initialize(to: z_stream())
    _ = unsafe inflateInit_(stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  }

  deinit {
    // The counterpart of init.
    _ = unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  func inflate(_ octets: [UInt8], capacity: Int) -> [UInt8]? {
    var input = octets
    var output = [UInt8](repeating: 0, count: capacity)
    // Both buffers outlive the call; the counts are their true sizes.
    let status = unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        unsafe stream.pointee.next_in = source.baseAddress
        unsafe stream.pointee.avail_in = uInt(source.count)
        unsafe stream.pointee.next_out = target.baseAddress
        unsafe stream.pointee.avail_out = uInt(target.count)
        return unsafe CZlib.inflate(stream, Z_SYNC_FLUSH)
      }
    }
    // The structure is still ours.
    let left = unsafe Int(stream.pointee.avail_out)
    return status == Z_OK ? Array(output[..<(capacity - left)]) : nil
  }
}

@Suite struct ZlibStreamTests {
  @Test func `Every message ends in a sync marker and comes out of one inflater`() {
    var random = SeededRandom(seed: 7)
    guard var compressor = ZlibStream() else {
      Issue.record("no memory")
      return
    }
    let inflater = Inflater()
    for round in 0..<200 {
      let count = [1, 2, 17, 1_000, 4_095, 4_096, 5_000, 40_000][round % 8]
      let isText = round % 2 == 0
      let message = isText ? [UInt8](repeating: UInt8(ascii: "a"), count: count) : random.octets(count)
      let compressed = compressor.compress(message)
      #expect(compressed.suffix(4) == [0, 0, 0xFF, 0xFF], "round \(round)")
      #expect(inflater.inflate(compressed, capacity: count + 64) == message, "round \(round)")
    }
  }

  @Test func `A repeated message costs little because the context is kept`() {
    guard var compressor = ZlibStream() else {
      Issue.record("no memory")
      return
    }
    var random = SeededRandom(seed: 11)
    let message = random.octets(2_000)
    let first = compressor.compress(message)
    let second = compressor.compress(message)
    #expect(first.count >= 2_000)
    #expect(second.count < 200)
  }
}
