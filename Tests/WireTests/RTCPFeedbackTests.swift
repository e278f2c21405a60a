import Base
import Testing
import Wire

@Suite struct RTCPFeedbackTests {
  @Test func `A written NACK reads back as the packets that were lost`() throws {
    var first = NACKItem(first: 65_530, following: 0)
    #expect(first.add(65_531) && first.add(10) && !first.add(65_530) && !first.add(11) && !first.add(65_529))
    let items = [first, NACKItem(first: 100, following: 0)]
    let octets = written(64) { packet in
      var writer = RTCPWriter()
      writer.nack(sender: 1, media: 2, items: items.span, into: &packet)
      return writer.count
    }
    #expect(octets == hex("81cd0004 00000001 00000002 fffa8001 00640000"))
    var walk = RTCPWalk()
    guard case .transportFeedback(RTCPFeedbackFormat.nack, 1, 2, let range) = try walk.next(in: octets.span)
    else {
      Issue.record("no NACK")
      return
    }
    let read = NACKItems(range)
    #expect(read.count == 2 && read.item(0, in: octets.span) == first)
    #expect(read.item(1, in: octets.span) == items[1])
    #expect(read.item(2, in: octets.span) == nil && read.item(-1, in: octets.span) == nil)
    var lost: [UInt16] = []
    for step in 0...20 as ClosedRange<UInt16> where first.contains(step: step) { lost.append(65_530 &+ step) }
    #expect(lost == [65_530, 65_531, 10])
  }

  @Test func `Requests for a key frame read back`() throws {
    let octets = written(64) { packet in
      var writer = RTCPWriter()
      writer.pictureLoss(sender: 1, media: 2, into: &packet)
      writer.fullIntra(sender: 1, media: 3, number: 9, into: &packet)
      return writer.count
    }
    #expect(octets == hex("81ce0002 00000001 00000002 84ce0004 00000001 00000000 00000003 09000000"))
    var walk = RTCPWalk()
    let loss = try walk.next(in: octets.span)
    #expect(loss == .payloadFeedback(format: RTCPFeedbackFormat.pictureLoss, sender: 1, media: 2, 12..<12))
    guard
      case .payloadFeedback(RTCPFeedbackFormat.fullIntra, 1, 0, let range) = try walk.next(in: octets.span)
    else {
      Issue.record("no FIR")
      return
    }
    let entries = FullIntraEntries(range)
    let entry = entries.entry(0, in: octets.span)
    #expect(entries.count == 1 && entry?.ssrc == 3 && entry?.number == 9)
    let next = entries.entry(1, in: octets.span)
    #expect(next == nil)
  }

  @Test func `What does not fit is not written`() {
    let item = [NACKItem(first: 1, following: 0)]
    for count in 0..<16 {
      let octets = written(count) { packet in
        var writer = RTCPWriter()
        #expect(!writer.nack(sender: 1, media: 2, items: item.span, into: &packet))
        if count < 12 { #expect(!writer.pictureLoss(sender: 1, media: 2, into: &packet)) }
        return writer.count
      }
      #expect(octets.isEmpty || octets.count == 0)
    }
    let none: [NACKItem] = []
    _ = written(64) { packet in
      var writer = RTCPWriter()
      #expect(!writer.nack(sender: 1, media: 2, items: none.span, into: &packet))
      return writer.count
    }
  }
}
