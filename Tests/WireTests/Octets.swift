import Base
import Foundation

/// The octets of a hexadecimal text; spaces and line ends are skipped.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap { $0.hexDigitValue.map(UInt8.init) }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// Lends `count` octets of `filler` to `body` and returns the first `n` of what it left.
func written(
  _ count: Int, filler: UInt8 = 0xAA, _ body: (inout MutableSpan<UInt8>) -> Int
) -> [UInt8] {
  var buffer = [UInt8](repeating: filler, count: count)
  var span = buffer.mutableSpan
  let end = body(&span)
  return Array(buffer.prefix(end))
}

/// A captured offer of the fixtures folder.
func fixture(_ name: String) throws -> String {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
  return try String(contentsOf: folder.appending(path: name), encoding: .utf8)
}

/// How many random inputs a parser gets: few in debug builds, set `ROOST_FUZZ_RUNS` for more.
let fuzzRuns = ProcessInfo.processInfo.environment["ROOST_FUZZ_RUNS"].flatMap { Int($0) } ?? 20_000

/// Known packets, one a format.
enum Vector {
  /// RFC 7714 §16: Gallia est omnis divisa in partes tres.
  static let rtp = hex("8040f17b 8041f8d3 5501a0b2") + Array("Gallia est omnis divisa in partes tres".utf8)
  /// One-byte header extension of voice.md §5.4: send time, level, speaker.
  static let rtpOneByte = hex("90780002 00000780 000003e9 bede0002 32aabbcc 10a59002 f8fffe")
  /// Two CSRCs, two-byte extension with an empty element, padding of 4.
  static let rtpTwoByte = hex(
    "b2e0fffe 00000001 00000002 0000000a 0000000b 10000003 01000203 aabbcc00 7f01ee00 cafe0004 00000004")
  /// The same packet as `rtpOneByte`, sealed by Discord's XChaCha20 mode.
  static let rtpsize = hex(
    """
    90780002 00000780 000003e9 bede0002 201d8d58 b9bf01b3 98d74a71 8934f26b b6bb428b 31068555
    a23ac800 00000002
    """)
  /// Sender report with a block (as RFC 7714 §17, its length put right), source description, goodbye.
  static let rtcp = hex(
    """
    81c8000c 4d617273 4e545031 4e545032 52545020 0000042a 0000e930
    4c756e61 20fffffe deadbeef 00000007 4e543220 00010000
    81ca0004 4d617273 01086461 74406d61 72730000 81cb0001 4d617273
    """)
  /// Receiver report, NACK, PLI, REMB, XR, APP, an unknown type, padding in the last.
  static let feedback = hex(
    """
    80c90001 000003e9  81cd0003 000003e9 000003ea 00640001  81ce0002 000003e9 000003ea
    8fce0004 000003e9 00000000 52454d42 0100ffff  80cf0002 000003e9 04000000
    85cc0003 000003e9 6e616d65 01020304  80d10000  a0d20001 00000004
    """)
  /// RFC 5769 §2.1.
  static let stunRequest = hex(
    """
    00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74
    00240004 6e0001ff 80290008 932ff9b1 51263b36 00060009 6576746a 3a683676 59202020
    00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2 80280004 e57a3bcf
    """)
  /// RFC 5769 §2.2.
  static let stunResponse = hex(
    """
    0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220
    00200008 0001a147 e112a643 00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96
    """)
  static let discovery = hex("00010046 000003e9") + [UInt8](repeating: 0, count: 66)
  static let longDiscovery = discovery + [0, 0, 0, 0]
  /// A VP8 key frame with picture id, TL0PICIDX and temporal layer.
  static let vp8 = hex("90e0 9234 09 80 10020a 9d012a 4001f000")
  /// A VP9 picture in flexible mode with two references.
  static let vp9 = hex("f8 8102 20 03 04 49 8342")
  /// STAP-A of a sequence and a picture parameter set; FU-A that begins an IDR slice.
  static let h264 = hex("78 0004 6742e01f 0004 68ce3c80")
  static let h264Fragment = hex("7c 85 888400")
  /// Aggregation packet of two parameter sets; fragmentation unit that begins an IRAP slice.
  static let h265 = hex("6001 0004 42010101 0003 4401c1")
  static let h265Fragment = hex("6201 93 af0000")
  static let av1 = hex("18 0a0b 00000024")
  /// NACK of two items and a full intra request of two entries.
  static let requests = hex(
    """
    81cd0004 000003e9 000003ea 00648001 fffe0000
    84ce0006 000003e9 00000000 000003ea 01000000 000003eb 02000000
    """)
  /// What shards say to each other about pictures.
  static let relayedVideo = hex("01010503 01020304 12090a0b 0c0d0e0f 11121314 21222324 feed")
  static let relayedState = hex("01020104 01020304 21222324 31323334 070301")
  static let relayedDemand = hex("01030105 01020304 21222324 04")
  static let relayedRepeats = hex("01040102 01020304 21222324 41424344 51520000")
  static let relayFrame = hex("01000387 000003e9 0000000000000105 00000780 78fffe")
  static let ping = hex("1337cafe 00000005")
  static let fragment = Array(
    """
    a=extmap-allow-mixed
    a=ice-ufrag:tvjo
    a=ice-pwd:5fxfkYctKwhM4U8J7R7VkPVs
    a=ice-options:trickle
    a=fingerprint:sha-256 DB:33:E5:8A:3E:80:16:2D:26:27:1E:C1:5C:11:F8:50:63:B8:1F:3D:72:E3:90:84:5E:F2:41:36:56:E1:D7:90
    a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    a=extmap:2/sendonly http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
    a=rtpmap:111 opus/48000/2
    """.utf8)

  static let all: [(name: String, octets: [UInt8])] = [
    ("RTP", rtp), ("one-byte extension", rtpOneByte), ("two-byte extension", rtpTwoByte),
    ("rtpsize", rtpsize), ("RTCP", rtcp), ("feedback", feedback), ("STUN request", stunRequest),
    ("STUN response", stunResponse), ("discovery", discovery), ("long discovery", longDiscovery),
    ("ping", ping), ("fragment", fragment), ("VP8", vp8), ("VP9", vp9), ("H264", h264),
    ("H264 fragment", h264Fragment), ("H265", h265), ("H265 fragment", h265Fragment), ("AV1", av1),
    ("requests", requests), ("relay frame", relayFrame),
    ("relayed video", relayedVideo), ("relayed state", relayedState), ("relayed demand", relayedDemand),
    ("relayed repeats", relayedRepeats),
  ]
}
