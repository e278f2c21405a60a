internal import Base
internal import Net

/// A datagram on its way over an emulated link.
struct LinkedDatagram {
  /// Which member's link it is on.
  let member: Int
  let isToServer: Bool
  /// Of which connection of the member: one that has left takes nothing any more.
  let connection: UInt64
  var octets: [UInt8]
}

/// The emulated links of a run: without conditions everything passes through.
extension LoadRun {
  /// Datagrams under way at the same time: 1,000 members with 3 Mbit/s and 200 ms.
  static let linkCapacity = 1 << 17

  /// Sends the first `count` octets of `datagram` over the member's link.
  func transmit(_ datagram: Span<UInt8>, count: Int, _ member: Member, at now: Instant) {
    guard let descriptor = member.mediaDescriptor else { return }
    guard member.uplink != nil else {
      // What the kernel refuses is lost like any datagram.
      _ = sendDatagram(datagram, count: count, on: descriptor)
      return
    }
    carry(datagram, count: count, member, isToServer: true, at: now)
  }

  /// Puts a datagram of either direction on its way.
  func carry(_ datagram: Span<UInt8>, count: Int, _ member: Member, isToServer: Bool, at now: Instant) {
    let fate = isToServer ? member.uplink?.admit(count, at: now) : member.downlink?.admit(count, at: now)
    if phase == .measuring { measurements.linkedCount += 1 }
    guard case .arrives(let due) = fate else {
      if phase == .measuring { measurements.unlinkedCount += 1 }
      return
    }
    var octets: [UInt8] = []
    octets.reserveCapacity(count)
    for index in 0..<count { octets.append(datagram[index]) }
    let linked = LinkedDatagram(
      member: member.index, isToServer: isToServer, connection: member.connection, octets: octets)
    if !underWay.insert(linked, due: due), phase == .measuring { measurements.unlinkedCount += 1 }
  }

  /// Hands over what has arrived at the ends of the links.
  func deliverLinked(at now: Instant) {
    while var linked = underWay.popDue(at: now) {
      let member = members[linked.member]
      guard member.connection == linked.connection, let descriptor = member.mediaDescriptor else {
        continue
      }
      if linked.isToServer {
        _ = sendDatagram(linked.octets.span, count: linked.octets.count, on: descriptor)
      } else {
        let count = linked.octets.count
        var span = linked.octets.mutableSpan
        take(&span, count, member, at: max(now, MonotonicClock.now()))
        if !mediaEvents.isEmpty { handleMedia(member, at: now) }
      }
    }
  }
}
