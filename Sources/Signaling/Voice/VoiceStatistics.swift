/// What the voice gateway counts, for `/metrics`.
public struct VoiceStatistics: Hashable, Sendable {
  /// Sockets opened.
  public var opened: UInt64 = 0
  /// READYs sent.
  public var identified: UInt64 = 0
  /// RESUMEDs sent.
  public var resumed: UInt64 = 0
  /// IDENTIFYs and RESUMEs refused.
  public var refused: UInt64 = 0
  /// Messages that did not parse.
  public var malformed: UInt64 = 0
  /// Sockets closed for sending too much.
  public var rateLimited: UInt64 = 0
  /// Messages without effect: unknown opcodes and binary ones.
  public var ignored: UInt64 = 0
  /// Sockets closed for want of a heartbeat or of an IDENTIFY.
  public var timedOut: UInt64 = 0
  /// Sessions given up because nobody resumed them.
  public var abandoned: UInt64 = 0
  /// Sessions ended because their transport failed for good.
  public var transportsFailed: UInt64 = 0
  /// Media events for peers that are gone.
  public var strayMediaEvents: UInt64 = 0
  /// Admissions refused because the table was full.
  public var ticketsRefused: UInt64 = 0

  /// Pictures refused because too many members of the channel show some already.
  public var picturesRefused: UInt64 = 0
  /// IDENTIFYs refused because there were as many sessions as may be.
  public var sessionsRefused: UInt64 = 0

  init() {}
}
