internal import CSodium

/// The one-time set-up of libsodium.
enum Sodium {
  /// Whether the library is ready; it chooses its processor-specific code on first use.
  ///
  /// `sodium_init` answers 0 the first time, 1 when it was done already, -1 on failure.
  static let isReady = sodium_init() >= 0
}
