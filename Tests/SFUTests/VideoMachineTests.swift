import Base
import MediaControl
import SFU
import Testing
import Wire

/// The small machines of the video path, beside slow and obvious models of them.
@Suite struct VideoMachineTests {
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `A stream of segments has no seam, and every index leads back to its packet`(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var map = SwitchingMap(first: UInt64(random.below(0x8000)))
    // What went out: output index to layer and index. Only the last three segments count.
    var model: [(output: UInt64, layer: UInt8, index: UInt64, segment: Int)] = []
    var segment = 0
    var index: UInt64 = 0
    var layer: UInt8 = 0
    for step in 0..<400 {
      let next = map.next
      if step == 0 || random.below(20) == 0 {
        layer = UInt8(random.below(4))
        index = UInt64(1_000 * (step + 1) * 7 + random.below(1_000))
        segment += 1
        var shift = SwitchingMap.Shift()
        shift.timestamp = UInt32(step)
        let begun = map.begin(layer: layer, index: index, shift: shift)
        #expect(index &+ begun.index == next && begun.timestamp == UInt32(step))
        model.append((next, layer, index, segment))
        continue
      }
      let gap = UInt64(random.below(4))
      index += 1 + gap
      guard let shift = map.shift(layer: layer, index: index) else {
        Issue.record("seed \(seed): a newer packet of the open segment was refused")
        return
      }
      #expect(index &+ shift.index == next + gap)
      model.append((index &+ shift.index, layer, index, segment))
    }
    for entry in model {
      let origin = map.origin(of: entry.output)
      if entry.segment > segment - 3 {
        #expect(origin?.layer == entry.layer && origin?.index == entry.index, "seed \(seed)")
        #expect(map.output(of: UInt16(truncatingIfNeeded: entry.output)) == entry.output)
        let late = map.shift(layer: entry.layer, index: entry.index)
        #expect(late.map { entry.index &+ $0.index } == entry.output)
      } else {
        #expect(origin == nil, "seed \(seed)")
      }
    }
    map.end()
    let newer = map.shift(layer: layer, index: index + 1)
    let newest = map.shift(layer: layer, index: index)
    #expect(newer == nil && newest != nil)
  }

