public import Base
internal import Wire

/// The credentials that a member shows, and the fragment that carries them.
public struct WebRTCDescription: Hashable, Sendable {
  let ufrag: String
  private let password: String

  /// Draws credentials.
  public init(random: inout SeededRandom) {
    ufrag = random.text(8, of: .ice)
    password = random.text(24, of: .ice)
  }

  /// What a browser's offer says, in the few lines that Discord's protocol takes of it.
  func fragment(fingerprint: [UInt8], levelID: UInt8) -> String {
    let hexadecimal = fingerprint.map { octet in
      let digits = String(octet, radix: 16, uppercase: true)
      return digits.count == 1 ? "0" + digits : digits
    }
    return [
      "a=ice-ufrag:\(ufrag)",
      "a=ice-pwd:\(password)",
      "a=ice-options:trickle",
      "a=fingerprint:sha-256 \(hexadecimal.joined(separator: ":"))",
      "a=extmap:\(levelID) \(HeaderExtensionURI.audioLevel)",
      "a=rtpmap:\(WebRTCTransport.payloadType) opus/48000/2",
    ].joined(separator: "\n")
  }
}
