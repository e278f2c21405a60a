import Base
import MediaControl
import SimulatedPeers
import Wire

/// A rule of the media plane that was broken, in words.
struct Violation: Error, CustomStringConvertible {
  let description: String
}

/// What an uplink datagram was, when it is given to the endpoint.
struct Cause {
  let publisher: Member
  let number: UInt32
  let run: Int
  /// Whether every hearing member must get it now: authentic, the newest, permitted, from a known address.
  let mustBeForwarded: Bool
}

/// Checks every datagram that the endpoint sends against a slow and obvious model.
///
/// The model keeps, for each publisher and subscriber, every packet that was ever forwarded and the index
/// it got. It knows nothing of offsets or windows.
struct Auditor {
  private struct Pair: Hashable {
    let publisher: PeerID
    let subscriber: PeerID
  }

  private struct Stream {
    var indices: [UInt32: UInt64] = [:]
    var runs: [UInt32: Int] = [:]
    var newest: UInt32?
    var newestIndex: UInt64 = 0
    var newestRun = 0
    var timestamps: [(index: UInt64, timestamp: UInt32)] = []
    var newestTimestamp: UInt32 = 0
    /// A packet was withheld since the newest: the next one must follow without a gap.
    var isBroken = false
    /// A late or repeated packet was withheld: the next one may.
    var mayBeBroken = false
  }

  private var streams: [Pair: Stream] = [:]
  private var rollovers: [PeerID: RolloverCounter] = [:]
  /// Indices and nonces used, by peer and key.
  private var sealed: [PeerID: [Int: Set<UInt64>]] = [:]
  private var sealedReports: [PeerID: Set<UInt32>] = [:]
  private(set) var forwarded = 0
  private(set) var gaps = 0

  /// A datagram of `cause` reached the endpoint while it was not allowed through to `subscriber`.
  mutating func withheld(_ cause: Cause, from subscriber: Member, isNewest: Bool) {
    let pair = Pair(publisher: cause.publisher.admission.peer, subscriber: subscriber.admission.peer)
    guard streams[pair] != nil else { return }
    if isNewest { streams[pair]?.isBroken = true } else { streams[pair]?.mayBeBroken = true }
  }

  /// The endpoint sent an RTP datagram to `subscriber` because of `cause`.
  mutating func sent(_ datagram: [UInt8], to subscriber: Member, because cause: Cause?) throws {
    guard let header = try? RTPHeader(datagram.span) else { throw Violation(description: "no RTP was sent") }
    guard let cause else { throw Violation(description: "audio was sent that nobody had spoken") }
    let publisher = cause.publisher
    guard header.ssrc == publisher.admission.ssrc else {
      throw Violation(description: "SSRC \(header.ssrc) instead of the publisher's")
    }
    guard publisher !== subscriber else { throw Violation(description: "own audio came back") }
    guard publisher.admission.room == subscriber.admission.room, subscriber.isPresent else {
      throw Violation(description: "audio left its room")
    }
    guard publisher.permissions.maySpeak else { throw Violation(description: "a muted member was heard") }
    guard subscriber.permissions.mayHear else {
      throw Violation(description: "a deafened member was sent audio")
    }
    let id = subscriber.admission.peer
    let index = rollovers[id, default: RolloverCounter()].index(of: header.sequenceNumber, header.ssrc)
    try checkSeal(datagram, subscriber, ssrc: header.ssrc, index: index)
    try place(cause, index: index, timestamp: header.timestamp, subscriber)
    forwarded += 1
  }

  /// No key is used twice with one index (SRTP) or nonce (Discord).
  private mutating func checkSeal(
    _ datagram: [UInt8], _ subscriber: Member, ssrc: UInt32, index: UInt64
  ) throws {
    let nonce = datagram.suffix(4).reduce(0) { $0 << 8 | UInt64($1) }
    let seal = subscriber.voice != nil ? nonce : UInt64(ssrc) << 32 | index
    guard
      sealed[subscriber.admission.peer, default: [:]][subscriber.firstRunOfKey, default: []].insert(seal)
        .inserted
    else {
      throw Violation(description: "key and index \(index) of SSRC \(ssrc) were used twice")
    }
  }

