internal import Base
internal import Crypto

/// Replay protection of Discord's UDP transport, whose senders do not number packets as SRTP does.
///
/// Two habits of real clients rule out the obvious. One library encrypts every packet with the nonce 0, so
/// a window over nonces would mute it. Some begin their sequence numbers at 0 again with each playback,
/// under the same key, so a window over sequence numbers alone would mute them too. The rule:
///
/// 1. The window of RFC 3711 over extended sequence numbers decides, as for SRTP.
/// 2. What it refuses may still be a *restart* of the sequence, if the packet is provably not one that was
///    accepted before: its nonce is newer than any, for senders whose nonces count up (all but one); its
///    authentication tag is none of the last ``Fixed/rememberedTags``, for a sender that repeats nonces.
///    With counting nonces a restart also shows when the sequence number falls back, or advances further
///    than the nonce, inside the window.
/// 3. After a restart, packets of before it are refused by the same proof, wherever the new window stands.
///
/// What is left: an attacker on the path can play old packets, longer ago than the remembered tags, of a
/// sender that repeats nonces, which has given away its authentication key by that already.
///
/// Ask ``assess(_:)``, authenticate, then ``commit(_:as:)``.
struct VoiceReplayWindow: Sendable {
  /// What identifies a packet before it is opened.
  struct Packet {
    let sequenceNumber: UInt16
    /// The head of the authentication tag.
    let tag: UInt64
    /// The four octets behind the tag, big endian.
    let nonce: UInt32
  }

  enum Verdict: Equatable {
    /// Goes on at an index.
    case next(UInt64)
    /// The sender began anew; its window starts at an index.
    case restart(UInt64)
    case replayed
  }

  /// How a sender's nonces progress, learnt from its first two.
  private enum NonceOrder {
    case unknown, bigEndian, littleEndian, repeating
  }

  private var window = ReplayWindow()
  private var order = NonceOrder.unknown
  /// The newest nonce, in the sender's octet order once that is known.
  private var newestNonce: UInt32?
  /// The newest nonce at the last restart: older packets belong to a run that is over.
  private var nonceFloor: UInt32?
  private var hasRestarted = false
  private var tags: [UInt64] = []
  private var tagCursor = 0

  init() {
    tags.reserveCapacity(Fixed.rememberedTags)
  }

  /// The highest index so far, `nil` before the first packet.
  var highest: UInt64? { window.highest }

  /// Decides about a packet that is not yet authenticated; changes nothing.
  func assess(_ packet: Packet) -> Verdict {
    guard let index = window.index(of: packet.sequenceNumber) else {
      return isProvablyNew(packet) ? .restart(UInt64(packet.sequenceNumber)) : .replayed
    }
    if hasRestarted, isOfEarlierRun(packet) { return .replayed }
    return assess(packet, at: index)
  }

  /// Compares sequence number and counting nonce, which advance together in one run.
  private func assess(_ packet: Packet, at index: UInt64) -> Verdict {
    guard let highest = window.highest, let nonceProgress = nonceProgress(of: packet) else {
      return .next(index)
    }
    let progress = Int64(nonceProgress)
    let step = Int64(index) - Int64(highest)
    // Sent before, numbered after: a latecomer of an earlier run.
    if progress <= 0 { return step > 0 ? .replayed : .next(index) }
    // A sequence number cannot advance further than the nonce, nor stay behind while that advances.
    return step <= 0 || step > progress ? .restart(UInt64(packet.sequenceNumber)) : .next(index)
  }

  /// Records an authentic packet under the verdict that ``assess(_:)`` gave.
  mutating func commit(_ packet: Packet, as verdict: Verdict) {
    switch verdict {
    case .next(let index):
      window.commit(index)
    case .restart(let index):
      nonceFloor = newestNonce
      hasRestarted = true
      window = ReplayWindow()
      window.commit(index)
    case .replayed:
      return
    }
    remember(packet)
  }

  /// Whether a packet that the window refuses cannot have been accepted before.
  private func isProvablyNew(_ packet: Packet) -> Bool {
    if let progress = nonceProgress(of: packet) { return progress > 0 }
    return !tags.contains(packet.tag)
  }

  /// Whether a packet that fits the present window was sent before the last restart.
  private func isOfEarlierRun(_ packet: Packet) -> Bool {
    switch order {
    case .bigEndian, .littleEndian:
      guard let nonceFloor else { return false }
      return distance(ordered(packet.nonce), from: nonceFloor) <= 0
    case .unknown, .repeating:
      return tags.contains(packet.tag)
    }
  }

  private mutating func remember(_ packet: Packet) {
    if tags.count < Fixed.rememberedTags {
      tags.append(packet.tag)
    } else {
      tags[tagCursor] = packet.tag
      tagCursor = (tagCursor + 1) % Fixed.rememberedTags
    }
    learnOrder(of: packet.nonce)
    let nonce = ordered(packet.nonce)
    if let newest = newestNonce, distance(nonce, from: newest) <= 0 { return }
    newestNonce = nonce
  }

  /// Compares the second nonce with the first.
  private mutating func learnOrder(of nonce: UInt32) {
    guard order == .unknown, let first = newestNonce else { return }
    order = VoiceReplayWindow.order(from: first, to: nonce)
    if order == .littleEndian { newestNonce = first.byteSwapped }
  }

  /// How two nonces of one sender are ordered.
  ///
  /// A counter moves by less than 2^15 in one octet order, and
  /// then by at least 2^16 in the other.
  private static func order(from first: UInt32, to second: UInt32) -> NonceOrder {
    guard first != second else { return .repeating }
    let steps = 1..<(1 << 15)
    if steps.contains(abs(Int(Int32(bitPattern: second &- first)))) { return .bigEndian }
    let swapped = Int32(bitPattern: second.byteSwapped &- first.byteSwapped)
    return steps.contains(abs(Int(swapped))) ? .littleEndian : .repeating
  }

  /// How far the packet's nonce is ahead of the newest; `nil` when nonces say nothing.
  private func nonceProgress(of packet: Packet) -> Int? {
    guard let newestNonce else { return nil }
    switch order {
    case .bigEndian, .littleEndian:
      return distance(ordered(packet.nonce), from: newestNonce)
    case .repeating:
      return nil
    case .unknown:
      // One packet is known: its nonce has no order yet, so both are compared as they are.
      switch VoiceReplayWindow.order(from: newestNonce, to: packet.nonce) {
      case .bigEndian: return distance(packet.nonce, from: newestNonce)
      case .littleEndian: return distance(packet.nonce.byteSwapped, from: newestNonce.byteSwapped)
      case .unknown, .repeating: return nil
      }
    }
  }

  private func ordered(_ nonce: UInt32) -> UInt32 {
    order == .littleEndian ? nonce.byteSwapped : nonce
  }

  private func distance(_ nonce: UInt32, from other: UInt32) -> Int {
    Int(Int32(bitPattern: nonce &- other))
  }
}
