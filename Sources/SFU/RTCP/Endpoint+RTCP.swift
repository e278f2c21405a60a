internal import Base
internal import MediaControl
internal import Wire

/// Incoming RTCP: read for statistics and as requests to us, never relayed.
extension Endpoint {
  mutating func receiveRTCP(
    _ datagram: inout MutableSpan<UInt8>, _ arrival: Arrival, into sink: inout some TransmitSink & ~Copyable
  ) {
    guard let header = try? RTCPHeader(datagram.span.extracting(first: arrival.count)) else {
      return counters.drop(.malformed)
    }
    let sender: Handle<Peer>
    if let peer = addresses[arrival.source], peers[peer].webRTC != nil {
      sender = peer
    } else if let peer = ssrcs[header.ssrc] ?? videoSSRCs[header.ssrc] {
      sender = peer
    } else {
      return counters.drop(.unknownSSRC)
    }
    do throws(DropReason) {
      let count = try peers[sender].openRTCP(&datagram, header: header, count: arrival.count)
      read(datagram.span.extracting(first: count), from: sender, at: arrival.at, into: &sink)
    } catch {
      drop(error, sender)
    }
  }

  /// Walks an authentic compound packet; what follows a malformed part is ignored.
  private mutating func read(
    _ compound: Span<UInt8>, from peer: Handle<Peer>, at now: Instant,
    into sink: inout some TransmitSink & ~Copyable
  ) {
    var walk = RTCPWalk()
    var retransmissions = Fixed.retransmissionsPerDatagram
    do throws(WireError) {
      while let packet = try walk.next(in: compound) {
        switch packet {
        case .senderReport(let report, let blocks):
          if let track = peers[peer].track, tracks[track].sourceSSRC == report.ssrc {
            tracks[track].reported(middle: report.ntp.middle, at: now)
          } else {
            noteVideoReport(report, from: peer, at: now)
          }
          read(blocks, compound, from: peer, at: now)
        case .receiverReport(_, let blocks):
          read(blocks, compound, from: peer, at: now)
        default:
          readFeedback(packet, compound, from: peer, at: now, &retransmissions, into: &sink)
        }
      }
    } catch {
      drop(.malformed, peer)
    }
  }

  private mutating func read(
    _ blocks: RTCPReportBlocks, _ compound: Span<UInt8>, from peer: Handle<Peer>, at now: Instant
  ) {
    for index in 0..<blocks.count {
      guard let block = blocks.block(index, in: compound) else { return }
      peers[peer].counts.remoteFractionLost = block.fractionLost
      guard block.lastReport != 0 else { continue }
      // RFC 3550 §6.4.1: now - LSR - DLSR, all in units of 2^-16 s.
      let elapsed = networkTime(now).middle &- block.lastReport &- block.delay
      // A round trip of more than 16 s is a report that lies.
      guard elapsed < 16 << 16 else { continue }
      peers[peer].counts.roundTrip = Interval(nanoseconds: (Int64(elapsed) * 1_000_000_000) >> 16)
    }
  }

  /// The wall-clock time at `now` as sender reports carry it.
  func networkTime(_ now: Instant) -> NTPTime {
    let wall = configuration.wallTimeAtZero.milliseconds
    // Whole milliseconds come from the wall clock; what is finer, from the monotonic one.
    let whole = WallTime(milliseconds: wall &+ now.nanoseconds / 1_000_000)
    let coarse = NTPTime(whole)
    let rest = UInt64(max(now.nanoseconds % 1_000_000, 0))
    let (fraction, carried) = coarse.fraction.addingReportingOverflow(
      UInt32(truncatingIfNeeded: (rest << 32) / 1_000_000_000))
    return NTPTime(seconds: coarse.seconds &+ (carried ? 1 : 0), fraction: fraction)
  }
}
