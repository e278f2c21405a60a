import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Relationships")
struct RelationshipTests {
  private func kinds(_ world: inout World, _ user: Snowflake) throws -> [Snowflake: RelationshipKind] {
    let reply = world.ask(user, .relationship(.list))
    guard case .personal(.relationships(let views)) = reply else { throw World.Unexpected(reply: reply) }
    return Dictionary(uniqueKeysWithValues: views.map { ($0.user.id, $0.relationship.kind) })
  }

  private func told(_ world: borrowing World) -> [Audience] { world.events.map(\.audience) }

  @Test("a request becomes a friendship when the other one asks back, and ends for both")
  func friendship() throws {
    var world = try World.make(.open)
    let (ann, dot) = (world.ann, world.dot)
    try expectDone(world.ask(ann, .relationship(.befriendNamed("DOT"))))
    #expect(told(world) == [.user(ann), .user(dot)])
    #expect(try kinds(&world, ann) == [dot: .outgoing] && kinds(&world, dot) == [ann: .incoming])
    try expectDone(world.ask(ann, .relationship(.befriend(dot))))
    #expect(world.events == [], "asked already")
    try expectDone(world.ask(dot, .relationship(.befriend(ann))))
    #expect(try kinds(&world, ann) == [dot: .friend] && kinds(&world, dot) == [ann: .friend])
    #expect(world.ask(dot, .relationship(.befriend(ann))) == code(.alreadyFriends))
    try expectDone(world.ask(ann, .relationship(.rename(dot, " Dotty "))))
    guard case .personal(.relationshipUpdate(let side))? = world.events.first?.payload else {
      Issue.record("\(world.events)")
      return
    }
    #expect(side.nickname == "Dotty" && told(world) == [.user(ann)])
    try world.restart()
    #expect(try kinds(&world, dot) == [ann: .friend])
    try expectDone(world.ask(dot, .relationship(.remove(ann))))
    #expect(told(world) == [.user(dot), .user(ann)])
    #expect(try kinds(&world, ann) == [:] && kinds(&world, dot) == [:])
  }

  @Test("requests that cannot be are refused with Discord's codes")
  func refusals() throws {
    var world = try World.make(.open)
    let bot = try world.addBot()
    let befriend = { (user: Snowflake) in ChatCommand.relationship(.befriend(user)) }
    #expect(world.ask(world.ann, befriend(world.ann)) == code(.befriendingSelf))
    #expect(world.ask(world.ann, befriend(bot)) == code(.requestsDisabled))
    #expect(world.ask(world.ann, befriend(Snowflake(rawValue: 1))) == code(.unknownUser))
    #expect(world.ask(world.ann, .relationship(.befriendNamed("nobody"))) == code(.unknownUsername))
    #expect(
      world.ask(world.ann, .relationship(.befriendNamed("bob@example.org"))) == code(.unknownUsername),
      "addresses are not to be found out")
    #expect(world.ask(bot, .relationship(.list)) == code(.botsNotAllowed))
    #expect(world.ask(world.ann, .relationship(.block(world.ann))) == code(.unknownUser))
    #expect(world.ask(world.ann, .relationship(.rename(world.bob, "x"))) == code(.unknownUser))
  }

  @Test("a block ends a friendship, stops messages and requests both ways, and is not told")
  func blocking() throws {
    var world = try World.make(.open)
    let (ann, bob) = (world.ann, world.bob)
    try expectDone(world.ask(ann, .relationship(.befriend(bob))))
    try expectDone(world.ask(bob, .relationship(.befriend(ann))))
    let reply = world.ask(ann, .openDirect(user: bob))
    guard case .privateChannel(let view) = reply else { throw World.Unexpected(reply: reply) }
    let write = ChatCommand.createMessage(channel: view.channel.id, MessageDraft(content: "hi"))
    try expectDone(world.ask(bob, write))
    try expectDone(world.ask(ann, .relationship(.block(bob))))
    #expect(
      world.events == [
        ChatEvent(
          audience: .user(ann),
          payload: .personal(.relationshipAdd(try added(world, bob), notifies: false))),
        ChatEvent(audience: .user(bob), payload: .personal(.relationshipRemove(of: ann, .friend))),
      ])
    for user in [ann, bob] { #expect(world.ask(user, write) == code(.cannotMessageUser)) }
    #expect(world.ask(bob, .relationship(.befriend(ann))) == code(.requestBlocked))
    #expect(try kinds(&world, bob) == [:])
    try expectDone(world.ask(bob, .relationship(.remove(ann))))
    #expect(try kinds(&world, ann) == [bob: .blocked], "only the one who blocked ends it")
    let said = try world.say(ann, "in the guild")
    let thumb = ReactionEmoji(id: nil, name: "👍")
    #expect(
      world.ask(bob, .addReaction(channel: world.text, message: said.id, thumb)) == code(.reactionBlocked))
    try expectDone(world.ask(ann, .relationship(.remove(bob))))
    try expectDone(world.ask(bob, write))
    try expectDone(world.ask(bob, .addReaction(channel: world.text, message: said.id, thumb)))
  }

  private func added(_ world: borrowing World, _ other: Snowflake) throws -> RelationshipView {
    for event in world.events {
      if case .personal(.relationshipAdd(let view, _)) = event.payload, view.user.id == other { return view }
    }
    throw World.Unexpected(reply: .done)
  }

  @Test("friends write to each other without a common guild")
  func friendsWrite() throws {
    var world = try World.make(.open)
    let reply = world.ask(world.ann, .openDirect(user: world.dot))
    guard case .privateChannel(let view) = reply else { throw World.Unexpected(reply: reply) }
    let write = ChatCommand.createMessage(channel: view.channel.id, MessageDraft(content: "hi"))
    #expect(world.ask(world.ann, write) == code(.cannotMessageUser))
    try expectDone(world.ask(world.ann, .relationship(.befriend(world.dot))))
    #expect(world.ask(world.ann, write) == code(.cannotMessageUser), "asked is not answered")
    try expectDone(world.ask(world.dot, .relationship(.befriend(world.ann))))
    try expectDone(world.ask(world.ann, write))
  }

  @Test("who is ignored or blocked mentions nobody")
  func silence() throws {
    var world = try World.make(.open)
    try expectDone(world.ask(world.bob, .relationship(.ignore(world.ann, true))))
    try expectDone(world.ask(world.cy, .relationship(.block(world.ann))))
    _ = try world.say(world.ann, "<@\(world.bob)> <@\(world.cy)> @everyone")
    for user in [world.bob, world.cy] {
      let reply = world.ask(user, .identify(session: "s"))
      guard case .ready(let ready) = reply else { throw World.Unexpected(reply: reply) }
      #expect(ready.personal.readStates == [] && ready.personal.relationships.count == 1)
      _ = world.ask(user, .endSession("s"))
    }
    try expectDone(world.ask(world.bob, .relationship(.ignore(world.ann, false))))
    #expect(try kinds(&world, world.bob) == [:])
  }
}
