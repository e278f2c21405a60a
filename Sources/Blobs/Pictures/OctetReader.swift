import Glibc

/// Reads a file, or octets in memory, at any place, a window at a time.
///
/// What lies outside is `nil`, never a trap. A value of one function; the file stays the caller's.
struct OctetReader {
  /// Octets in memory at a time when they come from a file.
  private static let windowCount = 64 * 1024

  /// Octets in all.
  let count: Int
  private let descriptor: Int32?
  private let origin: Int
  private var window: [UInt8]
  private var windowStart = 0

  /// Reads octets that are in memory.
  init(_ octets: [UInt8]) {
    count = octets.count
    descriptor = nil
    origin = 0
    window = octets
  }

  /// Reads `range` of the file `descriptor`.
  init(_ descriptor: Int32, _ range: Range<Int>) {
    count = range.count
    self.descriptor = descriptor
    origin = range.lowerBound
    window = []
  }

  /// One octet.
  mutating func octet(_ position: Int) -> UInt8? {
    let offset = position - windowStart
    if offset >= 0, offset < window.count { return window[offset] }
    guard load(position) else { return nil }
    return window[0]
  }

  /// As many octets as `range` has, at most a window; `nil` when they are not all there.
  mutating func octets(_ range: Range<Int>) -> [UInt8]? {
    guard range.lowerBound >= 0, range.upperBound <= count, range.count <= OctetReader.windowCount else {
      return nil
    }
    if range.isEmpty { return [] }
    if range.lowerBound < windowStart || range.upperBound > windowStart + window.count {
      guard load(range.lowerBound), range.upperBound <= windowStart + window.count else { return nil }
    }
    return Array(window[range.lowerBound - windowStart..<range.upperBound - windowStart])
  }

  /// `length` octets, at most 4, the first one the most significant.
  mutating func big(_ position: Int, _ length: Int) -> Int? {
    octets(position..<position + length)?.reduce(0) { $0 << 8 | Int($1) }
  }

  /// `length` octets, at most 4, the first one the least significant.
  mutating func little(_ position: Int, _ length: Int) -> Int? {
    octets(position..<position + length)?.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// Whether `text` stands at `position`.
  mutating func has(_ text: StaticString, at position: Int) -> Bool {
    let end = position + text.utf8CodeUnitCount
    guard let found = octets(position..<end) else { return false }
    // A static string's octets live as long as the program.
    return unsafe found.elementsEqual(
      UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Where `octet` stands next, at or after `position`.
  mutating func next(_ octet: UInt8, from position: Int) -> Int? {
    var position = position
    while position < count {
      if position < windowStart || position >= windowStart + window.count {
        guard load(position) else { return nil }
      }
      if let found = window[(position - windowStart)...].firstIndex(of: octet) { return windowStart + found }
      position = windowStart + window.count
    }
    return nil
  }

  /// Makes the window begin at `position`; `false` when nothing is there.
  private mutating func load(_ position: Int) -> Bool {
    guard let descriptor, position >= 0, position < count else { return false }
    let wanted = min(OctetReader.windowCount, count - position)
    // The buffer has room for `wanted` octets, and as many as were read are initialised.
    let octets = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      filled = unsafe max(
        0, BlobStore.read(descriptor, at: origin + position, into: UnsafeMutableRawBufferPointer(buffer)))
    }
    guard !octets.isEmpty else { return false }
    windowStart = position
    window = octets
    return true
  }
}
