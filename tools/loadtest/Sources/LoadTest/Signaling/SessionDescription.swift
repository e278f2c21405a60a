public import Base
internal import Wire

/// What a WebRTC peer says of itself in SDP: credentials, certificate, where it receives, what it sends.
public struct PeerDescription: Hashable, Sendable {
  /// ICE user fragment.
  public var ufrag: String
  /// ICE password.
  public var password: String
  /// `AA:BB:…`, SHA-256 of the certificate.
  public var fingerprint: String
  /// The host candidate.
  public var address: SocketAddress
  /// What is sent under.
  public var ssrc: UInt32
  /// Whether that is a picture.
  public var sendsVideo: Bool

  /// Makes a description of its parts.
  public init(
    ufrag: String, password: String, fingerprint: String, address: SocketAddress, ssrc: UInt32,
    sendsVideo: Bool = false
  ) {
    self.ufrag = ufrag
    self.password = password
    self.fingerprint = fingerprint
    self.address = address
    self.ssrc = ssrc
    self.sendsVideo = sendsVideo
  }

  /// An offer to send one stream, as the DTLS client (RFC 8829, RFC 8842).
  public var offer: String {
    var lines = PeerDescription.head(mids: ["0"])
    lines += sendsVideo ? PeerDescription.video : PeerDescription.audio
    lines += ["a=mid:0", "a=sendonly"] + transport + candidate
    lines += ["a=ssrc:\(ssrc) cname:roost", "a=msid:roost roost0"]
    return PeerDescription.text(lines)
  }

  private static let audio = [
    "m=audio 9 UDP/TLS/RTP/SAVPF \(WebRTCTransport.payloadType)", "c=IN IP4 0.0.0.0",
    "a=rtpmap:\(WebRTCTransport.payloadType) opus/48000/2",
    "a=extmap:\(WebRTCTransport.levelID) \(HeaderExtensionURI.audioLevel)",
  ]

  private static let video = [
    "m=video 9 UDP/TLS/RTP/SAVPF \(VideoShape.payloadType)", "c=IN IP4 0.0.0.0",
    "a=rtpmap:\(VideoShape.payloadType) VP8/90000", "a=rtcp-fb:\(VideoShape.payloadType) nack",
    "a=rtcp-fb:\(VideoShape.payloadType) nack pli", "a=rtcp-fb:\(VideoShape.payloadType) ccm fir",
  ]

  /// An answer that receives everything that `offer` sends.
  public func answer(to offer: SessionDescription) -> String {
    var lines = PeerDescription.head(mids: offer.sections.map(\.mid))
    for (index, section) in offer.sections.enumerated() {
      lines += [section.line, "c=IN IP4 0.0.0.0", "a=mid:\(section.mid)", "a=recvonly"]
      lines += section.formats + transport
      if index == 0 { lines += candidate }
    }
    return PeerDescription.text(lines)
  }

  private static func head(mids: [String]) -> [String] {
    [
      "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0",
      "a=group:BUNDLE \(mids.joined(separator: " "))", "a=msid-semantic: WMS *",
    ]
  }

  private var transport: [String] {
    [
      "a=rtcp-mux", "a=ice-ufrag:\(ufrag)", "a=ice-pwd:\(password)",
      "a=fingerprint:sha-256 \(fingerprint)", "a=setup:active",
    ]
  }

  private var candidate: [String] {
    // RFC 8445 §5.1.2.1: a host candidate, the first address.
    ["a=candidate:1 1 udp 2130706431 \(address.ip) \(address.port) typ host", "a=end-of-candidates"]
  }

  private static func text(_ lines: [String]) -> String {
    lines.joined(separator: "\r\n") + "\r\n"
  }
}

/// What is read of a server's SDP: where it receives, and its media sections.
public struct SessionDescription: Hashable, Sendable {
  /// One `m=` section.
  public struct Section: Hashable, Sendable {
    /// The `m=` line itself.
    public var line: String
    /// `a=mid`; empty when there is none.
    public var mid = ""
    /// The SSRC that it sends under.
    public var ssrc: UInt32?
    /// Codecs, feedback and extensions, as offered.
    public var formats: [String] = []
  }

  /// The first UDP candidate.
  public private(set) var address: SocketAddress?
  /// In order.
  public private(set) var sections: [Section] = []

  /// Sections that a description may have: more than members that anyone listens to at a time.
  private static let sectionCountMax = 256

  /// Reads the lines that matter; the rest is skipped.
  public init(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("m=") {
        guard sections.count < SessionDescription.sectionCountMax else { return }
        sections.append(Section(line: String(line)))
      } else if line.hasPrefix("a=") {
        take(line.dropFirst(2))
      }
    }
  }

  private mutating func take(_ attribute: Substring) {
    let name = attribute.prefix { $0 != ":" }
    let value = attribute.dropFirst(name.count + 1)
    if name == "candidate" {
      address = address ?? SessionDescription.candidate(value)
      return
    }
    guard let last = sections.indices.last else { return }
    switch name {
    case "mid": sections[last].mid = String(value)
    case "ssrc" where sections[last].ssrc == nil:
      sections[last].ssrc = UInt32(value.prefix { $0 != " " })
    case "rtpmap", "rtcp-fb", "fmtp", "extmap": sections[last].formats.append("a=\(attribute)")
    default: break
    }
  }

  // RFC 8839 §5.1: foundation, component, transport, priority, address, port, …
  private static func candidate(_ value: Substring) -> SocketAddress? {
    let words = value.split(separator: " ")
    guard words.count > 5, words[2].lowercased() == "udp", let ip = IPAddress(String(words[4])),
      let port = UInt16(words[5])
    else { return nil }
    return SocketAddress(ip: ip, port: port)
  }
}
