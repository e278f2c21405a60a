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
  /// The pictures that it publishes and wants.
  var videos = PeerVideos()
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

  /// Writes and seals one audio packet into a send slot; gives its octets, 0 when it does not fit.
  ///
  /// The payload is copied here, the second and last copy on its way: one to stage it, one a receiver.
  mutating func seal(
    _ frame: EgressFrame, payload: Span<UInt8>, into slot: inout MutableSpan<UInt8>
  ) -> Int {
    guard slot.count >= payload.count + Fixed.egressOverhead, let payloadType = opusPayloadType else {
      return 0
    }
    var extensions = HeaderExtensionBlock(form: .oneByte)
    if let level = frame.audioLevel, let id = webRTC?.offer.extensions.audioLevel {
      extensions.append(id: id, value: UInt32(level), count: 1)
    }
    let fields = RTPFields(
      marker: frame.isMarked, payloadType: payloadType,
      sequenceNumber: UInt16(truncatingIfNeeded: frame.index), timestamp: frame.timestamp, ssrc: frame.ssrc)
    let headerCount = fields.write(into: &slot, extensions: extensions)
    for position in payload.indices { slot[headerCount + position] = payload[position] }
    let count = headerCount + payload.count
    if voice != nil {
      return voice?.seal(&slot, clearCount: headerCount, count: count) ?? 0
    }
    return webRTC?.srtp?.sealRTP(
      &slot, headerCount: headerCount, count: count, ssrc: frame.ssrc, index: frame.index) ?? 0
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

/// What one receiver's copy of an audio packet says in its header.
struct EgressFrame {
  let ssrc: UInt32
  let index: UInt64
  let timestamp: UInt32
  let isMarked: Bool
  let audioLevel: UInt8?
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
