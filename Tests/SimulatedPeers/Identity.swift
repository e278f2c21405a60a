internal import Base
package import Crypto

/// DTLS identities of tests, made once: keys are the slow part.
package enum Identity {
  private static let wall = WallTime(milliseconds: 1_790_000_000_000)
  private static let serverCertificate = Result { try Certificate.selfSigned(at: wall) }
  private static let clientCertificate = Result { try Certificate.selfSigned(at: wall) }
  private static let strangerCertificate = Result { try Certificate.selfSigned(at: wall) }

  /// The endpoint's context.
  package static func server() throws -> DTLSContext {
    try DTLSContext(certificate: serverCertificate.get(), mtu: 1_200)
  }

  /// The context of every honest client.
  package static func client(_ profiles: [SRTPProfile]) throws -> DTLSContext {
    try DTLSContext(certificate: clientCertificate.get(), mtu: 1_200, profiles: profiles)
  }

  /// A context whose certificate nobody announced.
  package static func stranger() throws -> DTLSContext {
    try DTLSContext(certificate: strangerCertificate.get(), mtu: 1_200)
  }
}
