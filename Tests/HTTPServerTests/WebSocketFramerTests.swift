import HTTPServer
import Testing

/// Runs `octets` through a fresh framer, in pieces of `step` octets.
func events(_ octets: [UInt8], step: Int = .max, limit: Int = 1000) -> [WebSocketEvent] {
  var framer = WebSocketFramer(messageCountMax: limit)
  var events: [WebSocketEvent] = []
  var start = 0
  while start < octets.count {
    let piece = Array(octets[start..<min(octets.count, start + min(step, octets.count))])
    start += piece.count
    var offset = 0
    while let event = framer.next(piece.span, &offset) { events.append(event) }
    #expect(offset == piece.count)
  }
  return events
}

func masked(_ opcode: WebSocketOpcode, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
  WebSocketFrame.octets(opcode, payload, key: 0xA1B2_C3D4, isFinal: isFinal)
}

func masked(_ opcode: WebSocketOpcode, _ text: String, isFinal: Bool = true) -> [UInt8] {
  masked(opcode, Array(text.utf8), isFinal: isFinal)
}

@Suite struct WebSocketFramerTests {
  static let lengths = [0, 1, 2, 3, 4, 5, 124, 125, 126, 127, 128, 65_535, 65_536, 70_000]

  @Test(arguments: lengths)
  func `A message of any length comes out as it went in, however it is divided`(_ length: Int) {
    let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let octets = masked(.binary, payload)
    for step in [1, 2, 3, 7, 1000, .max] {
      #expect(events(octets, step: step, limit: 100_000) == [.message(.binary(payload))])
    }
  }

  @Test func `The RFC's masked Hello is read`() {
    let octets: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
    #expect(events(octets) == [.message(.text(Array("Hello".utf8)))])
  }

  @Test func `A message may be divided into fragments at every place, with pings between`() {
    let text = Array("héllo wörld €𝄞".utf8)
    for cut in 0...text.count {
      for second in cut...text.count {
        let octets =
          masked(.text, Array(text[..<cut]), isFinal: false) + masked(.ping, "p")
          + masked(.continuation, Array(text[cut..<second]), isFinal: false) + masked(.pong, "")
          + masked(.continuation, Array(text[second...]))
        let expected: [WebSocketEvent] = [.ping([0x70]), .pong, .message(.text(text))]
        #expect(events(octets) == expected)
        #expect(events(octets, step: 1) == expected)
      }
    }
  }

  static let faults: [(name: String, octets: [UInt8], code: UInt16)] = [
    ("not masked", [0x81, 0x01, 0x61], 1002),
    ("RSV1", [0xC1, 0x80], 1002), ("RSV2", [0xA1, 0x80], 1002), ("RSV3", [0x91, 0x80], 1002),
    ("opcode 3", [0x83, 0x80], 1002), ("opcode 4", [0x84, 0x80], 1002), ("opcode 5", [0x85, 0x80], 1002),
    ("opcode 6", [0x86, 0x80], 1002), ("opcode 7", [0x87, 0x80], 1002), ("opcode B", [0x8B, 0x80], 1002),
    ("opcode C", [0x8C, 0x80], 1002), ("opcode D", [0x8D, 0x80], 1002), ("opcode E", [0x8E, 0x80], 1002),
    ("opcode F", [0x8F, 0x80], 1002),
    ("fragmented ping", [0x09, 0x80], 1002), ("fragmented pong", [0x0A, 0x80], 1002),
    ("fragmented close", [0x08, 0x80], 1002),
    ("ping of 126", [0x89, 0xFE], 1002), ("close of 2^16", [0x88, 0xFF], 1002),
    ("continuation first", [0x80, 0x80], 1002),
    ("start inside a message", [0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80], 1002),
    ("continuation after the end", [0x81, 0x80, 0, 0, 0, 0, 0x80, 0x80], 1002),
    ("125 in 16 bits", [0x82, 0xFE, 0, 125, 0, 0, 0, 0], 1002),
    ("65535 in 64 bits", [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0], 1002),
    ("top bit", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1002),
    ("too long", [0x82, 0xFE, 0x03, 0xE9, 0, 0, 0, 0], 1009),
    ("far too long", [0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], 1009),
    ("bad UTF-8", [0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28], 1007),
    ("overlong", [0x81, 0x82, 0, 0, 0, 0, 0xC0, 0xAF], 1007),
    ("surrogate", [0x81, 0x83, 0, 0, 0, 0, 0xED, 0xA0, 0x80], 1007),
    ("beyond Unicode", [0x81, 0x84, 0, 0, 0, 0, 0xF4, 0x90, 0x80, 0x80], 1007),
    ("unfinished at the end", [0x81, 0x82, 0, 0, 0, 0, 0xE2, 0x82], 1007),
    ("close of one octet", [0x88, 0x81, 0, 0, 0, 0, 0x03], 1002),
    ("close reason not UTF-8", [0x88, 0x84, 0, 0, 0, 0, 0x03, 0xE8, 0xFF, 0xFE], 1007),
    ("close reason unfinished", [0x88, 0x83, 0, 0, 0, 0, 0x03, 0xE8, 0xC3], 1007),
  ]

