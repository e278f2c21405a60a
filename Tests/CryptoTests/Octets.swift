import Base
import Glibc
import Testing

/// The octets of a hexadecimal text; spaces and line ends are skipped.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap { $0.hexDigitValue.map(UInt8.init) }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// A 12-octet RTP header followed by `payload`.
func rtpPacket(ssrc: UInt32, sequenceNumber: UInt16, payload: [UInt8]) -> [UInt8] {
  var packet: [UInt8] = [0x80, 0x78]
  packet += [UInt8(sequenceNumber >> 8), UInt8(sequenceNumber & 0xFF)]
  packet += bigEndian(UInt32(sequenceNumber) &* 960)
  packet += bigEndian(ssrc)
  return packet + payload
}

/// A sender report's first eight octets followed by `body`.
func rtcpPacket(ssrc: UInt32, body: [UInt8]) -> [UInt8] {
  let words = (8 + body.count) / 4 - 1
  return [0x80, 0xC8, UInt8(words >> 8), UInt8(words & 0xFF)] + bigEndian(ssrc) + body
}

func bigEndian(_ word: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
}

/// Lends `octets` with `room` more octets behind them, and returns the first `n` of what `body` left.
func edited(
  _ octets: [UInt8], room: Int = 0, _ body: (inout MutableSpan<UInt8>) -> Int?
) -> [UInt8]? {
  var buffer = octets + [UInt8](repeating: 0, count: room)
  var span = buffer.mutableSpan
  guard let count = body(&span) else { return nil }
  return Array(buffer.prefix(count))
}

/// Random runs a parser takes: few in the quick loop, `ROOST_FUZZ_RUNS` of them in the long one.
let fuzzRuns: Int = {
  // The environment is read once, before any test changes it; nothing is kept of C's string.
  guard let text = unsafe getenv("ROOST_FUZZ_RUNS") else { return 20_000 }
  return Int(unsafe String(cString: text)) ?? 20_000
}()