  private mutating func place(
    _ cause: Cause, index: UInt64, timestamp: UInt32, _ subscriber: Member
  ) throws {
    let pair = Pair(publisher: cause.publisher.admission.peer, subscriber: subscriber.admission.peer)
    var stream = streams[pair, default: Stream()]
    guard stream.indices[cause.number] == nil else {
      throw Violation(description: "packet \(cause.number) was forwarded twice")
    }
    if let newest = stream.newest {
      if cause.number > newest {
        try placeNewest(cause, index: index, timestamp: timestamp, after: newest, &stream)
      } else {
        try placeLate(cause, index: index, timestamp: timestamp, stream)
      }
    }
    stream.indices[cause.number] = index
    stream.runs[cause.number] = cause.run
    if cause.number >= stream.newest ?? 0 {
      stream.newest = cause.number
      stream.newestIndex = index
      stream.newestRun = cause.run
      stream.newestTimestamp = timestamp
      stream.isBroken = false
      stream.mayBeBroken = false
    }
    streams[pair] = stream
  }

  private mutating func placeNewest(
    _ cause: Cause, index: UInt64, timestamp: UInt32, after newest: UInt32, _ stream: inout Stream
  ) throws {
    let step = index &- stream.newestIndex
    let distance = UInt64(cause.number - newest)
    let isContinued = cause.run == stream.newestRun && !stream.isBroken
    let isLegal =
      isContinued
      ? step == distance || stream.mayBeBroken && step == 1
      : step == 1 || cause.run != stream.newestRun && step <= distance
    guard isLegal || cause.publisher.isAmbiguous else {
      throw Violation(
        description:
          "packet \(cause.number) after \(newest): index went from \(stream.newestIndex) to \(index)"
          + " (broken \(stream.isBroken), run \(stream.newestRun) to \(cause.run))")
    }
    guard Int32(bitPattern: timestamp &- stream.newestTimestamp) >= 0 || cause.publisher.isAmbiguous else {
      throw Violation(description: "the timestamp went back at packet \(cause.number)")
    }
    if !cause.publisher.isAmbiguous { gaps += Int(step) - 1 }
  }

  private func placeLate(
    _ cause: Cause, index: UInt64, timestamp: UInt32, _ stream: Stream
  ) throws {
    if cause.publisher.isAmbiguous { return }
    guard cause.run == stream.newestRun else {
      throw Violation(description: "packet \(cause.number) of an earlier playback was forwarded late")
    }
    guard Int32(bitPattern: stream.newestTimestamp &- timestamp) >= 0 else {
      throw Violation(description: "late packet \(cause.number) lies in the future")
    }
    // Its neighbours on both sides tell where it belongs.
    let below = stream.indices.keys.filter { $0 < cause.number }.max()
    let above = stream.indices.keys.filter { $0 > cause.number }.min()
    guard let above, let aboveIndex = stream.indices[above], index < aboveIndex,
      below.flatMap({ stream.indices[$0] }).map({ $0 < index }) ?? false
    else {
      throw Violation(description: "late packet \(cause.number) got index \(index), out of order")
    }
  }

  /// A packet that must reach `subscriber` was given to the endpoint: was it sent.
  func check(_ cause: Cause, reached subscriber: Member) throws {
    let pair = Pair(publisher: cause.publisher.admission.peer, subscriber: subscriber.admission.peer)
    guard streams[pair]?.indices[cause.number] != nil else {
      throw Violation(description: "packet \(cause.number) was lost inside the endpoint")
    }
  }

  /// `subscriber` decoded a packet: it must carry what was put under this sequence number.
  func heard(_ packet: HeardPacket, by subscriber: Member, from publisher: Member) throws {
    guard let number = Member.number(in: packet.payload, of: publisher) else {
      throw Violation(description: "the payload was changed")
    }
    let pair = Pair(publisher: publisher.admission.peer, subscriber: subscriber.admission.peer)
    guard let index = streams[pair]?.indices[number],
      UInt16(truncatingIfNeeded: index) == packet.sequenceNumber
    else { throw Violation(description: "packet \(number) was decoded under another index") }
  }

  /// The endpoint sent an RTCP datagram to `subscriber`.
  mutating func sentReport(_ datagram: [UInt8], to subscriber: Member) throws {
    guard subscriber.voice == nil else {
      throw Violation(description: "RTCP was sent to a client that never spoke it")
    }
    let index = datagram.suffix(4).reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
    guard sealedReports[subscriber.admission.peer, default: []].insert(index).inserted else {
      throw Violation(description: "SRTCP index \(index) was used twice")
    }
  }
}
