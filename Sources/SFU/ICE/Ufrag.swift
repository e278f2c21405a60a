internal import Base

/// A local ICE user fragment, kept inline so that routing a check touches no heap.
package struct Ufrag: TableKey, Sendable {
  private var first: UInt64 = 0
  private var second: UInt64 = 0
  private var third: UInt64 = 0
  private var fourth: UInt64 = 0
  private var count: UInt8 = 0

  /// `nil` for an empty fragment or one of more than ``Fixed/ufragCountMax`` octets.
  init?(_ octets: Span<UInt8>) {
    guard octets.count > 0, octets.count <= Fixed.ufragCountMax else { return nil }
    for index in octets.indices { append(octets[index]) }
  }

  /// The fragment of an offer; `nil` as above.
  init?(_ text: String) {
    let octets = Array(text.utf8)
    self.init(octets.span)
  }

  private mutating func append(_ octet: UInt8) {
    let shift = UInt64(count & 7) * 8
    switch count >> 3 {
    case 0: first |= UInt64(octet) << shift
    case 1: second |= UInt64(octet) << shift
    case 2: third |= UInt64(octet) << shift
    default: fourth |= UInt64(octet) << shift
    }
    count += 1
  }

  package func spread(seed: UInt64) -> UInt64 {
    mixed(mixed(mixed(mixed(first ^ seed) ^ second) ^ third) ^ fourth ^ UInt64(count))
  }
}
