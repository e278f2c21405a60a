import Base
import Testing
import Wire

@Suite struct DatagramKindTests {
  @Test(arguments: 0...255)
  func `A datagram of eight octets is a ping or a keepalive whatever it starts with`(_ first: Int) {
    let octets = [UInt8(first), 0, 0, 0, 0, 0, 0, 0]
    #expect(kind(octets) == .keepalive)
    let big = [0, 0, 0, 0, 0, 0, 0, UInt8(first)] as [UInt8]
    #expect(kind(big) == .keepalive)
  }

  @Test func `The ping's magic word decides, not its first octet`() {
    #expect(kind(Vector.ping) == .voicePing)
    let answer = hex("1337f00d 00000005")
    #expect(kind(answer) == .keepalive)
  }

  @Test func `Discovery comes in 74 octets and in 78`() {
    #expect(kind(Vector.discovery) == .ipDiscovery)
    #expect(kind(Vector.longDiscovery) == .ipDiscovery)
    for count in [73, 75, 76, 77, 79] {
      let octets = Array((Vector.discovery + [0, 0, 0, 0, 0]).prefix(count))
      #expect(kind(octets) == .unknown, "\(count) octets")
    }
    let response = hex("0002") + Vector.discovery.dropFirst(2)
    #expect(kind(response) == .unknown)
  }

  @Test(arguments: 0...255)
  func `The first octet decides for every other datagram`(_ first: Int) {
    var octets = [UInt8](repeating: 0, count: 40)
    octets[0] = UInt8(first)
    octets.replaceSubrange(4..<8, with: hex("2112a442"))
    let expected: DatagramKind =
      switch first {
      case 0...3: .stun
      case 20...63: .dtls
      case 128...191: .rtp
      default: .unknown
      }
    #expect(kind(octets) == expected)
  }

  @Test(arguments: 0...255)
  func `The second octet tells RTCP from RTP`(_ second: Int) {
    var octets = Vector.rtp
    octets[1] = UInt8(second)
    #expect(kind(octets) == ((192...223).contains(second) ? .rtcp : .rtp))
  }

  @Test func `Opus with and without marker is RTP`() {
    for payloadType in [0x78, 0xF8, 0x6F, 0xEF] as [UInt8] {
      let octets = [0x80, payloadType] + [UInt8](repeating: 0, count: 12)
      #expect(kind(octets) == .rtp)
    }
  }

  @Test func `STUN needs its cookie`() {
    var octets = Vector.stunRequest
    #expect(kind(octets) == .stun)
    octets[7] ^= 1
    #expect(kind(octets) == .unknown)
  }

  @Test(arguments: 0...11)
  func `What is too short for any header is unknown`(_ count: Int) {
    guard count != 8 else { return }
    let octets = [UInt8](repeating: 0x80, count: count)
    #expect(kind(octets) == .unknown)
  }

  @Test func `Every vector is told by its look`() {
    #expect(kind(Vector.rtcp) == .rtcp)
    #expect(kind(Vector.feedback) == .rtcp)
    #expect(kind(Vector.rtpsize) == .rtp)
    #expect(kind(Vector.stunResponse) == .stun)
    let hello = hex("16feff 0000 000000000000 0001 00")
    #expect(kind(hello) == .dtls)
  }
}

@Suite struct IPDiscoveryTests {
  @Test func `A request names its SSRC in both lengths`() throws {
    #expect(try discoverySSRC(Vector.discovery) == 1001)
    #expect(try discoverySSRC(Vector.longDiscovery) == 1001)
  }

  @Test func `A response is no request`() {
    let response = hex("0002") + Vector.discovery.dropFirst(2)
    #expect(throws: WireError.malformed) { try discoverySSRC(response) }
    let short = Array(Vector.discovery.dropLast())
    #expect(throws: WireError.truncated) { try discoverySSRC(short) }
  }

  @Test func `The response carries the observed address`() {
    let address = SocketAddress(ip: IPAddress(v4: 0xCB00_7107), port: 50_123)
    let reply = written(80) { IPDiscovery.writeResponse(ssrc: 1001, address: address, into: &$0) }
    let text = Array("203.0.113.7".utf8)
    let expected =
      hex("00020046 000003e9") + text + [UInt8](repeating: 0, count: 64 - text.count) + hex("c3cb")
    #expect(reply == expected)
  }

  @Test func `An IPv6 address fits, and a short buffer is left alone`() {
    let ip = IPAddress(high: 0x2001_0db8_ffff_ffff, low: 0xffff_ffff_ffff_ffff)
    let address = SocketAddress(ip: ip, port: 1)
    let reply = written(74) { IPDiscovery.writeResponse(ssrc: 1, address: address, into: &$0) }
    #expect(String(decoding: reply[8..<46], as: UTF8.self) == "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")
    #expect(written(73) { IPDiscovery.writeResponse(ssrc: 1, address: address, into: &$0) }.isEmpty)
  }

  @Test func `A ping is answered with its sequence number`() throws {
    let sequence = try pingSequence(Vector.ping)
    #expect(sequence == 5)
    let reply = written(8) { VoicePing.writeResponse(sequence: sequence, into: &$0) }
    #expect(reply == hex("1337f00d 00000005"))
    #expect(written(7) { VoicePing.writeResponse(sequence: 1, into: &$0) }.isEmpty)
    let counter = hex("0000000000000005")
    #expect(throws: WireError.malformed) { try pingSequence(counter) }
  }
}

// The macros of Swift Testing cannot hold spans: these take arrays.

private func kind(_ octets: [UInt8]) -> DatagramKind {
  DatagramKind.classify(octets.span)
}

private func discoverySSRC(_ octets: [UInt8]) throws(WireError) -> UInt32 {
  try IPDiscovery.parseRequest(octets.span)
}

private func pingSequence(_ octets: [UInt8]) throws(WireError) -> UInt32 {
  try VoicePing.parseRequest(octets.span)
}
