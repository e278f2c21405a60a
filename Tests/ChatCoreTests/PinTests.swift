import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Pins, forwards and crossposts")
struct PinTests {
  private func pins(_ world: inout World, _ limit: Int = 50, before: WallTime? = nil) throws -> [Snowflake] {
    let reply = world.ask(world.bob, .pins(channel: world.text, before: before, limit: limit))
    guard case .pins(let views, _) = reply else { throw World.Unexpected(reply: reply) }
    return views.map(\.message.id)
  }

  @Test("a pin is told three ways, listed newest first, and goes again")
  func pinning() throws {
    var world = try World.make(.open)
    let (first, second) = (try world.say(world.bob, "1"), try world.say(world.cy, "2"))
    #expect(world.ask(world.bob, .pin(channel: world.text, message: first.id)) == code(.missingPermissions))
    _ = try world.give(world.bob, .pinMessages)
    try expectDone(world.ask(world.bob, .pin(channel: world.text, message: second.id)))
    #expect(world.events.count == 3)
    guard case .messageUpdate(let updated) = world.events[0].payload,
      case .pinsUpdate(_, _, let last) = world.events[1].payload,
      case .messageCreate(let notice) = world.events[2].payload
    else {
      Issue.record("\(world.events)")
      return
    }
    #expect(updated.message.pinnedAt == last && last != nil)
    #expect(notice.message.kind == .pin && notice.message.reference?.messageID == second.id)
    #expect(notice.message.authorID == world.bob && notice.referenced == .none)
    #expect(world.audits.map(\.action) == [.messagePin] && world.audits.first?.targetID == world.cy)
    #expect(world.ask(world.bob, .pin(channel: world.text, message: second.id)) == .done)
    #expect(world.events == [], "it is pinned already")
    try expectDone(world.ask(world.ann, .pin(channel: world.text, message: first.id)))
    #expect(try pins(&world) == [first.id, second.id])
    #expect(try pins(&world, 1) == [first.id])
    let bound = try message(world.ask(world.bob, .message(channel: world.text, message: first.id))).message
    #expect(try pins(&world, before: bound.pinnedAt) == [second.id])
    try world.restart()
    #expect(try pins(&world) == [first.id, second.id])
    #expect(try channel(world.ask(world.bob, .channel(world.text))).lastPinAt == bound.pinnedAt)
    try expectDone(world.ask(world.ann, .unpin(channel: world.text, message: first.id)))
    #expect(try channel(world.ask(world.bob, .channel(world.text))).lastPinAt == last)
    try expectDone(world.ask(world.ann, .deleteMessage(channel: world.text, message: second.id)))
    #expect(try pins(&world) == [])
    #expect(
      world.ask(world.ann, .pin(channel: world.text, message: notice.message.id)) == code(.systemMessage))
    #expect(world.ask(world.ann, .pin(channel: world.text, message: second.id)) == code(.unknownMessage))
  }

  @Test("a channel takes 250 pins, and a page 50")
  func limits() throws {
    var world = try World.make(.open)
    for number in 0..<Limits.pinsPerChannel {
      let said = try world.say(world.ann, "\(number)")
      try expectDone(world.ask(world.ann, .pin(channel: world.text, message: said.id)))
    }
    let said = try world.say(world.ann, "x")
    #expect(world.ask(world.ann, .pin(channel: world.text, message: said.id)) == code(.tooManyPins))
    #expect(formCodes(world.ask(world.ann, .pins(channel: world.text, before: nil, limit: 51))).count == 1)
    guard
      case .pins(let page, true) = world.ask(world.ann, .pins(channel: world.text, before: nil, limit: 50))
    else {
      Issue.record("no more")
      return
    }
    #expect(page.count == 50)
  }

  @Test("a forward keeps what was read, also when the original goes")
  func forwards() throws {
    var world = try World.make(.open)
    let secret = try world.makeChannel(.text, "secret", [.everyone(of: world.guild, deny: .viewChannel)])
    var draft = MessageDraft(content: "<@\(world.cy)> look")
    draft.embeds = [Embed()]
    draft.embeds[0].title = "card"
    let original = try message(world.ask(world.ann, .createMessage(channel: secret.id, draft))).message
    var forward = MessageDraft(content: "")
    forward.replyTo = original.id
    forward.replyChannel = secret.id
    forward.isForward = true
    #expect(world.ask(world.bob, .createMessage(channel: world.text, forward)) == code(.missingAccess))
    let made = try message(world.ask(world.ann, .createMessage(channel: world.text, forward)))
    #expect(made.message.flags == .hasSnapshot && made.message.kind == .ordinary)
    #expect(made.message.snapshot?.content == original.content && made.message.snapshot?.embeds.count == 1)
    #expect(made.message.mentions == [], "a forward notifies nobody")
    #expect(made.snapshotMentions.map(\.id) == original.mentions && made.referenced == .none)
    try expectDone(world.ask(world.ann, .deleteMessage(channel: secret.id, message: original.id)))
    try world.restart()
    let read = try message(world.ask(world.bob, .message(channel: world.text, message: made.message.id)))
    #expect(read == made)
    forward.replyTo = made.message.id
    forward.replyChannel = nil
    let again = try message(world.ask(world.bob, .createMessage(channel: world.text, forward))).message
    #expect(again.snapshot == made.message.snapshot)
    var edit = MessageChanges()
    edit.content = .set("x")
    let command = ChatCommand.editMessage(channel: world.text, message: again.id, edit)
    #expect(world.ask(world.bob, command) == code(.systemMessage))
    forward.content = "mine"
    #expect(
      formCodes(world.ask(world.bob, .createMessage(channel: world.text, forward)))
        == ["MESSAGE_FORWARD_CANNOT_HAVE_CONTENT"])
    forward.content = ""
    forward.replyTo = original.id
    #expect(
      formCodes(world.ask(world.bob, .createMessage(channel: world.text, forward)))
        == ["REPLIES_UNKNOWN_MESSAGE"])
  }

  @Test("announcements are published once, by their author or a moderator")
  func crossposts() throws {
    var world = try World.make(.open)
    let said = try world.say(world.bob, "news")
    let command = ChatCommand.crosspost(channel: world.text, message: said.id)
    #expect(world.ask(world.bob, command) == code(.wrongChannelType))
    var changes = ChannelChanges()
    changes.kind = .set(.announcement)
    _ = try channel(world.ask(world.ann, .modifyChannel(world.text, changes)))
    #expect(world.ask(world.cy, command) == code(.missingPermissions))
    #expect(try message(world.ask(world.bob, command)).message.flags == .crossposted)
    #expect(world.events.count == 1)
    #expect(world.ask(world.ann, command) == code(.alreadyCrossposted))
  }

  @Test("moderators clear reactions, all or of one emoji")
  func reactions() throws {
    var world = try World.make(.open)
    let said = try world.say(world.bob, "x")
    let emoji = ["👍", "❤️", "👀"].map { ReactionEmoji(id: nil, name: $0) }
    for one in emoji {
      try expectDone(world.ask(world.cy, .addReaction(channel: world.text, message: said.id, one)))
    }
    func clear(_ user: Snowflake, _ emoji: ReactionEmoji?) -> ChatReply {
      world.ask(user, .clearReactions(channel: world.text, message: said.id, emoji))
    }
    #expect(clear(world.bob, nil) == code(.missingPermissions))
    #expect(clear(world.ann, emoji[0]) == .done)
    #expect(
      world.events.map(\.payload) == [
        .reactionsClear(guild: world.guild, channel: world.text, message: said.id, emoji[0])
      ])
    #expect(clear(world.ann, emoji[0]) == .done && world.events == [])
    #expect(clear(world.ann, nil) == .done)
    let view = try message(world.ask(world.bob, .message(channel: world.text, message: said.id)))
    #expect(view.reactions == [])
  }
}
