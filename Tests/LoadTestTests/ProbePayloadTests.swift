import Base
import LoadTest
import Testing

@Suite struct ProbePayloadTests {
  private let payload = ProbePayload(
    run: 0xDEAD_BEEF, sender: 17, number: 0x1_0000_0003, intended: Instant(nanoseconds: 987_654_321_012))

  private func written(_ count: Int, at offset: Int) -> [UInt8] {
    var packet = [UInt8](repeating: 0xEE, count: offset + count + 9)
    var span = packet.mutableSpan
    payload.write(into: &span, at: offset, count: count)
    return packet
  }

  @Test(arguments: [28, 29, 100, 1_200], [0, 12, 20])
  func `A payload reads back as it was written`(count: Int, offset: Int) {
    let packet = written(count, at: offset)
    #expect(ProbePayload(packet.span, in: offset..<(offset + count)) == payload)
    #expect(packet.suffix(9).allSatisfy { $0 == 0xEE })
  }

  @Test func `No changed bit goes unnoticed`() {
    let packet = written(100, at: 12)
    for bit in 96..<(112 * 8) {
      var changed = packet
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      let read = ProbePayload(changed.span, in: 12..<112)
      if read == payload { Issue.record("bit \(bit)") }
    }
  }

  @Test func `Nothing shorter than the header is a payload, and no range beyond the packet`() {
    let packet = written(28, at: 0)
    for count in 0..<28 { #expect(ProbePayload(packet.span, in: 0..<count) == nil) }
    #expect(ProbePayload(packet.span, in: 20..<60) == nil)
  }
}
