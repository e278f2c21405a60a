public import Base
internal import Wire

/// The credentials that a member shows, and the fragment that carries them.
public struct WebRTCDescription: Hashable, Sendable {
  let ufrag: String
  private let password: String

  var passwordOctets: [UInt8] { Array(password.utf8) }

  /// Draws credentials.
  public init(random: inout SeededRandom) {
    ufrag = random.text(8, of: .ice)
    password = random.text(24, of: .ice)
  }

  /// Takes credentials that somebody else drew: an agent that checks the way itself.
  init(ufrag: String, password: String) {
    self.ufrag = ufrag
    self.password = password
  }

  /// What a browser's offer says, in the few lines that Discord's protocol takes of it.
  func fragment(fingerprint: [UInt8], levelID: UInt8) -> String {
    [
      "a=ice-ufrag:\(ufrag)",
      "a=ice-pwd:\(password)",
      "a=ice-options:trickle",
      "a=fingerprint:sha-256 \(WebRTCDescription.hexadecimal(fingerprint))",
      "a=extmap:\(levelID) \(HeaderExtensionURI.audioLevel)",
      "a=rtpmap:\(WebRTCTransport.payloadType) opus/48000/2",
      "a=rtpmap:\(VideoLayerSender.payloadType) VP8/90000",
      "a=rtpmap:\(VideoLayerSender.rtxPayloadType) rtx/90000",
    ].joined(separator: "\n")
  }

  /// The same for whole descriptions.
  func peer(fingerprint: [UInt8], address: SocketAddress, ssrc: UInt32, sendsVideo: Bool) -> PeerDescription {
    PeerDescription(
      ufrag: ufrag, password: password, fingerprint: WebRTCDescription.hexadecimal(fingerprint),
      address: address, ssrc: ssrc, sendsVideo: sendsVideo)
  }

  private static func hexadecimal(_ octets: [UInt8]) -> String {
    octets.map { octet in
      let digits = String(octet, radix: 16, uppercase: true)
      return digits.count == 1 ? "0" + digits : digits
    }
    .joined(separator: ":")
  }
}
