import Base
import Testing

@testable import Server

@Suite struct TrimScheduleTests {
  @Test func `The heap is trimmed once, a while after many have come`() {
    var schedule = TrimSchedule(start: .zero)
    let begun = schedule.take(at: .zero + .seconds(2))
    #expect(begun, "what starting gave back")
    let start = Instant.zero + .seconds(10)
    for _ in 0..<15 { schedule.note(at: start) }
    #expect(schedule.due == .distantFuture)
    schedule.note(at: start)
    // A storm that goes on does not put it off.
    schedule.note(at: start + .seconds(1))
    #expect(schedule.due == start + .seconds(2))
    let times: [Interval] = [.milliseconds(1_999), .seconds(2), .seconds(60)]
    let taken = times.map { schedule.take(at: start + $0) }
    #expect(taken == [false, true, false])
    for _ in 0..<15 { schedule.note(at: start + .seconds(60)) }
    #expect(schedule.due == .distantFuture)
  }
}
