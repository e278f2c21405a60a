import Base
import Crypto
import Glibc
import Testing

@Suite struct CertificateTests {
  static let now = DTLSWorld.start

  @Test func `a self-signed certificate is read back as it was written`() throws {
    let made = try Certificate.selfSigned(at: Self.now)
    #expect(made.fingerprint.count == 32)
    #expect(made.chainPEM.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
    #expect(made.keyPEM.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(try Certificate(chainPEM: made.chainPEM, keyPEM: made.keyPEM) == made)
    let other = try Certificate.selfSigned(at: Self.now)
    #expect(other.fingerprint != made.fingerprint)
  }

  @Test func `a key that is another certificate's is refused`() throws {
    let one = try Certificate.selfSigned(at: Self.now)
    let other = try Certificate.selfSigned(at: Self.now)
    #expect(throws: CryptoError.malformedPEM) {
      try Certificate(chainPEM: one.chainPEM, keyPEM: other.keyPEM)
    }
  }

  @Test func `texts that are no PEM are refused`() throws {
    let made = try Certificate.selfSigned(at: Self.now)
    for text in ["", "x", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", made.keyPEM] {
      #expect(throws: CryptoError.malformedPEM) {
        try Certificate(chainPEM: text, keyPEM: made.keyPEM)
      }
    }
    for cut in stride(from: 0, to: made.keyPEM.utf8.count - 2, by: 7) {
      #expect(throws: CryptoError.malformedPEM) {
        try Certificate(chainPEM: made.chainPEM, keyPEM: String(made.keyPEM.prefix(cut)))
      }
    }
  }

  @Test(
    arguments: [
      [], [.dns("")], [.dns("a..b")], [.dns("a,DNS:evil.example")], [.dns("a b")], [.dns("ä.example")],
      [.dns("a.*.example")], [.dns(String(repeating: "a", count: 64))],
      [.dns("fine.example"), .dns("email:x@y")],
    ] as [[CertificateName]])
  func `names that cannot stand in a certificate are refused`(_ names: [CertificateName]) throws {
    let authority = try CertificateAuthority(name: "Test", at: Self.now)
    #expect(throws: CryptoError.invalidName) { try authority.issue(names, at: Self.now) }
  }

  @Test func `an authority that was kept signs again`() throws {
    let made = try CertificateAuthority(name: "Test", at: Self.now)
    let kept = try CertificateAuthority(certificatePEM: made.certificatePEM, keyPEM: made.keyPEM)
    #expect(kept == made)
    let leaf = try kept.issue([.dns("localhost")], at: Self.now)
    let context = try DTLSContext(certificate: leaf, mtu: 1_200)
    #expect(context.fingerprint == leaf.fingerprint)
    #expect(throws: CryptoError.malformedPEM) {
      try CertificateAuthority(certificatePEM: made.certificatePEM, keyPEM: leaf.keyPEM)
    }
  }

  @Test func `OpenSSL's own tool trusts a leaf for its names only`() throws {
    let authority = try CertificateAuthority(name: "Test authority", at: Self.now)
    let names: [CertificateName] = [
      .dns("localhost"), .dns("*.roost.example"), .ip(.loopbackV4), .ip(.loopbackV6),
      .ip(IPAddress(high: 0x2001_0DB8_0000_0001, low: 0x0000_0000_00AB_0002)),
    ]
    let leaf = try authority.issue(names, at: Self.now)
    let folder = try Folder()
    let root = folder.write("root.pem", authority.certificatePEM)
    let chain = folder.write("leaf.pem", leaf.chainPEM)
    let time = Self.now.milliseconds / 1_000
    let verify = "openssl verify -x509_strict -attime \(time) -purpose sslserver -CAfile \(root)"
    #expect(folder.run("\(verify) \(chain)"))
    for good in [
      "-verify_hostname localhost", "-verify_hostname voice.roost.example", "-verify_ip 127.0.0.1",
      "-verify_ip ::1", "-verify_ip 2001:db8:0:1::ab:2",
    ] {
      #expect(folder.run("\(verify) \(good) \(chain)"), "\(good)")
    }
    for bad in ["-verify_hostname example.org", "-verify_ip 127.0.0.2", "-verify_ip ::2"] {
      #expect(!folder.run("\(verify) \(bad) \(chain)"), "\(bad)")
    }
    let late = time + 398 * 86_400
    #expect(!folder.run("openssl verify -attime \(late) -CAfile \(root) \(chain)"))
  }
}

/// A folder for one test, removed with it.
final class Folder {
  let path: String

  init() throws {
    var template = Array("/tmp/roost-crypto-XXXXXX".utf8CString)
    // mkdtemp fills in the template, which is terminated.
    let isMade = unsafe template.withUnsafeMutableBufferPointer { template in
      guard let template = template.baseAddress else { return false }
      return unsafe mkdtemp(template) != nil
    }
    try #require(isMade)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    // Swift lends terminated texts for these calls.
    for name in ["root.pem", "leaf.pem"] { unsafe unlink("\(path)/\(name)") }
    unsafe rmdir(path)
  }

  func write(_ name: String, _ text: String) -> String {
    let file = "\(path)/\(name)"
    let octets = Array(text.utf8)
    // Opened, written and closed here; a failure shows when the file is read.
    if let stream = unsafe fopen(file, "w") {
      unsafe fwrite(octets, 1, octets.count, stream)
      unsafe fclose(stream)
    }
    return file
  }

  /// Whether `command` ends with 0.
  func run(_ command: String) -> Bool {
    // Swift lends a terminated text for the call.
    unsafe system("\(command) >/dev/null 2>&1") == 0
  }
}
