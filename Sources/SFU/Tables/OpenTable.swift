package import Base

/// A key that spreads itself over 64 bits; seeded, because peers choose addresses and SSRCs.
package protocol TableKey: Equatable {
  func spread(seed: UInt64) -> UInt64
}

/// Finalises a word so that every input bit reaches every output bit (SplitMix64's mixer).
func mixed(_ word: UInt64) -> UInt64 {
  var word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
  word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
  return word ^ (word >> 31)
}

extension SocketAddress: TableKey {
  package func spread(seed: UInt64) -> UInt64 {
    mixed(mixed(ip.high ^ seed) ^ ip.low &+ UInt64(port) &* 0x9E37_79B9_7F4A_7C15)
  }
}

extension UInt32: TableKey {
  package func spread(seed: UInt64) -> UInt64 { mixed(UInt64(self) ^ seed) }
}

/// A bounded hash table: open addressing, linear probing, deletion by shifting back.
///
/// Storage is allocated at `init`; a lookup is one or two cache lines, nothing is ever allocated later.
/// `insert` refuses when `capacity` entries are in. Half of the slots stay empty, so probes stay short.
package struct OpenTable<Key: TableKey, Value>: ~Copyable {
  private struct Entry {
    let key: Key
    var value: Value
  }

  private var entries: [Entry?]
  private let mask: Int
  private let seed: UInt64
  package let capacity: Int
  package private(set) var count = 0

  package init(capacity: Int, seed: UInt64) {
    self.capacity = capacity
    self.seed = seed
    var slots = 16
    while slots < capacity * 2 { slots *= 2 }
    entries = Array(repeating: nil, count: slots)
    mask = slots - 1
  }

  package subscript(key: Key) -> Value? {
    entries[slot(of: key)]?.value
  }

  /// Adds or replaces; false when the table is full and `key` is new.
  package mutating func insert(_ value: Value, for key: Key) -> Bool {
    let slot = slot(of: key)
    if entries[slot] == nil {
      guard count < capacity else { return false }
      count += 1
    }
    entries[slot] = Entry(key: key, value: value)
    return true
  }

  package mutating func remove(_ key: Key) {
    var hole = slot(of: key)
    guard entries[hole] != nil else { return }
    count -= 1
    var probe = hole
    while true {
      probe = (probe + 1) & mask
      guard let entry = entries[probe] else { break }
      // An entry may fill the hole unless its home lies after the hole, cyclically up to its place.
      let home = Int(truncatingIfNeeded: entry.key.spread(seed: seed)) & mask
      if (probe - home) & mask >= (probe - hole) & mask {
        entries[hole] = entry
        hole = probe
      }
    }
    entries[hole] = nil
  }

  /// The slot that holds `key`, or the empty one where it belongs.
  ///
  /// Ends, because half of the slots are empty.
  private func slot(of key: Key) -> Int {
    var slot = Int(truncatingIfNeeded: key.spread(seed: seed)) & mask
    while let entry = entries[slot], entry.key != key {
      slot = (slot + 1) & mask
    }
    return slot
  }
}
