/// Which packets of one RTP stream were already accepted, and at which index the next one stands.
///
/// RFC 3711 §3.3.1 (index estimate) and §3.3.2 (replay list). A plain value: it can be written down and
/// restored. One per SSRC and direction. Ask ``index(of:)``, authenticate, then ``commit(_:)``: a forged
/// packet must not move the window.
public struct ReplayWindow: Hashable, Sendable {
  private var window = SlidingWindow()

  /// Makes the window of a stream that has received nothing; its rollover counter is 0.
  public init() {}

  /// The highest committed index, `nil` before the first.
  public var highest: UInt64? { window.highest }

  /// The index at which a packet with `sequenceNumber` must stand; `nil` when replayed or too old.
  ///
  /// Of the three indices with that sequence number around the highest one, the nearest is taken.
  public func index(of sequenceNumber: UInt16) -> UInt64? {
    guard let highest = window.highest else { return UInt64(sequenceNumber) }
    let distance = Int16(bitPattern: sequenceNumber &- UInt16(truncatingIfNeeded: highest))
    // Half the number space away could be either side: RFC 3711 takes it as behind.
    let index = Int64(truncatingIfNeeded: highest) &+ Int64(distance)
    guard index >= 0, UInt64(index) <= Limits.srtpIndexMax else { return nil }
    return window.accepts(UInt64(index)) ? UInt64(index) : nil
  }

  /// Marks `index` as received; call it only when the packet was authentic.
  public mutating func commit(_ index: UInt64) {
    window.commit(index)
  }
}

/// Which packets of one SRTCP stream were already accepted (RFC 3711 §3.3.2), by their explicit index.
///
/// Check after the packet was opened and before it is believed, then commit.
public struct SRTCPReplayWindow: Hashable, Sendable {
  private var window = SlidingWindow()

  /// Makes the window of a stream that has received nothing.
  public init() {}

  /// Whether `index` is neither replayed nor too old.
  public func accepts(_ index: UInt32) -> Bool {
    index <= Limits.srtcpIndexMax && window.accepts(UInt64(index))
  }

  /// Marks `index` as received; call it only when the packet was authentic.
  public mutating func commit(_ index: UInt32) {
    window.commit(UInt64(index))
  }
}

/// The last ``Limits/replayWindow`` indices up to the highest, a bit each.
struct SlidingWindow: Hashable, Sendable {
  private(set) var highest: UInt64?

  /// Bit `n` stands for `highest - n`.
  private var received: UInt128 = 0

  func accepts(_ index: UInt64) -> Bool {
    guard let highest, index <= highest else { return true }
    let age = highest - index
    return age < UInt64(Limits.replayWindow) && received >> UInt128(age) & 1 == 0
  }

  mutating func commit(_ index: UInt64) {
    guard let highest else {
      self.highest = index
      received = 1
      return
    }
    if index > highest {
      let advance = index - highest
      // A smart shift by the whole width or more leaves nothing, as it should.
      received = advance >= UInt64(Limits.replayWindow) ? 1 : received << UInt128(advance) | 1
      self.highest = index
      return
    }
    let age = highest - index
    guard age < UInt64(Limits.replayWindow) else { return }
    received |= 1 << UInt128(age)
  }
}
