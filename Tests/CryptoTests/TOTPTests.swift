import Base
import Crypto
import Testing

@Suite struct TOTPTests {
  private static let secret = Array("12345678901234567890".utf8)

  /// RFC 6238 appendix B, whose eight digits end in these six.
  @Test(
    arguments: [
      (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
      (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ] as [(Int64, String)])
  func `Codes of RFC 6238's examples`(_ seconds: Int64, _ code: String) {
    #expect(TOTP.code(secret: TOTPTests.secret, step: seconds / TOTP.period) == code)
    let now = WallTime(milliseconds: seconds * 1000)
    #expect(TOTP.step(of: code, secret: TOTPTests.secret, at: now) == seconds / TOTP.period)
  }

  @Test(
    arguments: [(-61, false), (-60, true), (-30, true), (0, true), (59, true), (60, false)] as [(Int64, Bool)]
  )
  func `A clock may be one step off`(_ seconds: Int64, _ isNear: Bool) throws {
    let step: Int64 = 40_000_000
    let code = try #require(TOTP.code(secret: TOTPTests.secret, step: step))
    let now = WallTime(milliseconds: (step * TOTP.period + seconds) * 1000 + (seconds < 0 ? 30_000 : 0))
    #expect((TOTP.step(of: code, secret: TOTPTests.secret, at: now) == step) == isNear)
  }

  @Test(arguments: ["", "28708", "2870822", "28708a", "２87082", "-87082"])
  func `What is no code is none`(_ text: String) {
    #expect(TOTP.step(of: text, secret: TOTPTests.secret, at: WallTime(milliseconds: 59_000)) == nil)
  }
}
