import Base
import ChatCore
import Testing

@testable import Stores

@Suite("Coding of events")
struct EventCodingTests {
  @Test("what is written is read")
  func roundTrip() throws {
    #expect(try EventCoding.events(EventCoding.octets(StoreConformance.events)) == StoreConformance.events)
    #expect(try EventCoding.events([]) == [])
  }

  @Test("a message of a busy channel takes ten octets")
  func size() {
    let start: UInt64 = 1_300_000_000_000_000_000
    let events = (0..<100).map { index in
      LoggedEvent(
        .messageCreate,
        [start, start + 1, start + UInt64(index) * (3 << 22)].map(Snowflake.init(rawValue:)))
    }
    #expect(EventCoding.octets(events).count <= 100 * 10 + 30)
  }

  @Test("whatever is cut or damaged is refused or read, and never traps")
  func damaged() {
    let whole = EventCoding.octets(StoreConformance.events)
    for count in whole.indices { _ = try? EventCoding.events(Array(whole[..<count])) }
    var random = SeededRandom(seed: 0x10_6)
    for _ in 0..<20_000 {
      var octets = whole
      for _ in 0...random.below(3) { octets[random.below(octets.count)] = UInt8(random.below(256)) }
      _ = try? EventCoding.events(octets)
    }
    #expect(throws: StoreError.corrupt) { try EventCoding.events([200]) }
    #expect(throws: StoreError.corrupt) { try EventCoding.events([1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) }
  }

  @Test("the log forgets its oldest entries when it is larger than its limit")
  func trimming() throws {
    let folder = try TemporaryFolder()
    var store = try SQLiteStore(path: folder.database)
    let text = String(repeating: "x", count: Limits.logOctets / 8)
    for offset in 1...12 as ClosedRange<UInt64> {
      let entry = LogEntry(
        offset: offset, at: StoreConformance.at, events: [LoggedEvent(.userUpdate, [], text: text)])
      try StoreConformance.write([.log(.append(entry))], to: &store)
    }
    let state = try store.logState()
    #expect(state.newest == 12 && (5...6).contains(state.oldest), "\(state)")
  }
}
