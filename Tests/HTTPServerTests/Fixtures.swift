import HTTPServer

/// Self-signed certificates that expire in 2126; their keys protect nothing.
enum Fixtures {
  static let first = TLSIdentity(
    certificateChain: """
      -----BEGIN CERTIFICATE-----
      MIIBdjCCAR2gAwIBAgIUXjINhlTexXKhFir4xKQbLZZXRL4wCgYIKoZIzj0EAwIw
      EDEOMAwGA1UEAwwFZmlyc3QwIBcNMjYxMTIwMjE1ODUzWhgPMjEyNjEwMjcyMTU4
      NTNaMBAxDjAMBgNVBAMMBWZpcnN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
      vcDqNo5VW8Snj2i8TcgDzRYlf6xqrIT/j8hnNwKydCnzTJcsqPiJLd0VrPabqu9O
      S0/GaS5g0wRsRvnPDFH++qNTMFEwHQYDVR0OBBYEFBYoIRtCVmaXVISNmlr8N99b
      VtD2MB8GA1UdIwQYMBaAFBYoIRtCVmaXVISNmlr8N99bVtD2MA8GA1UdEwEB/wQF
      MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgNWOecJS8R/6L02YeOLTNHY1uEQ2erqg7
      0sMIvkW66hsCIFp7y4b0gKOymsqWsKHwAy6nvNtx0iaPn/UF9vFf6E40
      -----END CERTIFICATE-----
      """,
    privateKey: """
      -----BEGIN PRIVATE KEY-----
      MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDK+36SpTu1Vw3sIL
      gFvAHSoi0AgVKtcWY73mKDJq+vqhRANCAAS9wOo2jlVbxKePaLxNyAPNFiV/rGqs
      hP+PyGc3ArJ0KfNMlyyo+Ikt3RWs9puq705LT8ZpLmDTBGxG+c8MUf76
      -----END PRIVATE KEY-----
      """)

  static let second = TLSIdentity(
    certificateChain: """
      -----BEGIN CERTIFICATE-----
      MIIBdzCCAR+gAwIBAgIUN1xttWkho013kuelyLHapO6M5cwwCgYIKoZIzj0EAwIw
      ETEPMA0GA1UEAwwGc2Vjb25kMCAXDTI2MTEyMDIxNTg1M1oYDzIxMjYxMDI3MjE1
      ODUzWjARMQ8wDQYDVQQDDAZzZWNvbmQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
      AAT0P/Wj7c1gDI77CnmVnHPlYkRcrfq23DVrL2arc2Nfp5CR6VW4Y+RUhY7+KFU+
      o/ncnAqoe8B9jpTfBt2crdGvo1MwUTAdBgNVHQ4EFgQUPKM8s1NgTxM43p+ic/w3
      su1y+xYwHwYDVR0jBBgwFoAUPKM8s1NgTxM43p+ic/w3su1y+xYwDwYDVR0TAQH/
      BAUwAwEB/zAKBggqhkjOPQQDAgNGADBDAh9w9m83mZtYpM7X74fXcr2kcCP+Wo4V
      hp13veqhsVmWAiBIIdcBJBKHd9G1HC/BJKuSfHD/l3AsQbM0JCCfpq3zSQ==
      -----END CERTIFICATE-----
      """,
    privateKey: """
      -----BEGIN PRIVATE KEY-----
      MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghDnz8fFX6zDV9K5Q
      magECvPg/VcYBfGoYPMroCzTWXShRANCAAT0P/Wj7c1gDI77CnmVnHPlYkRcrfq2
      3DVrL2arc2Nfp5CR6VW4Y+RUhY7+KFU+o/ncnAqoe8B9jpTfBt2crdGv
      -----END PRIVATE KEY-----
      """)
}
