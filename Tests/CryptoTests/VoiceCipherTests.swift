import Base
import Crypto
import Testing

@Suite struct VoiceCipherTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let clear: String
    let plain: String
    let nonce: UInt32
    let xchacha: String
    let aes: String

    func sealed(_ mode: VoiceCipherMode) -> [UInt8] { hex(mode == .aes256GCM ? aes : xchacha) }
  }

  /// Made with the key 00 01 … 1f by a client library's own code.
  static let vectors = [
    Vector(
      testDescription: "silence", clear: "80780001000003c0000003e9", plain: "f8fffe", nonce: 1,
      xchacha: "80780001000003c0000003e9f158af8501890bbdfe4544d8dd534f2ae1c74500000001",
      aes: "80780001000003c0000003e9bcc93317ab347e4c99e79366d14b3495e9837600000001"),
    Vector(
      testDescription: "header extension", clear: "9078000200000780000003e9bede0002",
      plain: "32aabbcc10a59002f8fffe", nonce: 2,
      xchacha: """
        9078000200000780000003e9bede0002201d8d58b9bf01b398d74a718934f26b6bb428b31068555a23ac8000000002
        """,
      aes: """
        9078000200000780000003e9bede00029ed6e10282a5662ca3bffb3cfa277349edd9e58ea43572d573186d00000002
        """),
    Vector(
      testDescription: "receiver report", clear: "81c90007000003e9",
      plain: "000003ea0000000000000005000000000000000000000000", nonce: 3,
      xchacha: """
        81c90007000003e968c7f0ddc01f384d22e1e795118556a99e2379d3a25a9102b4a7d60c9784fbe20fdd38f60834
        43f200000003
        """,
      aes: """
        81c90007000003e9bea61676bb9b2a283048cd652c7ec8db4e556d34615d2a99e6f72ed1f8f628c9a5c8a023d671
        5ee000000003
        """),
  ]

  static let key = (0..<32).map { UInt8($0) }

  @Test(arguments: vectors, VoiceCipherMode.allCases)
  func `seals and opens what clients make`(_ vector: Vector, _ mode: VoiceCipherMode) throws {
    var cipher = try VoiceCipher(mode: mode, key: Self.key.span)
    let clear = hex(vector.clear)
    let plain = clear + hex(vector.plain)
    let sealed = edited(plain, room: VoiceCipher.expansion) { packet in
      cipher.seal(&packet, authenticatedCount: clear.count, count: plain.count, nonce: vector.nonce)
    }
    #expect(sealed == vector.sealed(mode))
    let opened = edited(vector.sealed(mode)) { packet in
      cipher.open(&packet, authenticatedCount: clear.count, count: packet.count)
    }
    #expect(opened == plain)
  }

  @Test(arguments: vectors, VoiceCipherMode.allCases)
  func `every truncation and bit flip fails`(_ vector: Vector, _ mode: VoiceCipherMode) throws {
    var cipher = try VoiceCipher(mode: mode, key: Self.key.span)
    let clearCount = hex(vector.clear).count
    let sealed = vector.sealed(mode)
    for count in 0..<sealed.count {
      let opened = edited(Array(sealed.prefix(count))) { packet in
        cipher.open(&packet, authenticatedCount: clearCount, count: packet.count)
      }
      #expect(opened == nil, "cut to \(count)")
    }
    for bit in 0..<sealed.count * 8 {
      var forged = sealed
      forged[bit / 8] ^= 1 << (bit % 8)
      let opened = edited(forged) { packet in
        cipher.open(&packet, authenticatedCount: clearCount, count: packet.count)
      }
      #expect(opened == nil, "bit \(bit)")
    }
  }

  @Test(arguments: VoiceCipherMode.allCases)
  func `refuses what does not fit`(_ mode: VoiceCipherMode) throws {
    var cipher = try VoiceCipher(mode: mode, key: Self.key.span)
    let short = edited([UInt8](repeating: 0, count: 31)) { packet in
      cipher.seal(&packet, authenticatedCount: 12, count: 12, nonce: 1)
    }
    #expect(short == nil)
    let negative = edited([UInt8](repeating: 0, count: 64)) { packet in
      cipher.seal(&packet, authenticatedCount: -1, count: 12, nonce: 1)
    }
    #expect(negative == nil)
    let beyond = edited([UInt8](repeating: 0, count: 64)) { packet in
      cipher.open(&packet, authenticatedCount: 12, count: 65)
    }
    #expect(beyond == nil)
  }

  @Test(arguments: VoiceCipherMode.allCases)
  func `takes only keys of 32 octets`(_ mode: VoiceCipherMode) {
    for count in [0, 16, 31, 33] {
      let key = [UInt8](repeating: 1, count: count)
      #expect(throws: CryptoError.keySize) {
        _ = try VoiceCipher(mode: mode, key: key.span)
      }
    }
  }
}
