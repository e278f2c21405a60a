internal import Base
internal import Net
internal import Wire

/// Members whose ICE is libnice's.
extension LoadRun {
  /// Makes the agent of a member, watches it, and gives the transport that goes with it.
  func openNice(_ member: Member, ssrc: UInt32) throws -> WebRTCTransport {
    let loop = try niceLoop ?? NiceLoop()
    niceLoop = loop
    // Media leaves by the way that signaling took.
    guard let ip = member.gatewaySocket?.localAddress?.ip else {
      throw LoadTestError.usage("the gateway's connection has no address")
    }
    let nice = try NicePeer(loop, at: ip)
    member.nice = nice
    try poll.add(
      nice.descriptor, token: UInt64(member.index) << 2 | Channel.media, interest: .readable)
    return webRTCTransport(
      member, WebRTCDescription(ufrag: nice.ufrag, password: nice.password), ssrc: ssrc, checks: .elsewhere)
  }

  /// The server's side is known: libnice checks the way there.
  func connectNice(_ member: Member, _ answer: String) {
    guard let nice = member.nice else { return }
    guard let fragment = try? WebRTCFragment(answer), let server = member.mediaServer,
      nice.connect(ufrag: fragment.ufrag, password: fragment.password, to: server)
    else { return fail(member, "libnice does not take the server's description") }
  }

  /// Takes everything that has come through a member's agent.
  func receive(_ member: Member, through nice: NicePeer) {
    var octets = [UInt8](repeating: 0, count: NetLimits.slotCount)
    for _ in 0..<LoadRun.receiveSlots {
      let now = MonotonicClock.now()
      switch nice.receive(into: &octets) {
      case .nothing: return
      case .ready: (member.transport as? WebRTCTransport)?.connectPath(at: now, into: &mediaEvents)
      case .failed: fail(member, "libnice found no way to the server")
      case .datagram(let count):
        var span = octets.mutableSpan
        if member.downlink == nil {
          take(&span, count, member, at: now)
        } else {
          carry(span.span, count: count, member, isToServer: false, at: now)
        }
      }
      if !mediaEvents.isEmpty { handleMedia(member, at: now) }
      guard member.nice === nice else { return }
    }
  }
}
