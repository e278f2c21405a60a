internal import Base

/// The secret that signs every token of this instance: 32 random octets, made once.
enum InstanceSecret {
  private static let count = 32

  /// Reads the secret of `directory`, or makes it.
  static func load(in directory: borrowing DataDirectory) throws(ServerError) -> [UInt8] {
    let file = directory.file("secret")
    if let text = readFile(file, limit: count * 2 + 1) {
      guard let octets = octets(text), octets.count == count else {
        throw .dataDirectory(directory.path, "has a damaged file `secret`")
      }
      return octets
    }
    var random = SystemRandom()
    let octets = random.octets(count)
    let text = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    guard replaceFile(file, text + "\n", mode: 0o600) else {
      throw .dataDirectory(directory.path, "cannot be written: \(errorText())")
    }
    return octets
  }

  private static func octets(_ text: [UInt8]) -> [UInt8]? {
    let digits = text.prefix { $0 != 0x0A }.compactMap(hexadecimalDigit)
    guard digits.count == count * 2 else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