  @Test(arguments: faults)
  func `A broken rule fails the connection with its code, once`(
    _ fault: (name: String, octets: [UInt8], code: UInt16)
  ) {
    let octets = fault.octets + masked(.text, "after")
    for step in [1, .max] {
      let events = events(octets, step: step)
      #expect(events.last == .failure(code: fault.code), "\(fault.name)")
      #expect(events.filter { if case .failure = $0 { true } else { false } }.count == 1)
    }
  }

  @Test func `Wrong text fails at the first impossible octet, before its frame is whole`() {
    var framer = WebSocketFramer(messageCountMax: 1000)
    let octets: [UInt8] = [0x81, 0xE4, 0, 0, 0, 0, 0x61, 0xF4, 0x90]
    var offset = 0
    #expect(framer.next(octets.span, &offset) == .failure(code: 1007))
  }

  @Test func `The limit counts all fragments of a message`() {
    let first = masked(.binary, [UInt8](repeating: 1, count: 600), isFinal: false)
    let good = masked(.continuation, [UInt8](repeating: 1, count: 400))
    let bad = masked(.continuation, [UInt8](repeating: 1, count: 401))
    #expect(events(first + good) == [.message(.binary([UInt8](repeating: 1, count: 1000)))])
    #expect(events(first + bad) == [.failure(code: 1009)])
  }

  @Test(arguments: UInt16.min...5100)
  func `Close codes are taken as the registry says`(_ code: UInt16) {
    let payload = WebSocketFrame.closePayload(code, "")
    let allowed = (1000...1003).contains(code) || (1007...1014).contains(code) || (3000...4999).contains(code)
    let expected: WebSocketEvent = allowed ? .close(code: code) : .failure(code: 1002)
    #expect(events(masked(.close, payload) + masked(.text, "after")) == [expected])
  }

  @Test func `An empty Close frame has no code`() {
    #expect(events(masked(.close, [])) == [.close(code: nil)])
  }

  @Test func `Control payloads of 125 octets pass and a reason is cut at a whole character`() {
    let payload = [UInt8](repeating: 9, count: 125)
    #expect(events(masked(.ping, payload)) == [.ping(payload)])
    let close = WebSocketFrame.closePayload(1000, String(repeating: "€", count: 100))
    #expect(close.count == 2 + 41 * 3)
    #expect(events(masked(.close, close)) == [.close(code: 1000)])
  }

  @Test func `No truncation of a stream makes an event that the whole does not`() {
    let octets =
      masked(.text, "one", isFinal: false) + masked(.ping, "two") + masked(.continuation, "three")
      + masked(.binary, [UInt8](repeating: 5, count: 300)) + masked(.close, [0x03, 0xE8])
    let whole = events(octets)
    for count in 0..<octets.count {
      #expect(whole.starts(with: events(Array(octets[..<count]))))
    }
  }

  @Test func `Every bit flip ends in events, never in more octets than were sent`() {
    let octets =
      masked(.text, "grüße", isFinal: false) + masked(.continuation, "!") + masked(.close, [0x03, 0xE8])
    for bit in 0..<(octets.count * 8) {
      var flipped = octets
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      let once = events(flipped)
      #expect(events(flipped, step: 1) == once)
      #expect(once.count <= octets.count)
    }
  }
}
