import Base
import Testing

@testable import Wire

@Suite struct SDPVideoFormatsTests {
  @Test func `Chromium's offer maps every codec to its retransmissions`() throws {
    let formats = try SDPVideoFormats(fixture("chromium156_audio_video.sdp")).formats
    #expect(formats.first == .init(name: "VP8", payloadType: 96, rtxPayloadType: 97))
    #expect(formats.contains(.init(name: "AV1", payloadType: 45, rtxPayloadType: 46)))
    #expect(formats.contains(.init(name: "VP9", payloadType: 98, rtxPayloadType: 99)))
    #expect(formats.filter { $0.name == "H264" }.count == 6)
    #expect(formats.contains(.init(name: "ulpfec", payloadType: 120, rtxPayloadType: nil)))
    #expect(!formats.contains { $0.name == "opus" || $0.name == "rtx" })
  }

  @Test func `The lines that Discord's client picks name one codec and its retransmissions`() throws {
    let text = "a=rtpmap:111 opus/48000/2\na=rtpmap:96 VP8/90000\na=rtpmap:97 rtx/90000"
    let formats = try SDPVideoFormats(text).formats
    #expect(formats == [.init(name: "VP8", payloadType: 96, rtxPayloadType: 97)])
    let two = try SDPVideoFormats(text + "\na=rtpmap:98 VP9/90000").formats
    #expect(two.map(\.rtxPayloadType) == [nil, nil], "nobody knows whose it is")
  }

  @Test func `The first mapping of a payload type counts, and apt must name a retransmission`() throws {
    let formats = try SDPVideoFormats(
      """
      a=rtpmap:96 VP8/90000
      a=rtpmap:96 VP9/90000
      a=rtpmap:98 H264/90000
      a=rtpmap:99 rtx/90000
      a=fmtp:99 apt=98;rtx-time=3000
      a=fmtp:100 apt=96
      """
    ).formats
    #expect(formats.map(\.name) == ["VP8", "H264"])
    #expect(formats.map(\.rtxPayloadType) == [nil, 99])
  }

  @Test(arguments: [
    "a=rtpmap:64 VP8/90000", "a=rtpmap:128 VP8/90000", "a=rtpmap:x VP8/90000", "a=rtpmap:96 /90000",
  ])
  func `A mapping that breaks its grammar is refused`(_ line: String) {
    #expect(throws: WireError.malformed) { try SDPVideoFormats(line) }
  }

  @Test func `Every truncation and every flipped bit is read or refused`() {
    let lines = "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96;rtx-time=9\r\n"
    let vector = Array(lines.utf8)
    for count in 0...vector.count { _ = try? SDPVideoFormats(Array(vector.prefix(count)).span).formats }
    for bit in 0..<(8 * vector.count) {
      var octets = vector
      octets[bit / 8] ^= 1 << (bit % 8)
      guard let formats = try? SDPVideoFormats(octets.span).formats else { continue }
      #expect(formats.allSatisfy { $0.payloadType <= 127 && $0.rtxPayloadType != $0.payloadType })
    }
  }

  @Test func `Too many formats are refused`() {
    // Payload types alone would bound them; what counts is that work stops early.
    let lines = ((0...63).map { $0 } + (96...127).map { $0 }).map { "a=rtpmap:\($0) VP8/90000" }
    #expect(throws: WireError.excessive) { try SDPVideoFormats(lines.joined(separator: "\n")) }
  }
}
