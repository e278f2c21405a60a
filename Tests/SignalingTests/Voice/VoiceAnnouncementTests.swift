import Base
import JSON
import MediaControl
import Signaling
import Testing

/// Who is told of whom, and how often.
@Suite struct VoiceAnnouncementTests {
  private func connected(_ bench: VoiceBench, to member: VoiceBench.Member) throws -> [[String]] {
    try bench.messages(11, to: member.connection).map {
      $0["d"]?["user_ids"]?.array?.compactMap(\.string) ?? []
    }
  }

  private func ops(_ bench: VoiceBench, to member: VoiceBench.Member) throws -> [Int] {
    try bench.messages(to: member.connection).compactMap { $0["op"]?.int }
  }

  @Test func `Those who come within a moment are announced together, the first at once`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    _ = bench.take()
    let b = try bench.join(2)
    #expect(try connected(bench, to: a) == [[b.user.description]])
    _ = bench.take()
    let c = try bench.join(3)
    let d = try bench.join(4)
    #expect(try connected(bench, to: a).isEmpty)
    bench.pass(.milliseconds(99))
    #expect(try connected(bench, to: a).isEmpty)
    _ = bench.take()
    bench.pass(.milliseconds(1))
    #expect(try connected(bench, to: a) == [[c.user.description, d.user.description]])
    #expect(try connected(bench, to: c) == [[d.user.description]])
    #expect(try connected(bench, to: d) == [[c.user.description]])
    #expect(try ops(bench, to: a) == [11, 5, 5])
    bench.pass(.milliseconds(100))
    _ = bench.take()
    let e = try bench.join(5)
    #expect(try connected(bench, to: a) == [[e.user.description]], "the channel is quiet again")
  }

  @Test func `Everybody learns of everybody else exactly once, whatever the pace`() throws {
    for seed in 1...200 as ClosedRange<UInt64> {
      var random = SeededRandom(seed: seed)
      let bench = VoiceBench(seed: seed)
      var heard: [ConnectionID: [String]] = [:]
      var members: [VoiceBench.Member] = []
      var gone: Set<ConnectionID> = []
      func collect() throws {
        for member in members {
          for message in try bench.messages(to: member.connection) {
            if message["op"]?.int == 11 {
              for user in message["d"]?["user_ids"]?.array?.compactMap(\.string) ?? [] {
                heard[member.connection, default: []].append(user)
              }
            } else if message["op"]?.int == 13, let user = message["d"]?["user_id"]?.string {
              let index = heard[member.connection]?.firstIndex(of: user)
              #expect(index != nil, "seed \(seed): \(user) went and had never come")
              if let index { heard[member.connection]?.remove(at: index) }
            }
          }
        }
        _ = bench.take()
      }
      for number in 1...UInt64(random.below(20) + 2) {
        members.append(try bench.join(number))
        try collect()
        if random.below(4) == 0 {
          let leaving = members[random.below(members.count)].connection
          bench.close(leaving, code: 1000)
          gone.insert(leaving)
          try collect()
        }
        if random.below(3) == 0 {
          bench.say(members[random.below(members.count)].connection, #"{"op":5,"d":{"speaking":1}}"#)
        }
        bench.pass(.milliseconds(Int64(random.below(150))))
        try collect()
      }
      bench.pass(.milliseconds(200))
      try collect()
      let present = Set(members.filter { !gone.contains($0.connection) }.map(\.user.description))
      for member in members where present.contains(member.user.description) {
        let expected = present.subtracting([member.user.description])
        #expect(heard[member.connection, default: []].sorted() == expected.sorted(), "seed \(seed)")
      }
    }
  }

  @Test func `A thousand who join within ten seconds cost a hundredth of the messages`() throws {
    let bench = VoiceBench()
    let first = try bench.join(1)
    var count = 0
    for number in 2...1_000 as ClosedRange<UInt64> {
      _ = try bench.join(number)
      bench.pass(.milliseconds(10))
      count += bench.take().count
    }
    // Some seven messages for each member itself, and one for each member present at each of 100 beats.
    #expect(count < 1_000 * 10 + 100 * 600)
    bench.say(first.connection, #"{"op":5,"d":{"speaking":1}}"#)
    #expect(bench.take().count == 999, "a speaker is announced to all")
  }

  @Test func `Whoever speaks at once is announced at once, before SPEAKING`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    _ = try bench.join(2)
    let c = try bench.join(3)
    _ = bench.take()
    bench.say(c.connection, #"{"op":5,"d":{"speaking":1}}"#)
    let messages = try bench.messages(to: a.connection)
    #expect(messages.first?["op"]?.int == 11)
    #expect(messages.last?["d"]?["speaking"]?.int == 1)
    _ = bench.take()
    bench.pass(.milliseconds(200))
    #expect(try ops(bench, to: a).isEmpty)
  }

  @Test func `Whoever goes before being announced leaves no trace`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    _ = try bench.join(2)
    _ = bench.take()
    let c = try bench.join(3)
    bench.close(c.connection, code: 1000)
    bench.pass(.milliseconds(200))
    #expect(try ops(bench, to: a).isEmpty)
  }

  @Test func `In a large channel only speakers' SSRCs are told`() throws {
    let bench = VoiceBench()
    let speaker = try bench.join(1)
    bench.say(speaker.connection, #"{"op":5,"d":{"speaking":1}}"#)
    bench.say(speaker.connection, #"{"op":5,"d":{"speaking":0}}"#)
    for number in 2...60 as ClosedRange<UInt64> {
      _ = try bench.join(number)
      bench.pass(.milliseconds(200))
    }
    _ = bench.take()
    let late = try bench.join(61)
    let told = try bench.messages(5, to: late.connection).map { $0["d"]?["ssrc"]?.int }
    #expect(told == [Int(speaker.ssrc)])
    #expect(try ops(bench, to: speaker) == [11])
  }
}
