import Base
import Signaling
import Testing

@Suite struct TokenAuthorityTests {
  private static let authority = TokenAuthority(secret: [UInt8](repeating: 1, count: 32))
  private static let time = WallTime(milliseconds: 1_763_673_000_000)

  @Test func `A token says whose it is and since when`() throws {
    var random = SeededRandom(seed: 4)
    for _ in 0..<200 {
      let user = Snowflake(rawValue: random.next())
      let issued = WallTime(milliseconds: Int64(bitPattern: random.next()))
      let token = try #require(TokenAuthorityTests.authority.mint(user: user, at: issued))
      #expect(TokenAuthorityTests.authority.verify(token) == TokenClaim(user: user, issued: issued))
      #expect(token.utf8.count <= 96)
    }
  }

  @Test func `The first segment is the user's id in base64, as libraries expect`() throws {
    let token = try #require(
      TokenAuthorityTests.authority.mint(user: Snowflake(rawValue: 123_456_789), at: TokenAuthorityTests.time)
    )
    #expect(token.hasPrefix("MTIzNDU2Nzg5."))
    #expect(token.split(separator: ".").count == 3)
  }

  @Test func `No other text verifies`() throws {
    let authority = TokenAuthorityTests.authority
    let token = try #require(authority.mint(user: Snowflake(rawValue: 42), at: TokenAuthorityTests.time))
    let octets = Array(token.utf8)
    for count in 0..<octets.count {
      #expect(authority.verify(String(decoding: octets[..<count], as: UTF8.self)) == nil)
    }
    for bit in 0..<(octets.count * 8) {
      var flipped = octets
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(authority.verify(String(decoding: flipped, as: UTF8.self)) == nil, "bit \(bit)")
    }
    for text in ["", ".", "..", token + ".", token + "=", " " + token, String(repeating: "a", count: 10_000)]
    {
      #expect(authority.verify(text) == nil)
    }
  }

  @Test func `Another instance's token does not verify`() throws {
    let other = TokenAuthority(secret: [UInt8](repeating: 2, count: 32))
    let token = try #require(other.mint(user: Snowflake(rawValue: 42), at: TokenAuthorityTests.time))
    #expect(TokenAuthorityTests.authority.verify(token) == nil)
  }
}
