/// Where a core takes its randomness from: an input, like time.
///
/// Production passes ``SystemRandom``, tests and simulations a ``SeededRandom`` whose seed they print.
public protocol RandomSource: Sendable {
  /// The next 64 random bits.
  mutating func next() -> UInt64

  /// `count` characters of `alphabet`, drawn evenly.
  mutating func text(_ count: Int, of alphabet: StaticAlphabet) -> String
}

extension RandomSource {
  /// `count` random octets.
  public mutating func octets(_ count: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count)
    while result.count < count {
      var word = next()
      for _ in 0..<min(8, count - result.count) {
        result.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
      }
    }
    return result
  }

  /// Draws each character by itself.
  public mutating func text(_ count: Int, of alphabet: StaticAlphabet) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(count)
    while result.count < count {
      result.append(alphabet.octets[below(alphabet.octets.count)])
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// An even draw from `0 ..< bound`; 0 when `bound` is not positive.
  public mutating func below(_ bound: Int) -> Int {
    guard bound > 0 else { return 0 }
    let (high, _) = next().multipliedFullWidth(by: UInt64(bound))
    return Int(high)
  }

  /// An even draw from `0 ..< 1`.
  public mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }
}

/// Characters to draw random text from.
public struct StaticAlphabet: Sendable {
  let octets: [UInt8]

  /// RFC 8839's `ice-char`: letters, digits, `+` and `/`.
  public static let ice = StaticAlphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

  /// Letters and digits: invites, session ids.
  public static let alphanumeric = StaticAlphabet(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

  /// Lower-case hexadecimal digits.
  public static let hexadecimal = StaticAlphabet("0123456789abcdef")

  private init(_ characters: String) {
    octets = Array(characters.utf8)
  }
}

/// The operating system's cryptographic generator.
public struct SystemRandom: RandomSource {
  private var generator = SystemRandomNumberGenerator()

  /// Makes a source over the system's generator.
  public init() {}

  /// The next 64 random bits.
  public mutating func next() -> UInt64 { generator.next() }

  /// Draws five characters from each 64 bits, since every draw is a system call: a join took 140.
  ///
  /// An alphabet has at most 64 characters: the fifth still has 40 bits left, which is even to 2⁻³⁴.
  public mutating func text(_ count: Int, of alphabet: StaticAlphabet) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(count)
    while result.count < count {
      var fraction = next()
      for _ in 0..<min(SystemRandom.charactersPerDraw, count - result.count) {
        let (digit, rest) = fraction.multipliedFullWidth(by: UInt64(alphabet.octets.count))
        result.append(alphabet.octets[Int(digit)])
        fraction = rest
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static let charactersPerDraw = 5
}

/// A reproducible source (SplitMix64) for tests and simulations; never for keys.
public struct SeededRandom: RandomSource {
  private var state: UInt64

  /// Makes the source that `seed` determines.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits of the sequence.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
