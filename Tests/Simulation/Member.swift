import Base
import MediaControl
import SimulatedPeers

/// A member of a simulated call: its client, its links, and what the world knows of it.
final class Member {
  let number: UInt64
  let admission: PeerAdmission
  /// To whose port it sends.
  let shard: Int
  var permissions: MediaPermissions
  let uplink: Link
  let downlink: Link
  /// The present address last; datagrams to earlier ones still arrive.
  var addresses: [SocketAddress]

  // Exactly one of the two is there.
  var voice: VoiceClient?
  var browser: WebRTCClient?

  var isPresent = true
  /// Whether the endpoint said that the transport is up.
  var isUp = false
  /// Whether a browser's address is known to be checked; until then its media may be dropped.
  var isSettled = true
  var talksUntil = Instant.zero
  /// Audio packets made so far: the payload carries this number.
  var packetsMade: UInt32 = 0
  /// Counts restarts of the sequence numbers.
  var run = 0
  /// The first run under the present key.
  var firstRunOfKey = 0
  var iceGeneration = 0

  /// A sender that repeats nonces and began its sequence anew: where runs meet, nobody can tell them apart.
  var isAmbiguous: Bool { run > 0 && (voice?.repeatsNonce ?? false) }

  var address: SocketAddress { addresses[addresses.count - 1] }

  /// When its audio was last announced.
  var startedAt: Instant?

  init(
    _ number: UInt64, _ admission: PeerAdmission, shard: Int, address: SocketAddress,
    random: inout SeededRandom
  ) {
    self.number = number
    self.admission = admission
    self.shard = shard
    permissions = admission.permissions
    uplink = Link(random: &random)
    downlink = Link(random: &random)
    addresses = [address]
  }

  /// The next packet's datagram and number.
  func speak(_ fillCount: Int) -> (octets: [UInt8], number: UInt32) {
    let number = packetsMade
    packetsMade += 1
    var payload: [UInt8] = [0xA5, UInt8(self.number & 0xFF)]
    for shift in [24, 16, 8, 0] { payload.append(UInt8(truncatingIfNeeded: number >> UInt32(shift))) }
    payload += [UInt8](repeating: 0x5A, count: fillCount)
    return (voice?.speak(payload) ?? browser?.speak(payload) ?? [], number)
  }

  /// The number that a heard payload carries; `nil` when it is not one of `member`'s.
  static func number(in payload: [UInt8], of member: Member) -> UInt32? {
    guard payload.count >= 6, payload[0] == 0xA5, payload[1] == UInt8(member.number & 0xFF) else {
      return nil
    }
    return payload[2..<6].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
