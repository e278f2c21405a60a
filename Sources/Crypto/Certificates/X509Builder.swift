internal import Base
internal import COpenSSL

/// What a certificate that is being made stands for.
enum X509Profile {
  /// A key for DTLS: nobody looks at anything but its fingerprint.
  case selfSigned
  /// A private authority that signs leaves and nothing else.
  case authority
  /// A web server's certificate.
  case server([CertificateName])
}

/// Makes X.509 version 3 certificates (RFC 5280).
///
/// Owns the `X509` until ``signed(by:)`` hands it over.
@safe
struct X509Builder: ~Copyable {
  private let certificate: OpaquePointer

  /// Begins a certificate for `key`, valid from a day before `now` (clocks differ) for `days`.
  init(_ key: PrivateKey, subject: String, at now: WallTime, days: Int) throws(CryptoError) {
    // The C object: created here, owned by this value until it is handed over, freed in deinit.
    guard let certificate = unsafe X509_new() else { throw .unavailable }
    let seconds = Int(clamping: now.milliseconds / 1_000)
    let day = 86_400
    // Every setter copies what it is given; 2 stands for version 3.
    let isSet =
      unsafe X509_set_version(certificate, 2) == 1
      && Self.setSerial(certificate)
      && ASN1_TIME_set(X509_getm_notBefore(certificate), seconds - day) != nil
      && ASN1_TIME_set(X509_getm_notAfter(certificate), seconds + days * day) != nil
      && X509_set_pubkey(certificate, key.pointer) == 1
      && Self.add(subject, to: X509_get_subject_name(certificate))
    guard isSet else {
      // Nobody owns it yet.
      unsafe X509_free(certificate)
      throw .unavailable
    }
    unsafe self.certificate = certificate
  }

  deinit {
    // Gives back the builder's reference; the result has its own.
    unsafe X509_free(certificate)
  }

  /// Adds the extensions of `profile` and signs with `key`; `issuer` is `nil` for self-signed certificates.
  ///
  /// - Throws: `unavailable` when OpenSSL refuses.
  consuming func signed(
    _ profile: X509Profile, by key: PrivateKey, issuer: X509Certificate?
  ) throws(CryptoError) -> X509Certificate {
    let certificate = unsafe certificate
    // The issuer outlives the call; a self-signed certificate is its own.
    let issuing = unsafe issuer?.pointer ?? certificate
    guard unsafe X509_set_issuer_name(certificate, X509_get_subject_name(issuing)) == 1 else {
      throw .unavailable
    }
    for (identifier, value) in Self.extensions(profile) {
      guard unsafe Self.add(identifier, value, to: certificate, issuer: issuing) else { throw .unavailable }
    }
    // The result takes a reference of its own.
    guard unsafe X509_sign(certificate, key.pointer, EVP_sha256()) > 0,
      unsafe X509_up_ref(certificate) == 1,
      let result = unsafe X509Certificate(certificate)
    else { throw .unavailable }
    return result
  }

  /// RFC 5280 §4.2 as Chromium and OpenSSL 3 check it; the key identifiers come before the authority's.
  private static func extensions(_ profile: X509Profile) -> [(Int32, String)] {
    switch profile {
    case .selfSigned:
      [(NID_basic_constraints, "critical,CA:FALSE"), (NID_subject_key_identifier, "hash")]
    case .authority:
      [
        (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
        (NID_key_usage, "critical,keyCertSign,cRLSign"),
        (NID_subject_key_identifier, "hash"),
        (NID_authority_key_identifier, "keyid:always"),
      ]
    case .server(let names):
      [
        (NID_basic_constraints, "critical,CA:FALSE"),
        (NID_key_usage, "critical,digitalSignature"),
        (NID_ext_key_usage, "serverAuth"),
        (NID_subject_key_identifier, "hash"),
        (NID_authority_key_identifier, "keyid:always"),
        (NID_subject_alt_name, names.map(\.configuration).joined(separator: ",")),
      ]
    }
  }

  private static func add(
    _ identifier: Int32, _ value: String, to certificate: OpaquePointer, issuer: OpaquePointer
  ) -> Bool {
    // A C record of this call, filled by the next line.
    var context = unsafe X509V3_CTX()
    // The context lives for this call; the extension is copied by the certificate and freed here.
    unsafe X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
    guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, identifier, value) else { return false }
    defer { unsafe X509_EXTENSION_free(made) }
    return unsafe X509_add_ext(certificate, made, -1) == 1
  }

  /// RFC 5280 §4.1.2.2: positive, at most 20 octets; 127 random bits, so that none repeats.
  private static func setSerial(_ certificate: OpaquePointer) -> Bool {
    // Made and freed here; the certificate's own integer is written.
    guard let number = unsafe BN_new() else { return false }
    defer { unsafe BN_free(number) }
    return unsafe BN_rand(number, 127, 0, 0) == 1
      && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
  }

  private static func add(_ name: String, to subject: OpaquePointer?) -> Bool {
    let octets = Array(name.utf8)
    // Copies the lent octets; the subject belongs to the certificate.
    return unsafe octets.withUnsafeBufferPointer { octets in
      unsafe X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_UTF8, octets.baseAddress, Int32(clamping: octets.count), -1, 0) == 1
    }
  }
}
