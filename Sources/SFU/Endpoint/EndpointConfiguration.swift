public import Base

/// What an ``Endpoint`` is told once, when it is made.
public struct EndpointConfiguration: Hashable, Sendable {
  /// Capacities.
  public var limits = Limits()
  /// How long a WebRTC peer may go without a valid connectivity check (RFC 7675 §5.1 says 30 s).
  public var consentTimeout = Interval.seconds(30)
  /// From the first DTLS datagram to the end of the handshake.
  public var handshakeTimeout = Interval.seconds(10)
  /// How long a finished DTLS session answers a repeated last flight before it is forgotten.
  public var handshakeLinger = Interval.seconds(15)
  /// How long an IP discovery waits for the admission that it came before.
  public var earlyDiscoveryAgeMax = Interval.seconds(1)
  /// Silence after which the next packet is announced as started audio again.
  public var silence = Interval.seconds(5)
  /// A WebRTC peer's second SSRC becomes its audio only after the first was silent for this long.
  public var sourceSwitchSilence = Interval.milliseconds(500)
  /// A nomination of lower priority takes over only when the selected pair got none for this long.
  ///
  /// Long enough for a burst of aggressive nominations (RFC 5245 §8.1.1.2), short enough to follow a
  /// telephone that leaves its wireless network.
  public var nominationHold = Interval.milliseconds(500)
  /// The oldest packet that is still forwarded when its turn comes: longer than any jitter buffer of a call.
  public var stagedAgeMax = Interval.milliseconds(200)
  /// The mean interval of RTCP reports.
  public var reportInterval = Interval.seconds(5)
  /// The mean interval of receiver reports to publishers of video, who adapt to them (RFC 4585 §3.4).
  public var videoReportInterval = Interval.seconds(1)
  /// Wall-clock time at ``Base/Instant/zero``, for the NTP stamps of sender reports.
  public var wallTimeAtZero = WallTime(milliseconds: 0)

  /// Makes the ordinary configuration.
  public init() {}
}
