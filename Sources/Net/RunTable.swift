internal import Base

/// Which destination has an unfinished run of datagrams, and where the run ends.
///
/// An open-addressing table without deletion: a flush begins a new generation, in which all entries are
/// free. When all places of a destination are taken by others, it simply gets no run. Owned by a
/// ``SendQueue``; knows slots by their numbers only.
@safe
struct RunTable: ~Copyable {
  private struct Run {
    var generation: UInt64 = 0
    var high: UInt64 = 0
    var low: UInt64 = 0
    var port: UInt16 = 0
    /// Octets of every datagram but the last, which may be shorter.
    var segmentCount: UInt16 = 0
    /// Datagrams so far; `runCountMax` ends the run.
    var count: UInt16 = 0
    var octets: UInt32 = 0
    var last: UInt32 = 0
  }

  /// Neighbouring places that are tried: enough for a table that is half full.
  private static let probeMax = 8

  // Invariant: `runs` has mask + 1 initialised elements, a power of two.
  private let runs: UnsafeMutablePointer<Run>
  private let mask: Int
  private var usedMask: Int
  private var generation: UInt64 = 1

  /// Makes a table of `capacity` places, a power of two.
  init(capacity: Int) {
    precondition(capacity >= RunTable.probeMax && capacity & (capacity - 1) == 0)
    mask = capacity - 1
    usedMask = mask
    // Released by deinit.
    unsafe runs = .allocate(capacity: capacity)
    unsafe runs.initialize(repeating: Run(), count: capacity)
  }

  deinit {
    // Allocated by init, trivial elements.
    unsafe runs.deallocate()
  }

  /// Ends all runs; from here on only `places` places are used, which then stay in the nearest cache.
  mutating func reset(places: Int) {
    generation &+= 1
    usedMask = min(max(places, RunTable.probeMax), mask + 1) - 1
  }

  /// Adds `slot`, `octets` long and for `address`, to the destination's run.
  ///
  /// Gives the slot behind which it goes, or `nil` when it begins a run.
  mutating func append(_ slot: UInt32, octets: Int, for address: SocketAddress) -> UInt32? {
    var place = RunTable.hash(address)
    for _ in 0..<RunTable.probeMax {
      place &= usedMask
      // `place` is within the mask.
      let isFree = unsafe runs[place].generation != generation
      if isFree {
        unsafe runs[place] = first(slot, octets, address)
        return nil
      }
      let isSame =
        unsafe runs[place].low == address.ip.low && runs[place].port == address.port
        && runs[place].high == address.ip.high
      if isSame {
        // `place` is within the mask.
        if let last = unsafe extend(&runs[place], slot, octets) { return last }
        unsafe runs[place] = first(slot, octets, address)
        return nil
      }
      place &+= 1
    }
    return nil
  }

  private func first(_ slot: UInt32, _ octets: Int, _ address: SocketAddress) -> Run {
    Run(
      generation: generation, high: address.ip.high, low: address.ip.low, port: address.port,
      segmentCount: UInt16(truncatingIfNeeded: octets), count: 1, octets: UInt32(truncatingIfNeeded: octets),
      last: slot)
  }

  /// Only the last datagram of a run may be shorter than the others, and none longer.
  private func extend(_ run: inout Run, _ slot: UInt32, _ octets: Int) -> UInt32? {
    guard octets <= Int(run.segmentCount), run.count < NetLimits.runCountMax,
      run.octets == UInt32(run.segmentCount) &* UInt32(run.count),
      Int(run.octets) &+ octets <= NetLimits.runOctetsMax
    else { return nil }
    defer { run.last = slot }
    run.count &+= 1
    run.octets &+= UInt32(truncatingIfNeeded: octets)
    return run.last
  }

  private static func hash(_ address: SocketAddress) -> Int {
    // Fibonacci hashing; the high bits are the mixed ones.
    let word =
      (address.ip.high ^ address.ip.low &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(address.port))
      &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: word >> 40)
  }
}
