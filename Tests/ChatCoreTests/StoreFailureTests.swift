import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Store failures")
struct StoreFailureTests {
  private func request(_ user: Snowflake, _ world: borrowing World, _ command: ChatCommand) -> (
    Actor, ChatCommand
  ) {
    (.user(user, issued: WallTime(milliseconds: world.now)), command)
  }

  @Test(
    "a batch that cannot be kept is undone: writers fail, readers and voice go on",
    arguments: [.begin, .apply(0), .apply(1), .commit] as [MemoryDisk.Fault])
  func rollback(fault: MemoryDisk.Fault) throws {
    var world = try World.make(.open)
    try expectDone(world.join(world.ann, world.voice))
    let before = try world.wholeGuild()
    let kept = world.disk.tables
    world.disk.fault = fault
    var draft = MessageDraft(content: "lost")
    draft.nonce = .text("n")
    draft.enforcesNonce = true
    try expectDone(world.ask(world.bob, .identify(session: "b")))
    let outputs = world.perform([
      request(world.bob, world, .createMessage(channel: world.text, draft)),
      request(world.bob, world, .guild(world.guild)),
      request(
        world.ann, world,
        .createChannel(
          guild: world.guild, kind: .text,
          {
            var changes = ChannelChanges()
            changes.name = .set("lost")
            return changes
          }())),
      request(
        world.bob, world,
        .updateVoiceState(
          VoiceUpdate(
            session: "b", guild: world.guild, channel: world.voice, isSelfMuted: false,
            isSelfDeafened: false, isSelfVideo: false))),
    ])
    let replies = World.replies(outputs)
    #expect(replies.count == 4)
    #expect(replies[0] == .failure(.unavailable) && replies[2] == .failure(.unavailable))
    #expect(try snapshot(replies[1]).channels == before.channels)
    #expect(replies[3] == .done)
    let payloads = World.events(outputs).map(\.payload)
    #expect(payloads.count == 2, "the voice state and its server, nothing of what was lost")
    #expect(world.disk.tables == kept)
    #expect(world.service.statistics.rollbacks == 1)
    #expect(world.service.statistics.lastStoreError == .full)

    world.disk.fault = .none
    let again = try message(world.ask(world.bob, .createMessage(channel: world.text, draft)))
    #expect(again.message.content == "lost", "the nonce of the lost message is free")
    #expect(try world.wholeGuild().voiceStates.count == 2)
  }

  @Test("a refused request leaves nothing behind in a batch that is kept")
  func refused() throws {
    var world = try World.make(.open)
    let outputs = world.perform([
      request(world.bob, world, .createMessage(channel: world.text, MessageDraft(content: "1"))),
      request(world.bob, world, .createMessage(channel: world.text, MessageDraft(content: ""))),
      request(world.bob, world, .messages(channel: world.text, .newest, limit: 10)),
    ])
    let replies = World.replies(outputs)
    #expect(replies[1] == code(.emptyMessage))
    guard case .messages(let page) = replies[2] else { throw World.Unexpected(reply: replies[2]) }
    #expect(page.first?.message.content == "1", "a batch reads its own writes")
    #expect(World.events(outputs).count == 1)
  }

  @Test("one batch is one commit, and reading needs none")
  func commits() throws {
    var world = try World.make(.open)
    let before = world.disk.commits
    let commands = (0..<100).map { index in
      request(
        world.bob, world, .createMessage(channel: world.text, MessageDraft(content: "\(index)")))
    }
    _ = world.perform(commands)
    #expect(world.disk.commits == before + 1)
    _ = world.ask(world.bob, .messages(channel: world.text, .newest, limit: 10))
    try expectDone(world.join(world.bob, world.voice))
    #expect(world.disk.commits == before + 1)
  }

  @Test("a long batch is committed in parts, in order")
  func longBatch() throws {
    var world = try World.make(.open)
    let before = world.disk.commits
    let commands = (0..<Limits.batch + 1).map { index in
      request(
        world.bob, world, .createMessage(channel: world.text, MessageDraft(content: "\(index)")))
    }
    let outputs = world.perform(commands)
    #expect(World.replies(outputs).count == Limits.batch + 1)
    #expect(world.disk.commits == before + 2)
  }

  @Test("when reading fails, only what reads is refused")
  func reading() throws {
    var world = try World.make(.open)
    world.disk.fault = .read
    #expect(
      world.ask(world.bob, .messages(channel: world.text, .newest, limit: 1))
        == .failure(.unavailable))
    _ = try world.say(world.bob, "x")
    #expect(throws: StoreError.full) { try world.restart() }
    world.disk.fault = .none
    try world.restart()
  }

  @Test("ids go on after the newest one kept, also when the clock was set back")
  func ids() throws {
    var world = try World.make(.open)
    let id = try world.say(world.bob, "x").id
    world.now -= 3_600_000
    try world.restart()
    #expect(try world.say(world.bob, "y").id > id)
  }
}
