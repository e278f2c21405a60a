internal import Base
internal import Crypto
internal import MediaControl
internal import Wire

/// One admitted member: who it is, what it may do, and its transport, if it has one yet.
///
/// Owned by the endpoint's table of peers. At most one of the two transports exists.
struct Peer: ~Copyable {
  let admission: PeerAdmission
  let room: Handle<Room>
  /// Its place among the room's members, hence its row in every track.
  var position: Int
  var permissions: MediaPermissions
  /// The audio it publishes, once it has sent any.
  var track: Handle<PublishedTrack>?
  /// The pictures that it publishes, and those that it wants.
  var videos = PeerVideos()
  var wants = PeerWants()
  /// Its video codecs and header extensions, as its transport's offer has them.
  var codecs = VideoCodecTable()
  var extensionIDs = HeaderExtensionMap()

  var voice: VoiceTransport?
  var webRTC: WebRTCTransport?

  /// Where a UDP client receives; learnt by discovery, then by authentic packets.
  var binding: SocketAddress?
  /// Whether an authentic packet came from `binding`: discovery may not move it any more.
  var isBindingAuthentic = false

  /// Counts the SRTP keys that this peer has had; egress indices belong to one of them.
  var keyEpoch: UInt32 = 0
  /// Whether `connected` was reported for the present transport.
  var isConnected = false

  /// The last failure of a transport, for the operator.
  var lastFailure: TransportFailure?
  var counts = PeerCounts()

  init(_ admission: PeerAdmission, room: Handle<Room>, position: Int) {
    self.admission = admission
    self.room = room
    self.position = position
    permissions = admission.permissions
  }

  /// How media goes out to this peer at present, or why none does.
  ///
  /// Mutating, because only so a noncopyable payload is looked at in place; nothing changes.
  mutating func receiver() -> (receiver: Receiver?, reason: DropReason) {
    guard permissions.mayHear else { return (nil, .deafened) }
    if let receiver = webRTC?.receiver(keyEpoch) { return (receiver, .receiverNotReady) }
    guard let binding, let receiver = voice?.receiver(at: binding, keyEpoch) else {
      return (nil, .receiverNotReady)
    }
    return (receiver, .receiverNotReady)
  }

  /// Writes and seals one packet into a send slot; gives its octets, 0 when it does not fit.
  ///
  /// The payload is copied here, the second and last copy on its way: one to stage it, one a receiver.
  mutating func seal(
    _ frame: EgressFrame, payload: Span<UInt8>, into slot: inout MutableSpan<UInt8>
  ) -> Int {
    let padding = Int(frame.padding)
    guard slot.count >= payload.count + padding + Fixed.egressOverhead else { return 0 }
    var extensions = HeaderExtensionBlock(form: .oneByte)
    if let level = frame.audioLevel {
      extensions.append(id: level.id, value: UInt32(level.value), count: 1)
    }
    let fields = RTPFields(
      marker: frame.isMarked, payloadType: frame.payloadType,
      sequenceNumber: UInt16(truncatingIfNeeded: frame.index), timestamp: frame.timestamp, ssrc: frame.ssrc)
    let headerCount = fields.write(into: &slot, extensions: extensions)
    for position in payload.indices { slot[headerCount + position] = payload[position] }
    let count = Peer.pad(&slot, behind: headerCount + payload.count, frame.padding)
    if voice != nil {
      return voice?.seal(&slot, clearCount: headerCount, count: count) ?? 0
    }
    return webRTC?.srtp?.sealRTP(
      &slot, headerCount: headerCount, count: count, ssrc: frame.ssrc, index: frame.index) ?? 0
  }

  /// Adds `padding` octets of RTP padding behind a packet of `count` octets; gives how many it has then.
  static func pad(_ packet: inout MutableSpan<UInt8>, behind count: Int, _ padding: UInt8) -> Int {
    guard padding > 0 else { return count }
    let end = count + Int(padding)
    // RFC 3550 §5.1: the P bit, and in the last octet how many to ignore, itself included.
    for position in count..<(end - 1) { packet[position] = 0 }
    packet[end - 1] = padding
    packet[0] |= 0x20
    return end
  }

  /// Opens a compound RTCP packet in place; gives the octets of its plaintext.
  mutating func openRTCP(
    _ packet: inout MutableSpan<UInt8>, header: RTCPHeader, count: Int
  ) throws(DropReason) -> Int {
    if voice != nil {
      guard let plain = voice?.openRTCP(&packet, count: count) ?? nil else { throw .unauthentic }
      return plain
    }
    guard let plain = try webRTC?.srtp?.openRTCP(&packet, header: header, count: count) else {
      throw .notConnected
    }
    return plain
  }

  /// Seals a compound RTCP packet in place; 0 when this peer is sent none.
  mutating func sealReport(_ packet: inout MutableSpan<UInt8>, count: Int) -> Int {
    if voice != nil {
      return voice?.seal(&packet, clearCount: RTCPHeader.count, count: count) ?? 0
    }
    return webRTC?.srtp?.sealRTCP(&packet, count: count) ?? 0
  }
}

/// What one receiver's copy of a packet says in its header.
struct EgressFrame {
  let ssrc: UInt32
  let index: UInt64
  let timestamp: UInt32
  let isMarked: Bool
  let payloadType: UInt8
  /// RFC 6464's octet, and under which id this receiver wants it.
  let audioLevel: (id: UInt8, value: UInt8)?
  /// Octets of RTP padding behind the payload.
  let padding: UInt8
}

/// How media goes out to one peer: looked up once for all packets that wait for it.
struct Receiver {
  let address: SocketAddress
  let keyEpoch: UInt32
  let opusPayloadType: UInt8
  /// The id of RFC 6464's extension; `nil` when it wants none.
  let audioLevelID: UInt8?
  /// Whether it ignores RTP padding: browsers do, libraries for Discord's UDP transport may not.
  let takesPadding: Bool
}

/// What happened to one peer's traffic, for the operator's question "why is this person silent?".
struct PeerCounts {
  var received: UInt64 = 0
  var sent: UInt64 = 0
  /// By ``DropReason/rawValue``; as long as there are reasons, see the test.
  private var drops = InlineArray<64, UInt32>(repeating: 0)
  var roundTrip: Interval?
  var remoteFractionLost: UInt8 = 0

  mutating func drop(_ reason: DropReason) {
    drops[Int(reason.rawValue)] &+= 1
  }

  func dropped(_ reason: DropReason) -> UInt32 {
    drops[Int(reason.rawValue)]
  }
}
