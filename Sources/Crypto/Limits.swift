import Base

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

  /// Certificates read from one PEM text: a leaf and more intermediates than any authority uses.
  static let chainMax = 8

  /// How long certificates live: a private authority must not expire before its server is rebuilt; browsers
  /// refuse leaves of public authorities after 398 days, and a private one loses nothing by the same.
  static let authorityDays = 3_650
  static let serverCertificateDays = 397
  static let selfSignedDays = 365

  /// A longer STUN request is nobody's: a check of a browser has about 110 octets.
  static let stunRequestMax = 1_280

  /// The smallest and largest UDP payload a DTLS session may be told to send.
  ///
  /// OpenSSL refuses handshakes below 228 octets; 1,472 is an Ethernet frame less IPv4 and UDP.
  static let dtlsMTUMin = 256
  static let dtlsMTUMax = 1_472

  /// A larger datagram is no DTLS peer's: RFC 6347 §4.1.1.1 keeps records within the path's MTU.
  static let dtlsDatagramMax = 2_048

  /// Datagrams of one flight that are kept until sent; ours have at most three, with RSA eight at 256 octets.
  static let dtlsFlightDatagramsMax = 16

  /// Octets of a peer's certificates.
  ///
  /// Browsers send 300, a 4,096-bit RSA chain of two 3 KB.
  static let dtlsCertificateOctetsMax = 8_192

  /// How long the first retransmission waits, and the last.
  ///
  /// RFC 6347 §4.2.4.1 advises 1 s and allows less for what cannot wait: people wait for this. 200 ms is
  /// longer than most round trips; all waits together are 19 s.
  static let dtlsRetransmissionFirst = Interval.milliseconds(200)
  static let dtlsRetransmissionLast = Interval.milliseconds(3_200)
  static let dtlsRetransmissionsMax = 8

  /// How often a finished session repeats its last flight; each costs the peer a repeated flight too.
  static let dtlsLateAnswersMax = 8

  /// Forward secrecy and AEAD only; our certificate is ECDSA, a foreign server's may be RSA.
  static let dtlsCipherSuites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384"
    + ":ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES256-GCM-SHA384"

  /// Key agreement, the cheapest first.
  static let dtlsGroups = "X25519:P-256:P-384"
}
