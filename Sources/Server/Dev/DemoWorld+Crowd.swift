internal import Base
internal import ChatCore

/// Bots and rooms in numbers: for calls of a few, and for load tests.
extension DemoWorld {
  /// Makes bots until there are `count`, all in two batches: one sync would take 5 ms a bot.
  mutating func addBots(until count: Int, in chat: inout Chat, at now: WallTime) throws(ServerError) {
    let numbers = bots.count..<max(count, bots.count)
    let made = try DemoWorld.askAll(
      &chat, numbers.map { .createBot(name: "Demo bot \($0 + 1)") }, at: now
    ) { reply -> Snowflake? in
      if case .bot(let application) = reply { application.id } else { nil }
    }
    _ = try DemoWorld.askAll(
      &chat, made.map { .addBot(guild: guild, bot: $0) }, at: now
    ) { reply -> Bool? in
      if case .done = reply { true } else { nil }
    }
    bots += made
  }

  /// Makes voice channels until there are `count`.
  mutating func addRooms(until count: Int, in chat: inout Chat, at now: WallTime) throws(ServerError) {
    let commands = (rooms.count..<max(count, rooms.count)).map { number -> ChatCommand in
      var changes = ChannelChanges()
      changes.name = .set("Room \(number + 1)")
      return .createChannel(guild: guild, kind: .voice, changes)
    }
    rooms += try DemoWorld.askAll(&chat, commands, at: now) { reply -> Snowflake? in
      if case .channel(let channel) = reply { channel.id } else { nil }
    }
  }

  /// Performs `commands` together; the answers in their order.
  private static func askAll<Answer>(
    _ chat: inout Chat, _ commands: [ChatCommand], at now: WallTime, _ read: (ChatReply) -> Answer?
  ) throws(ServerError) -> [Answer] {
    let requests = commands.map { ChatRequest(id: 0, actor: .system, command: $0, at: now) }
    var answers: [Answer] = []
    for case .reply(_, let reply) in chat.perform(requests) {
      guard let answer = read(reply) else { throw .store("the demo guild could not be filled: \(reply)") }
      answers.append(answer)
    }
    return answers
  }
}
