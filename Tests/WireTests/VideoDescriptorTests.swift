import Base
import Testing
import Wire

/// The five payload formats by name, so that tests can go through them.
enum VideoFormat: String, CaseIterable {
  case vp8, vp9, h264, h265, av1

  func descriptor(_ octets: [UInt8]) throws(WireError) -> VideoDescriptor {
    let payload = octets.span
    return switch self {
    case .vp8: try VideoDescriptor(vp8: payload)
    case .vp9: try VideoDescriptor(vp9: payload)
    case .h264: try VideoDescriptor(h264: payload)
    case .h265: try VideoDescriptor(h265: payload)
    case .av1: try VideoDescriptor(av1: payload)
    }
  }
}

@Suite struct VideoDescriptorTests {
  @Test func `VP8 key frames begin with their first partition and start code`() throws {
    // X, S, PID 0; I, L, T; picture id 0x1234 in 15 bits; TL0PICIDX 9; TID 2.
    let key = try VideoFormat.vp8.descriptor(hex("90e0 9234 09 80 10020a 9d012a 4001f000"))
    #expect(key.beginsKeyFrame && key.beginsFrame && key.temporalID == 2)
    #expect(key.pictureID?.value == 0x1234 && key.pictureID?.isLong == true && key.pictureID?.offset == 2)
    #expect(key.pictureID?.mask == 0x7FFF)
    #expect(key.baseLayerIndex?.value == 9 && key.baseLayerIndex?.offset == 4)
    // The same in seven bits, without layers.
    let short = try VideoFormat.vp8.descriptor(hex("9080 34 10020a 9d012a 4001f000"))
    #expect(short.beginsKeyFrame && short.pictureID?.value == 0x34 && short.pictureID?.isLong == false)
    #expect(short.pictureID?.offset == 2 && short.pictureID?.mask == 0x7F && short.baseLayerIndex == nil)
    // Bare, as RFC 7741 allows; then P set, S clear, PID 1, a wrong start code.
    #expect(try VideoFormat.vp8.descriptor(hex("10 10020a 9d012a 40")).beginsKeyFrame)
    for text in ["10 11020a 9d012a 40", "00 10020a 9d012a 40", "11 10020a 9d012a 40", "10 10020a 9d012b 40"] {
      #expect(try !VideoFormat.vp8.descriptor(hex(text)).beginsKeyFrame)
    }
    #expect(try VideoFormat.vp8.descriptor(hex("10 11")).beginsFrame)
    #expect(try !VideoFormat.vp8.descriptor(hex("11 11")).beginsFrame)
    // KEYIDX without TID: the octet is there, the temporal layer is not.
    #expect(try VideoFormat.vp8.descriptor(hex("9010 df 11")).temporalID == 0)
  }

  @Test func `VP9 key frames begin where nothing is predicted`() throws {
    // I, L, B: picture id 0x0102, TID 1, SID 0, TL0PICIDX 7.
    let key = try VideoFormat.vp9.descriptor(hex("a8 8102 20 07 49"))
    #expect(key.beginsKeyFrame && key.temporalID == 1 && key.spatialID == 0)
    #expect(key.pictureID?.value == 0x102 && key.pictureID?.offset == 1)
    #expect(key.baseLayerIndex?.value == 7 && key.baseLayerIndex?.offset == 4)
    // Spatial layer 1 of the same picture, predicted, flexible with two references.
    #expect(try !VideoFormat.vp9.descriptor(hex("a8 8102 22 07 49")).beginsKeyFrame)
    #expect(try !VideoFormat.vp9.descriptor(hex("e8 8102 20 07 49")).beginsKeyFrame)
    let flexible = try VideoFormat.vp9.descriptor(hex("f8 8102 20 03 04 49"))
    #expect(flexible.beginsFrame && !flexible.beginsKeyFrame && flexible.baseLayerIndex == nil)
    #expect(throws: WireError.malformed) { try VideoFormat.vp9.descriptor(hex("f8 8102 20 03 05 07 49")) }
  }

  @Test(arguments: [
    ("67 42e01f", true), ("65 8884", true), ("41 9a", false), ("06 05", false),
    ("78 0004 6742e01f 0002 68ce", true), ("78 0002 419a 0002 419b", false),
    ("7c 85 88", true), ("7c 05 88", false), ("7c 81 9a", false), ("5c 45 88", false),
  ])
  func `H264 key frames begin at parameter sets and IDR slices`(_ text: String, _ isKey: Bool) throws {
    #expect(try VideoFormat.h264.descriptor(hex(text)).beginsKeyFrame == isKey)
  }

  @Test(arguments: [
    ("4001 0c", true), ("4201 01", true), ("4401 c1", false), ("2601 af", true), ("0201 d0", false),
    ("6001 0003 420101 0003 4401c1", true), ("6001 0003 0201d0", false),
    ("6201 93 af", true), ("6201 13 af", false), ("6201 81 d0", false),
  ])
  func `H265 key frames begin at parameter sets and IRAP slices`(_ text: String, _ isKey: Bool) throws {
    #expect(try VideoFormat.h265.descriptor(hex(text)).beginsKeyFrame == isKey)
  }

  @Test func `H265 says the temporal layer in its header`() throws {
    #expect(try VideoFormat.h265.descriptor(hex("0203 d0")).temporalID == 2)
  }

  @Test func `AV1 says where a coded video sequence begins`() throws {
    #expect(try VideoFormat.av1.descriptor(hex("18 0a0b")).beginsKeyFrame)
    #expect(try !VideoFormat.av1.descriptor(hex("10 320b")).beginsKeyFrame)
    #expect(throws: WireError.malformed) { try VideoFormat.av1.descriptor(hex("98 0a0b")) }
  }

  @Test(arguments: [
    (VideoFormat.vp8, "", WireError.truncated), (.vp8, "90", .truncated), (.vp8, "9080 80", .truncated),
    (.vp8, "9080 34", .truncated), (.vp8, "10 10020a 9d01", .truncated), (.vp9, "", .truncated),
    (.vp9, "80 81", .truncated), (.vp9, "a8 01 20 07", .truncated), (.vp9, "d8 01 03", .truncated),
    (.h264, "", .truncated), (.h264, "e7 42", .malformed), (.h264, "78", .truncated),
    (.h264, "78 0003 6742", .truncated), (.h264, "78 0000 67", .malformed), (.h264, "7c 85", .truncated),
    (.h264, "79 0001 67", .unsupported), (.h264, "60", .unsupported), (.h265, "40", .truncated),
    (.h265, "4000 0c", .malformed), (.h265, "c001 0c", .malformed), (.h265, "6001", .truncated),
    (.h265, "6001 0001 40", .malformed), (.h265, "6001 0004 420101", .truncated),
    (.h265, "6201 93", .truncated), (.h265, "6401 00", .unsupported), (.av1, "18", .truncated),
  ])
  func `A payload that lies about itself is refused`(
    _ format: VideoFormat, _ text: String, _ error: WireError
  ) {
    #expect(throws: error) { try format.descriptor(hex(text)) }
  }

  @Test func `A retransmission names its original`() throws {
    let octets = hex("fffe 9080")
    #expect(try RTXPayload.originalSequenceNumber(octets.span) == 0xFFFE)
    let short = hex("ff")
    #expect(throws: WireError.truncated) { try RTXPayload.originalSequenceNumber(short.span) }
  }
}
