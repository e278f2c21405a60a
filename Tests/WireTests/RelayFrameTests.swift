import Base
import Testing
import Wire

@Suite struct RelayFrameTests {
  private func octets(_ frame: RelayFrame, _ payload: [UInt8], room: Int = 1_500) -> [UInt8] {
    written(room) { frame.write(payload.span, into: &$0) }
  }

  @Test func `The layout is the documented one, octet for octet`() throws {
    let frame = RelayFrame(
      ssrc: 0x0102_0304, index: 0x0A0B_0C0D_0E0F, timestamp: 0x1112_1314, isMarked: true, audioLevel: 0x8A)
    let expected = hex("0100038a 01020304 00000a0b0c0d0e0f 11121314 feed")
    #expect(octets(frame, [0xFE, 0xED]) == expected)
    let read = try RelayFrame(expected.span)
    #expect(read == frame)
  }

  @Test(arguments: [nil, 0, 127, 255] as [UInt8?])
  func `Every frame reads back as itself`(_ level: UInt8?) throws {
    for isMarked in [false, true] {
      let frame = RelayFrame(
        ssrc: 7, index: (1 << 48) - 1, timestamp: .max, isMarked: isMarked, audioLevel: level)
      let written = octets(frame, [1])
      #expect(written.count == RelayFrame.headerCount + 1)
      let read = try RelayFrame(written.span)
      #expect(read == frame)
    }
  }

  @Test func `What is not a frame is refused`() {
    let good = hex("01000000 01020304 0000000000000001 00000000 aa")
    func problem(_ octets: [UInt8]) -> WireError? {
      do {
        _ = try RelayFrame(octets.span)
        return nil
      } catch {
        return error
      }
    }
    #expect(problem(good) == nil)
    for count in 0...20 { #expect(problem(Array(good.prefix(count))) == .truncated) }
    // Version, kind, undefined flags.
    for (place, value) in [(0, 2), (0, 0), (1, 1), (2, 4), (2, 0x80)] as [(Int, UInt8)] {
      var octets = good
      octets[place] = value
      #expect(problem(octets) == .unsupported)
    }
    var levelled = good
    levelled[3] = 1
    #expect(problem(levelled) == .malformed)
    var far = good
    far[9] = 1
    #expect(problem(far) == .malformed)
  }

  @Test func `A slot that is too short is left alone`() {
    let frame = RelayFrame(ssrc: 1, index: 2, timestamp: 3, isMarked: false, audioLevel: nil)
    #expect(octets(frame, [1, 2, 3], room: 22).isEmpty)
    #expect(octets(frame, [1, 2, 3], room: 23).count == 23)
  }
}
