import Base
import LoadTest
import Testing

@Suite struct PlanTests {
  @Test func `Each lane sends once a frame, evenly spread, for minutes of virtual time`() {
    let start = Instant(nanoseconds: 5_000)
    var schedule = SendSchedule(start: start, frame: .milliseconds(20), laneCount: 3)
    for tick in 0..<50_000 as Range<Int64> {
      let due = schedule.nextDue
      let isEarly = schedule.next(at: due - Interval(nanoseconds: 1)) != nil
      let turn = schedule.next(at: due)
      let exact = 5_000 + Double(tick) * 20_000_000 / 3
      let isExact =
        turn?.lane == Int(tick % 3) && turn?.due == due && abs(Double(due.nanoseconds) - exact) <= 1
      guard isExact, !isEarly else {
        Issue.record("turn \(tick) is \(String(describing: turn)), due \(due)")
        return
      }
    }
  }

  @Test func `A tool that was late sends everything it owes, with the old due times`() {
    var schedule = SendSchedule(start: .zero, frame: .milliseconds(20), laneCount: 2)
    let late = Instant.zero + .seconds(1)
    var turns: [SendSchedule.Turn] = []
    while let turn = schedule.next(at: late) { turns.append(turn) }
    #expect(turns.count == 101)
    #expect(turns[3].due == Instant.zero + .milliseconds(30))
    #expect(schedule.nextDue == Instant.zero + .milliseconds(1_010))
  }

  @Test func `Speakers join first, in every room, and latecomers last`() {
    var options = Options()
    options.scenario = .joinStorm
    (options.rooms, options.speakers, options.listeners, options.storm) = (2, 2, 1, 3)
    let seats = Roster(options).seats
    #expect(seats.count == options.memberCount)
    #expect(seats.map(\.room) == [0, 1, 0, 1, 0, 1, 0, 1, 0])
    #expect(seats.map(\.speaker) == [0, 0, 1, 1, nil, nil, nil, nil, nil])
    #expect(seats.map(\.isLate) == [false, false, false, false, false, false, true, true, true])
  }

  @Test func `A storm joins within its second`() {
    var options = Options()
    options.scenario = .joinStorm
    options.storm = 50
    let steps = ScenarioPlan(options, Roster(options)).steps
    #expect(steps.count == 50)
    #expect(steps.first?.at == .seconds(1))
    #expect(steps.allSatisfy { $0.at < .seconds(2) })
    #expect(Set(steps.map(\.action)).count == 50)
  }

  @Test func `Churn is the same for the same seed, and nobody leaves who is away`() {
    var options = Options()
    options.scenario = .churn
    options.listeners = 5
    options.every = .milliseconds(300)
    options.duration = .seconds(60)
    let plan = ScenarioPlan(options, Roster(options))
    #expect(plan == ScenarioPlan(options, Roster(options)))
    options.seed = 2
    #expect(plan != ScenarioPlan(options, Roster(options)))
    var away: Set<Int> = []
    for step in plan.steps {
      switch step.action {
      case .leave(let member): #expect(away.insert(member).inserted)
      case .join(let member): #expect(away.remove(member) != nil)
      default: Issue.record("\(step)")
      }
    }
  }

  @Test func `The floor goes round, and mutes come with their unmutes`() {
    var options = Options()
    options.speakers = 3
    options.scenario = .stage
    options.every = .seconds(2)
    let floors = ScenarioPlan(options, Roster(options)).steps.map(\.action)
    #expect(floors == [0, 1, 2, 0, 1].map { .giveFloor(speaker: $0) })
    options.scenario = .muteFlaps
    let flaps = ScenarioPlan(options, Roster(options)).steps
    #expect(
      flaps.prefix(6).map(\.action) == [
        .mute(member: 0), .mute(member: 1), .mute(member: 2), .unmute(member: 0), .unmute(member: 1),
        .unmute(member: 2),
      ])
    #expect(flaps[3].at - flaps[0].at == .seconds(1))
  }
}

extension Interval {
  static func - (lhs: Interval, rhs: Interval) -> Interval {
    Interval(nanoseconds: lhs.nanoseconds - rhs.nanoseconds)
  }
}
