import Base
import Testing
import Wire

/// The frames with which shards share pictures.
@Suite struct RelayPictureTests {
  private static let place = RelayVideoFrame.Place(ssrc: 0x0102_0304, source: 1, layer: 2, run: 0x2122_2324)

  private static func packet(_ orientation: UInt8?, isRepeated: Bool = false) -> RelayVideoFrame {
    RelayVideoFrame(
      place, codec: 3, index: 0x0A0B_0C0D_0E0F, timestamp: 0x1112_1314, isMarked: true,
      isRepeated: isRepeated,
      orientation: orientation)
  }

  @Test func `A packet's layout is the documented one, octet for octet`() throws {
    let payload: [UInt8] = [0xFE, 0xED]
    for (frame, flags) in [
      (Self.packet(nil), "01"), (Self.packet(nil, isRepeated: true), "03"), (Self.packet(9), "05"),
    ] {
      let turn = frame.orientation == nil ? "00" : "09"
      let expected = hex("0101\(flags)03 01020304 12\(turn) 0a0b0c0d0e0f 11121314 21222324 feed")
      #expect(written(1_500) { frame.write(payload.span, into: &$0) } == expected)
      let read = try RelayVideoFrame(expected.span)
      #expect(read == frame)
    }
    #expect(written(25) { Self.packet(nil).write(payload.span, into: &$0) }.isEmpty)
  }

  @Test func `State, demand and repeats are laid out as documented`() throws {
    let picture = RelayPicture(
      ssrc: 0x0102_0304, source: 1, codec: 4, run: 0x2122_2324, layout: 0x3132_3334, seen: 7, live: 3,
      crosses: 1)
    let stated = hex("01020104 01020304 21222324 31323334 070301")
    #expect(written(100) { picture.write(into: &$0) } == stated)
    let readPicture = try RelayPicture(stated.span)
    #expect(readPicture == picture)

    let demand = RelayDemand(ssrc: 0x0102_0304, source: 1, run: 0x2122_2324, layers: 5, keys: 4)
    let demanded = hex("01030105 01020304 21222324 04")
    #expect(written(100) { demand.write(into: &$0) } == demanded)
    let readDemand = try RelayDemand(demanded.span)
    #expect(readDemand == demand)

    let repeats = RelayRepeats(ssrc: 0x0102_0304, source: 1, layer: 2, run: 0x2122_2324)
    let items = [NACKItem(first: 0x4142, following: 0x4344), NACKItem(first: 0x5152, following: 0)]
    let missed = hex("01040102 01020304 21222324 41424344 51520000")
    #expect(written(100) { repeats.write(items.span, into: &$0) } == missed)
    // As many as fit.
    #expect(written(19) { repeats.write(items.span, into: &$0) } == Array(missed.prefix(16)))
    #expect(written(15) { repeats.write(items.span, into: &$0) }.isEmpty)
    let readRepeats = try RelayRepeats(missed.span)
    #expect(readRepeats == repeats)
  }

  @Test(arguments: [
    "01010000 00000001 0000 000000000000 00000000 00000001",  // no payload
    "01010800 00000001 0000 000000000000 00000000 00000001 aa",  // an undefined flag
    "01010000 00000001 0001 000000000000 00000000 00000001 aa",  // an orientation without its flag
    "01010400 00000001 0010 000000000000 00000000 00000001 aa",  // one of five bits
    "01020000 00000001 00000000 00000000 000000",  // no run
    "01020000 00000001 00000001 00000000 00000000",  // too long
    "01020000 00000001 00000001 00000000 0000",  // too short
    "01030000 00000001 00000000", "01030000 00000001 00000000 0000", "01040000 00000001 00000000",
    "01040000 00000001 00000000 0001", "02030000 00000001 00000000 00", "01050000 00000001 00000000 00",
  ])
  func `What is no frame is refused`(_ text: String) {
    let octets = hex(text)
    #expect((try? RelayVideoFrame(octets.span)) == nil)
    #expect((try? RelayPicture(octets.span)) == nil)
    #expect((try? RelayDemand(octets.span)) == nil)
    #expect((try? RelayRepeats(octets.span)) == nil)
    #expect((try? RelayFrame(octets.span)) == nil)
  }
}
