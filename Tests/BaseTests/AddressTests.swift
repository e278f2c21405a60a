import Base
import Testing

@Suite struct AddressTests {
  @Test(arguments: [
    // RFC 5952 §4: its recommendations, one by one.
    ("2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"),
    ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
    ("2001:DB8::AbCd", "2001:db8::abcd"), ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("fe80::0", "fe80::"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ("::ffff:192.0.2.1", "192.0.2.1"), ("::ffff:c000:201", "192.0.2.1"), ("::192.0.2.1", "::c000:201"),
    ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
    ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
  ])
  func `An address is read in any spelling and written in one`(_ text: String, _ canonical: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == canonical)
    #expect(IPAddress(canonical) == address)
  }

  @Test(arguments: [
    "", " ", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1..2.3", "1.2.3.", "a.b.c.d", ":",
    ":::",
    "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::",
    "g::", "1:", ":1", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.4:5", "::1.2.3", "fe80::1%eth0", "[::1]", "::1/64",
    "1:2:3:4:5:6:7:", "１.2.3.4",
  ])
  func `What is no address is refused`(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func `Random addresses survive their text`() {
    var random = SeededRandom(seed: 0x5EED_0040)
    for _ in 0..<5_000 {
      // Masks of whole groups make runs of zeros likely.
      var words = [random.next(), random.next()]
      for group in 0..<8 where random.below(2) == 0 {
        words[group / 4] &= ~(0xFFFF << UInt64(16 * (group % 4)))
      }
      let address = IPAddress(high: words[0], low: words[1])
      #expect(IPAddress(address.description) == address, "\(address)")
      #expect(address.description.utf8.count <= IPAddress.textCountMax)
    }
  }

  @Test func `Random text is read or refused`() {
    var random = SeededRandom(seed: 0x5EED_0041)
    let alphabet = Array("0123456789abcf:.:.::[]%/ ".utf8)
    for _ in 0..<20_000 {
      let octets = (0..<random.below(50)).map { _ in alphabet[random.below(alphabet.count)] }
      if let address = IPAddress(ascii: octets.span) { #expect(IPAddress(address.description) == address) }
      _ = SocketAddress(String(decoding: octets, as: UTF8.self))
    }
  }

  @Test func `Text is not written where it might not fit`() {
    var buffer = [UInt8](repeating: 0xAA, count: 40)
    var span = buffer.mutableSpan
    let refused = [2, 41, -1].map { IPAddress.loopbackV6.write(into: &span, at: $0) }
    #expect(refused == [nil, nil, nil])
    let count = IPAddress.loopbackV6.write(into: &span, at: 1)
    #expect(count == 3)
    #expect(buffer.prefix(5) == [0xAA, 0x3A, 0x3A, 0x31, 0xAA])
  }

  @Test(arguments: ["127.0.0.1:0", "203.0.113.7:50123", "[::1]:65535", "[2001:db8::1]:443"])
  func `Socket addresses survive their text`(_ text: String) throws {
    let address = try #require(SocketAddress(text))
    #expect(address.description == text)
  }

  @Test(arguments: [
    "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:+1", "127.0.0.1:000001", "::1:443", "[::1]",
    "[127.0.0.1]:1", ":1", "[]:1", "host:1", "[::1:1",
  ])
  func `What is no socket address is refused`(_ text: String) {
    #expect(SocketAddress(text) == nil)
  }

  @Test func `Mapped and loopback addresses are recognised`() {
    #expect(IPAddress.loopbackV4.isLoopback && IPAddress.loopbackV6.isLoopback && IPAddress.loopbackV4.isV4)
    #expect(IPAddress(v4: 0x7FFF_FFFF).isLoopback && !IPAddress(v4: 0x0A00_0001).isLoopback)
    #expect(IPAddress.loopbackV6.v4 == nil && IPAddress(v4: 5).v4 == 5)
  }
}

@Suite struct BigEndianTests {
  @Test func `Words are read and written in network order`() {
    var octets = [UInt8](repeating: 0, count: 14)
    var span = octets.mutableSpan
    span.store(0x0102 as UInt16, at: 0)
    span.store(0x0304_0506 as UInt32, at: 2)
    span.store(0x0708_090A_0B0C_0D0E as UInt64, at: 6)
    #expect(octets == Array(1...14))
    let read = octets.span
    let words = [UInt64(read.uint16(at: 0)), UInt64(read.uint32(at: 2)), read.uint64(at: 6)]
    #expect(words == [0x0102, 0x0304_0506, 0x0708_090A_0B0C_0D0E])
  }
}
