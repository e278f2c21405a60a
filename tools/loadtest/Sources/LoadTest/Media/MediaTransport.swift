public import Base
internal import Wire

/// One member's way to the media plane: datagrams and instants in, datagrams and events out.
///
/// Two kinds: ``VoiceTransport`` speaks Discord's UDP protocol, ``WebRTCTransport`` what browsers speak. A
/// class, because its owner holds either; used on the tool's one thread.
public protocol MediaTransport: AnyObject {
  /// Whether audio can be sent and received.
  var isConnected: Bool { get }

  /// Begins; what is to be sent and what has happened goes to `events`.
  func start(at now: Instant, into events: inout [MediaTransportEvent])

  /// Takes a datagram of `count` octets and opens it in place; audio is opened only if `opens` says so.
  func receive(
    _ datagram: inout MutableSpan<UInt8>, count: Int, at now: Instant, opens: (UInt32, UInt16) -> Bool,
    into events: inout [MediaTransportEvent]
  ) -> Reception

  /// Writes a sealed audio packet with `payload` into `slot`; its octets, 0 before the connection stands.
  func seal(_ payload: ProbePayload, count: Int, into slot: inout MutableSpan<UInt8>) -> Int

  /// Seals an RTP packet in place; its octets, 0 before the connection stands.
  ///
  /// The first `count` octets of `slot` are header and payload; `index` is the rollover counter and the
  /// sequence number of its SSRC.
  func sealRTP(
    _ slot: inout MutableSpan<UInt8>, headerCount: Int, count: Int, ssrc: UInt32, index: UInt64
  ) -> Int

  /// Seals a compound RTCP packet of `count` octets in place; its octets, 0 before the connection stands.
  func sealRTCP(_ slot: inout MutableSpan<UInt8>, count: Int) -> Int

  /// Does what is due at `now`: repeats what was lost, keeps the way open.
  func expire(at now: Instant, into events: inout [MediaTransportEvent])
}

/// What a transport wants done, or says has happened.
public enum MediaTransportEvent: Hashable, Sendable {
  /// Send this datagram to the media server.
  case send([UInt8])
  /// IP discovery told our public address.
  case discovered(SocketAddress)
  /// Audio can flow.
  case connected
  /// The transport is of no use any more; why.
  case failed(String)
}

/// What a datagram was.
public enum Reception: Hashable, Sendable {
  /// Audio, opened: the payload stands at these octets.
  case audio(ssrc: UInt32, sequenceNumber: UInt16, payload: Range<Int>)
  /// Audio that was not opened, because only samples are.
  case sealed(ssrc: UInt32, sequenceNumber: UInt16)
  /// Audio that came before the key: datagrams overtake the signaling.
  case early
  /// Audio that should have opened and did not: a wrong key or a changed packet.
  case forged
  /// A compound RTCP packet, opened: its first `count` octets are plain.
  case feedback(count: Int)
  /// Checks, handshakes, and reports that cannot be opened yet.
  case control
  /// Nothing that a media server should send.
  case unknown
}

/// Numbers the RTP packets of one sender: 20 ms of 48 kHz are 960 ticks, 33 ms of 90 kHz are 2,970.
struct PacketCounter {
  private let first: RTPFields
  private let ticks: UInt32
  private let packetsPerFrame: UInt64

  var ssrc: UInt32 { first.ssrc }

  init(ssrc: UInt32, payloadType: UInt8, frame: Interval, video: VideoShape? = nil) {
    ticks = UInt32(clamping: frame.microseconds * (video == nil ? 48 : 90) / 1_000)
    packetsPerFrame = UInt64(video?.packetsPerFrame ?? 1)
    // Sequence and timestamp begin at values that wrap early: wrapping is part of the test.
    first = RTPFields(
      marker: false, payloadType: payloadType, sequenceNumber: 65_000, timestamp: .max - 48_000, ssrc: ssrc)
  }

  /// The header of packet `number`, which may skip.
  func fields(_ number: UInt64) -> RTPFields {
    var fields = first
    fields.sequenceNumber &+= UInt16(truncatingIfNeeded: number)
    fields.timestamp &+= UInt32(truncatingIfNeeded: number / packetsPerFrame) &* ticks
    fields.marker = packetsPerFrame > 1 && number % packetsPerFrame == packetsPerFrame - 1
    return fields
  }

  /// The index of packet `number` for SRTP: rollover counter and sequence number.
  func index(_ number: UInt64) -> UInt64 { UInt64(first.sequenceNumber) &+ number }
}
