/// Sizes that bound what the module allocates for a peer.
enum Limits {
  /// Packets a replay window remembers behind the highest.
  ///
  /// RFC 3711 §3.3.2 asks for at least 64. 128 packets are 2.5 s of Opus and 0.3 s of 2 Mbit/s video:
  /// a packet that late is of no use to a jitter buffer. More would cost memory per SSRC and nothing else.
  static let replayWindow = 128

  /// The largest RTP or SRTP index: 32 bits of rollover counter and 16 of sequence number.
  static let srtpIndexMax: UInt64 = (1 << 48) - 1

  /// The largest SRTCP index (31 bits).
  static let srtcpIndexMax: UInt32 = (1 << 31) - 1
}
