/// Keys made for these tests; they protect nothing.
enum Fixtures {
  /// A self-signed certificate with a 2,048-bit RSA key, as GStreamer's clients show.
  static let rsaCertificate = """
    -----BEGIN CERTIFICATE-----
    MIIDATCCAemgAwIBAgIUQDq8s4aE7Io0cQui+GoB7w0CogswDQYJKoZIhvcNAQEL
    BQAwDzENMAsGA1UEAwwEcGVlcjAgFw0yNjExMjAyMTM5MjVaGA8yMTI2MTAyNzIx
    MzkyNVowDzENMAsGA1UEAwwEcGVlcjCCASIwDQYJKoZIhvcNAQEBBQADggEPADCC
    AQoCggEBALTyuFImlaznUGIbgzvJlqvyNtxjpM9tbwRj03xVbnNzuvq9AGQVOqL3
    G64XlwNmHv4G8rx1CQiqPVTtObqioclsAyNYGJMwOFJo4UUQU2FzdRD8oHiORnaf
    u3KweMtJVEDHOiEKVtNLvJ1hlUcMpabgf0H00ywLnq+bxZAVxHHZHyf8ClZvK5h9
    OPgHcJdfCRR6mCGdSqY821fWk//X6yZY6RcpHDODSY7tE+aMTrJG9B3sxaqwWPZy
    FlbYRI2KnDpdUl9EnGK5Ls+QphZHP/YPZ6g4K7DvZIHk03Ar1eRDYeb0K0roTw/R
    y69fetcfRsZmuGf6wuX+KymVDC6x6PsCAwEAAaNTMFEwHQYDVR0OBBYEFLwjHWvY
    t3LX2RYKgmk/iSiFQrBeMB8GA1UdIwQYMBaAFLwjHWvYt3LX2RYKgmk/iSiFQrBe
    MA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBAJfxRr3lboZ9wQZ3
    gECk9QXbIG0rBN29/EuDQXQG/FPxdxulQLOkPUzqcLtVL26IivpDNrmyx0iXIFwc
    DhKjYBohJ49LaYmXv5CF8AcYbnxQqQ83rnBmzqI7S50RIcIKfhghJ1A5AU9ovUOe
    rKX6i91PKvCD2v25D3rW9wE27LKvHXc17NaroELVp5OtzWg++q+u2oZaHIZivKcb
    FWquKJBjL65dBtJw8VQ2Loj7d7kR2UTkG75EimL4TSDQ1vo9hlzZaRMay3sju2kf
    ZUwvdarurRsvaWhkGdSQsEbIh8T86yUENIc6bLnGnzhnKd9dFZVatkp73Nar/xvx
    /Ngsmns=
    -----END CERTIFICATE-----
    """

  static let rsaKey = """
    -----BEGIN PRIVATE KEY-----
    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC08rhSJpWs51Bi
    G4M7yZar8jbcY6TPbW8EY9N8VW5zc7r6vQBkFTqi9xuuF5cDZh7+BvK8dQkIqj1U
    7Tm6oqHJbAMjWBiTMDhSaOFFEFNhc3UQ/KB4jkZ2n7tysHjLSVRAxzohClbTS7yd
    YZVHDKWm4H9B9NMsC56vm8WQFcRx2R8n/ApWbyuYfTj4B3CXXwkUepghnUqmPNtX
    1pP/1+smWOkXKRwzg0mO7RPmjE6yRvQd7MWqsFj2chZW2ESNipw6XVJfRJxiuS7P
    kKYWRz/2D2eoOCuw72SB5NNwK9XkQ2Hm9CtK6E8P0cuvX3rXH0bGZrhn+sLl/isp
    lQwusej7AgMBAAECggEAJURGDPlQY0NirUoATbx3cSNaBCrrgyMFNdC/ekB4FoQT
    0tdBMNukb3LYOxM1sWgDYwsYTBMIkMXLCuYuuQ8Mphi+TrWyngHU37glCR3TJmNq
    jVySSjH3NjAwoW7R+gA4v3yorqxb9HmJN5qk7XSf204qN3HOWihsfrtkxYeOJWob
    EpMYtUtjSmae/CSLbi+ZVvYME4cpVNba/RLlszJMzeZcZ1eKBQ8NtQGEmkmrWD0F
    ItMccWdWwEUiYjrhPLokbEtHLhJ/xFQK+Yw0FtR8Mt5+XNYcsda3DzZnN3ADEitV
    EeWM71Eo5kLEK/UFLgTDLWkNjfYEh0CiIrSYbdiLuQKBgQDbTEgIPtuSoBQmItTm
    ZnizHdwbGy8MtzN+/CZvNpu7pu6oEslz8OO3/w+I6Vm9ojYt0GGSOvHmugVVG4Ab
    fnQdgrnCkFnYTdTV7nqkv6yJ1A8pkF0OcXSzSp1KPhBIe3djxoQHnx6csnheqxH5
    5fJEMpJj+I1POv5oXYcMNt3saQKBgQDTO1t8fB2zR+aO1KMpTk6EpfAXRy17yvpN
    /g2AQAgYFtv2MzGIjlEvQfJk/k+3MlS+TU+8ZxIm3uTRtO72pN5QPb8+ap5yqWwL
    68oF3uL0R3wKtO1g3Ug0lq535E/ydZUDiYxHgFCewTutnzLEkPqcx/bBMFMgZmdb
    ocsB+smNwwKBgBy4XcquqMUIL/tannVaQD59D6GBKuVIbPcZgNMZ3MVztFfQtg94
    Ieqr/dXZccZTIzNW0iB7lci43g/qXRm8supWf4uKqimY7+HgrLE85RTb7+xqmrVU
    iIsen4Dkpe9INDed/RaecTzmZrtHPkBzLApgcSmkmKUivcTfUtt3qBLZAoGBAMvB
    7EQura+s4dhRgXps0QzfzLOHs3ZAnCbztC5MlgI2usPJKjTho6qEYL/PGTJMWLah
    eRLyEe5xACTR9djxvImGpp4c1u8gQttU/bGgCSk+c4cYdAsGKYqg93crQ3tMtQuO
    eUTXn+0j1N9sO9qlRzpJIdvFM8qDPZyEe4FTW21lAoGATKFPM6ZyhI7VS/axDuX3
    F8QXvUgb/+PLgAHapvh03sBpmmup/yVmB0qfoZaOonpM0NIAQHgBRe5rXwvEJT5J
    6iZ7p1qsYEUv5vwieQxPNztz8TCMNh17SNSujEJ5TzMTMt1DB1iGzT70ZjzSC3Jw
    opzA5VQbnDgmGnXC93O8Wdg=
    -----END PRIVATE KEY-----
    """
}
