internal import Base
internal import Crypto
internal import HTTPServer

/// The certificate that HTTPS and WSS are served with: the operator's, or one of a private authority.
struct ServerCertificate {
  let identity: TLSIdentity
  /// The authority's file, for clients to trust; `nil` when the operator brought a certificate.
  let authorityFile: String?

  /// A made certificate is replaced when less than this is left of it: 30 days in milliseconds.
  private static let renewBefore: Int64 = 30 * 86_400_000
  /// How long a made certificate is valid: 397 days in milliseconds.
  private static let validity: Int64 = 397 * 86_400_000

  /// What `configuration` asks for; `nil` where TLS is a proxy's work.
  static func find(
    _ configuration: Configuration, isDev: Bool, in directory: borrowing DataDirectory, at now: WallTime
  ) throws(ServerError) -> ServerCertificate? {
    guard configuration.tls == .on else { return nil }
    guard isDev, configuration.certificateFile.isEmpty else { return try load(configuration) }
    return try makeLocal(in: directory, at: now)
  }

  /// Reads the operator's files.
  static func load(_ configuration: Configuration) throws(ServerError) -> ServerCertificate {
    guard !configuration.certificateFile.isEmpty, !configuration.keyFile.isEmpty else {
      throw .configuration("http.certificate and http.key are needed without --dev, unless http.tls is off")
    }
    let chain = try text(configuration.certificateFile)
    let key = try text(configuration.keyFile)
    return ServerCertificate(
      identity: TLSIdentity(certificateChain: chain, privateKey: key), authorityFile: nil)
  }

  /// Finds or makes a private authority and a certificate for this machine's loopback names.
  static func makeLocal(
    in directory: borrowing DataDirectory, at now: WallTime
  ) throws(ServerError) -> ServerCertificate {
    let authorityFile = directory.file("ca.pem")
    let files = (
      authority: authorityFile, authorityKey: directory.file("ca.key"),
      chain: directory.file("server.pem"), key: directory.file("server.key"),
      issued: directory.file("server.issued")
    )
    if let issued = Int64((try? text(files.issued)) ?? ""), now.milliseconds >= issued,
      now.milliseconds < issued + validity - renewBefore, (try? text(authorityFile)) != nil,
      let chain = try? text(files.chain), let key = try? text(files.key)
    {
      let identity = TLSIdentity(certificateChain: chain, privateKey: key)
      return ServerCertificate(identity: identity, authorityFile: authorityFile)
    }
    do {
      let authority = try authority(files.authority, files.authorityKey, at: now)
      let certificate = try authority.issue(
        [.dns("localhost"), .ip(.loopbackV4), .ip(.loopbackV6)], at: now)
      try write(files.chain, certificate.chainPEM, mode: 0o644)
      try write(files.key, certificate.keyPEM, mode: 0o600)
      try write(files.issued, String(now.milliseconds), mode: 0o644)
      let identity = TLSIdentity(certificateChain: certificate.chainPEM, privateKey: certificate.keyPEM)
      return ServerCertificate(identity: identity, authorityFile: authorityFile)
    } catch let error as CryptoError {
      throw .certificate("\(error)")
    } catch let error as ServerError {
      throw error
    } catch {
      throw .certificate("\(error)")
    }
  }

  private static func authority(
    _ certificate: String, _ key: String, at now: WallTime
  ) throws -> CertificateAuthority {
    if let certificate = try? text(certificate), let key = try? text(key),
      let kept = try? CertificateAuthority(certificatePEM: certificate, keyPEM: key)
    {
      return kept
    }
    let made = try CertificateAuthority(name: "Roost private authority", at: now)
    try write(key, made.keyPEM, mode: 0o600)
    try write(certificate, made.certificatePEM, mode: 0o644)
    return made
  }

  private static func text(_ file: String) throws(ServerError) -> String {
    guard let octets = readFile(file, limit: Limits.certificateCountMax) else {
      throw .certificate("\(file) cannot be read: \(errorText())")
    }
    return String(decoding: octets, as: UTF8.self)
  }

  private static func write(_ file: String, _ text: String, mode: UInt32) throws(ServerError) {
    guard replaceFile(file, text, mode: mode) else {
      throw .certificate("\(file) cannot be written: \(errorText())")
    }
  }
}
