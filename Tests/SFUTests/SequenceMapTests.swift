import Testing

import SFU

@Suite("Sequence map")
struct SequenceMapTests {
  @Test("A gap of the source stays a gap, and a late packet finds its place")
  func gaps() {
    var map = SequenceMap(first: 100)
    #expect(map.map(10) == 100)
    #expect(map.map(11) == 101)
    #expect(map.map(14) == 104)
    #expect(map.map(12) == 102)
    #expect(map.map(15) == 105)
  }
}