  @Test func `A jump of more than a gap does not extend a segment`() {
    var map = SwitchingMap(first: 7)
    _ = map.begin(layer: 0, index: 100, shift: SwitchingMap.Shift())
    let within = map.shift(layer: 0, index: 3_100)
    let beyond = map.shift(layer: 0, index: 6_101)
    let other = map.shift(layer: 1, index: 3_101)
    #expect(within != nil && beyond == nil && other == nil && map.next == 3_008)
    #expect(SwitchingMap(first: 0).output(of: 5) == nil && SwitchingMap(first: 3).output(of: 5) == nil)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Each packet is taken once, whatever the order`(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var window = ReceptionWindow()
    var seen: Set<UInt64> = []
    let first: UInt64 = 50_000
    var highest = first
    let begun = window.receive(first)
    #expect(begun == .newest(missing: 0))
    seen.insert(first)
    for _ in 0..<20_000 {
      let back = UInt64(random.below(random.below(50) == 0 ? 3_000 : 60))
      let ahead = UInt64(random.below(random.below(200) == 0 ? 2_000 : 4))
      let index = highest + ahead >= back ? highest + ahead - back : 0
      let isMissing = window.isMissing(index)
      switch window.receive(index) {
      case .newest(let missing):
        #expect(index > highest && missing == index - highest - 1, "seed \(seed)")
        highest = index
      case .late:
        #expect(
          index < highest && highest - index < 1_024 && !seen.contains(index) && isMissing, "seed \(seed)")
      case .duplicate: #expect(seen.contains(index) && !isMissing, "seed \(seed)")
      case .tooOld: #expect(index < first || highest - index >= 1_024, "seed \(seed)")
      }
      seen.insert(index)
    }
    window.restart(at: 1 << 30)
    #expect(!window.isMissing(highest - 1))
    let again = window.receive(1 << 30)
    let before = window.receive((1 << 30) - 1)
    #expect(again == .newest(missing: 0) && before == .tooOld)
  }

  @Test func `A loss is asked for after its tolerance, later each time, and given up`() {
    var list = LossList()
    let start = Instant.zero + .seconds(1)
    #expect(list.deadline == .distantFuture)
    let isListed = list.miss(before: 70_000, count: 3, at: start)
    #expect(isListed)
    var asked: [Int64] = []
    var items: [NACKItem] = []
    var givenUp = 0
    while list.deadline != .distantFuture {
      let now = list.deadline
      items = []
      givenUp += list.takeRequests(at: now, roundTrip: .milliseconds(40), &items)
      if !items.isEmpty { asked.append((now - start).milliseconds) }
      if asked.count == 1 { #expect(items == [NACKItem(first: 4_461, following: 0b11)]) }
      if asked.count == 2, list.count == 3 { list.found(69_998) }
    }
    // 10 ms, then 40, 60, 90, 135, 202 and 303 ms apart.
    #expect(asked == [10, 50, 110, 200, 335, 537] && givenUp == 2 && list.count == 0)
    let isFull = list.miss(before: 80_000, count: 128, at: start)
    let isMore = list.miss(before: 80_002, count: 1, at: start)
    #expect(isFull && !isMore && list.count == 0)
    let isAbsurd = list.miss(before: 1 << 40, count: 1 << 39, at: start)
    #expect(!isAbsurd && list.deadline == .distantFuture)
  }

  @Test func `Requests for key frames are coalesced, repeated with patience, and answered together`() {
    var requests = KeyFrameRequests()
    var now = Instant.zero + .seconds(100)
    #expect(requests.deadline == .distantFuture)
    requests.want(at: now)
    #expect(requests.deadline == now)
    let taken = [requests.take(at: now), requests.take(at: now)]
    #expect(taken == [true, false])
    var waits: [Int64] = []
    for _ in 0..<5 {
      let next = requests.deadline
      waits.append((next - now).milliseconds)
      now = next
      requests.want(at: now)
      let isTaken = requests.take(at: now)
      #expect(isTaken)
    }
    #expect(waits == [500, 1_000, 2_000, 4_000, 4_000])
    requests.hurry()
    #expect(requests.deadline == now + .milliseconds(500))
    requests.answered(at: now)
    requests.missed(at: now)
    #expect(requests.deadline == .distantFuture)
    // Another wish soon after waits for its turn, one that comes late does not.
    requests.want(at: now + .milliseconds(100))
    #expect(requests.deadline == now + .milliseconds(500))
    requests.cancel()
    // Whoever did not get the key frame still wants one.
    requests.missed(at: now + .milliseconds(700))
    #expect(requests.deadline == now + .milliseconds(700))
    requests.cancel()
    requests.want(at: now + .seconds(9))
    #expect(requests.deadline == now + .seconds(9))
  }

  @Test func `An allowance permits a burst and then a rate`() {
    var allowance = Allowance()
    let now = Instant.zero + .seconds(5)
    let taken = (0..<10).count { _ in allowance.take(.seconds(2), burst: .seconds(8), at: now) }
    #expect(taken == 4)
    let later = (0..<10).count { _ in
      allowance.take(.seconds(2), burst: .seconds(8), at: now + .milliseconds(5_900))
    }
    #expect(later == 2)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `A ring gives back what it kept, or nothing`(_ seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var arena = OctetArena(blockCount: 40, blockSize: 16_384)
    // Two rings that share the arena, and what each was given.
    var rings = [RetransmissionRing(), RetransmissionRing()]
    var kept: [[UInt64: [UInt8]]] = [[:], [:]]
    var now = Instant.zero + .seconds(1)
    for step in 0..<6_000 as Range<UInt64> {
      let which = random.below(3) == 0 ? 1 : 0
      let payload = random.octets(1 + random.below(1_400))
      var shape = VideoFrameShape()
      shape.timestamp = UInt32(step)
      let isKept = rings[which].keep(step, shape, payload.span, in: &arena, at: now)
      #expect(isKept)
      kept[which][step] = payload
      now = now + .milliseconds(Int64(random.below(3)))
      #expect(rings[0].blockCount + rings[1].blockCount == arena.count && rings[which].blockCount <= 32)
      let asked = step - UInt64(random.below(Int(min(step, 700)) + 1))
      for ring in 0..<2 {
        guard let found = rings[ring].find(asked) else { continue }
        let octets = rings[ring].payload(found, in: arena)
        let expected = try #require(kept[ring][asked], "seed \(seed)")
        var isSame = octets.count == expected.count && found.shape.timestamp == UInt32(asked)
        for position in 0..<min(octets.count, expected.count) where octets[position] != expected[position] {
          isSame = false
        }
        #expect(isSame, "seed \(seed), packet \(asked)")
      }
      // The newest is always there.
      #expect(rings[which].find(step) != nil)
    }
    for ring in 0..<2 { rings[ring].release(to: &arena) }
    #expect(arena.count == 0 && rings[0].find(5_999) == nil)
    let large = [UInt8](repeating: 0, count: 16_385)
    let isKept = rings[0].keep(1, VideoFrameShape(), large.span, in: &arena, at: now)
    #expect(!isKept)
  }

  @Test func `A ring without a block to be had keeps nothing, one with a few goes round in them`() {
    var arena = OctetArena(blockCount: 1, blockSize: 16_384)
    var first = RetransmissionRing()
    var second = RetransmissionRing()
    let payload = [UInt8](repeating: 1, count: 1_000)
    for index in 0..<100 as Range<UInt64> {
      let isKept = first.keep(index, VideoFrameShape(), payload.span, in: &arena, at: .zero)
      let isStolen = second.keep(index, VideoFrameShape(), payload.span, in: &arena, at: .zero)
      #expect(isKept && !isStolen)
    }
    #expect(first.find(99) != nil && first.find(95) == nil && second.find(99) == nil)
  }

  @Test func `Payload types mean what the first offer of them says`() {
    let nack = VideoFeedback.nack
    let table = VideoCodecTable(
      [
        VideoCodec(name: .h264, payloadType: 102, rtxPayloadType: 103, feedback: nack),
        VideoCodec(name: .h264, payloadType: 104, rtxPayloadType: 105, feedback: []),
        VideoCodec(name: .vp8, payloadType: 102, rtxPayloadType: nil, feedback: []),
        VideoCodec(name: .vp9, payloadType: 98, rtxPayloadType: 103, feedback: []),
        VideoCodec(name: .av1, payloadType: 111, rtxPayloadType: nil, feedback: []),
        VideoCodec(name: .h265, payloadType: 200, rtxPayloadType: nil, feedback: []),
      ], audio: 111)
    #expect(table.meaning(of: 102) == .media(.h264) && table.meaning(of: 103) == .retransmission(.h264))
    #expect(table.meaning(of: 98) == .media(.vp9))
    for other in [104, 105, 111, 200, 255, 0] as [UInt8] { #expect(table.meaning(of: other) == nil) }
    #expect(table.payloadType(of: .h264) == 102 && table.rtxPayloadType(of: .h264) == 103)
    #expect(table.rtxPayloadType(of: .vp9) == nil && table.payloadType(of: .vp8) == nil)
    #expect(table.feedback(of: .h264) == nack && VideoCodecTable().meaning(of: 255) == nil)
  }
}
