import Base
import CAllocations
import Crypto
import Glibc
import Testing

/// What a packet costs once its session stands.
@Suite(.serialized) struct AllocationTests {
  static let sizes = [80, 1_200]

  /// Runs `body` a thousand times and returns the heap blocks it asked for.
  static func blocks(_ body: () -> Void) -> UInt64 {
    body()
    let before = roost_allocation_count()
    for _ in 0..<1_000 { body() }
    return roost_allocation_count() - before
  }

  /// The least thread time of a call in nanoseconds, over some batches.
  static func nanoseconds(_ body: () -> Void) -> Int {
    func now() -> Int {
      var time = timespec()
      // Fills the record.
      unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
    var least = Int.max
    for _ in 0..<40 {
      let start = now()
      for _ in 0..<500 { body() }
      least = min(least, (now() - start) / 500)
    }
    return least
  }

  @Test(.enabled(if: roost_allocations_are_counted() != 0))
  func `the counter counts`() {
    let blocks = Self.blocks { _ = [UInt8](repeating: 1, count: 100 + Int.random(in: 0..<10)).hashValue }
    #expect(blocks >= 1_000)
  }

  @Test(arguments: SRTPProfile.allCases, sizes)
  func `sealing and opening SRTP allocates nothing`(_ profile: SRTPProfile, _ size: Int) throws {
    var random = SeededRandom(seed: 1)
    let material = SRTPOracleTests.material(profile, &random)
    var sealer = try SRTPSealer(material)
    var opener = try SRTPOpener(material)
    let count = 12 + size
    var packet = rtpPacket(ssrc: 1, sequenceNumber: 1, payload: random.octets(size))
    packet += [UInt8](repeating: 0, count: 20)
    var span = packet.mutableSpan
    var index: UInt64 = 0
    var results = 0
    let roundTrips = Self.blocks {
      index += 1
      let sealed = sealer.sealRTP(&span, headerCount: 12, count: count, ssrc: 1, index: index) ?? 0
      results += opener.openRTP(&span, headerCount: 12, count: sealed, ssrc: 1, index: index) ?? 0
    }
    #expect(roundTrips == 0)
    #expect(results == 1_001 * count)
    let control = Self.blocks {
      let sealed = sealer.sealRTCP(&span, count: 64, index: 1) ?? 0
      results += opener.openRTCP(&span, count: sealed)?.count ?? 0
    }
    #expect(control == 0)
    guard isMeasuring else { return }
    let seal = Self.nanoseconds {
      results += sealer.sealRTP(&span, headerCount: 12, count: count, ssrc: 1, index: 5) ?? 0
    }
    // Opening destroys the packet, so a round trip is timed and the seal taken off.
    let both = Self.nanoseconds {
      let sealed = sealer.sealRTP(&span, headerCount: 12, count: count, ssrc: 1, index: 5) ?? 0
      results += opener.openRTP(&span, headerCount: 12, count: sealed, ssrc: 1, index: 5) ?? 0
    }
    print("\(profile) \(size) octets: seal \(seal) ns, open \(both - seal) ns")
  }

  @Test(arguments: VoiceCipherMode.allCases, sizes)
  func `sealing and opening voice packets allocates nothing`(
    _ mode: VoiceCipherMode, _ size: Int
  ) throws {
    var random = SeededRandom(seed: 1)
    let key = random.octets(32)
    var cipher = try VoiceCipher(mode: mode, key: key.span)
    let count = 12 + size
    var packet = random.octets(count + VoiceCipher.expansion)
    var span = packet.mutableSpan
    var nonce: UInt32 = 0
    var results = 0
    let roundTrips = Self.blocks {
      nonce += 1
      let sealed = cipher.seal(&span, authenticatedCount: 12, count: count, nonce: nonce) ?? 0
      results += cipher.open(&span, authenticatedCount: 12, count: sealed) ?? 0
    }
    #expect(roundTrips == 0)
    #expect(results == 1_001 * count)
    guard isMeasuring else { return }
    let seal = Self.nanoseconds {
      results += cipher.seal(&span, authenticatedCount: 12, count: count, nonce: 7) ?? 0
    }
    let both = Self.nanoseconds {
      let sealed = cipher.seal(&span, authenticatedCount: 12, count: count, nonce: 7) ?? 0
      results += cipher.open(&span, authenticatedCount: 12, count: sealed) ?? 0
    }
    print("\(mode) \(size) octets: seal \(seal) ns, open \(both - seal) ns")
  }

  @Test func `a replay window allocates nothing`() {
    var window = ReplayWindow()
    var sequenceNumber: UInt16 = 0
    let blocks = Self.blocks {
      sequenceNumber &+= 1
      if let index = window.index(of: sequenceNumber) { window.commit(index) }
    }
    #expect(blocks == 0)
    #expect(window.highest == 1_001)
  }

  /// `ROOST_MEASURE` makes the suite print times; a debug build's mean nothing.
  let isMeasuring = unsafe getenv("ROOST_MEASURE") != nil
}
