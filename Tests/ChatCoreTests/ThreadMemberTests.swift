import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Threads' members")
struct ThreadMemberTests {
  @Test("who is added to a private thread sees it, who is removed no longer does")
  func privacy() throws {
    var world = try World.make(.open)
    let made = try world.makeThread(world.bob, .privateThread, "a")
    #expect(world.ask(world.cy, .thread(.join(thread: made.id))) == code(.missingAccess))
    try expectDone(world.ask(world.bob, .thread(.add(thread: made.id, user: world.cy))))
    #expect(world.happened == ["create", "joined", "said 1"])
    #expect(world.threadEvents.first?.1 == [world.cy])
    guard case .thread(.create(_, let member, let isNew))? = world.events.first?.payload else { return }
    #expect(member?.userID == world.cy && !isNew)
    guard case .messageCreate(let notice)? = world.events.last?.payload else { return }
    #expect(notice.message.mentions == [world.cy] && notice.message.authorID == world.bob)
    _ = try message(world.say(world.cy, in: made.id, "thanks"))
    #expect(
      world.ask(world.cy, .thread(.remove(thread: made.id, user: world.bob))) == code(.missingPermissions))
    try expectDone(world.ask(world.bob, .thread(.remove(thread: made.id, user: world.cy))))
    #expect(world.happened == ["left", "said 2"])
    #expect(world.threadEvents.first?.1 == [world.ann, world.bob, world.cy], "who goes is told")
    #expect(world.ask(world.cy, .channel(made.id)) == code(.missingAccess))
    #expect(
      world.ask(world.bob, .thread(.remove(thread: made.id, user: world.cy))) == code(.unknownMember))
    try expectDone(world.modify(world.bob, made.id) { $0.thread.isInvitable = .set(false) })
    #expect(
      world.ask(world.bob, .thread(.add(thread: made.id, user: world.cy))) == code(.missingPermissions))
    _ = try message(world.say(world.bob, in: made.id, "<@\(world.cy)>"))
    #expect(world.happened == ["said 0"], "a mention adds nobody whom its author may not add")
    try expectDone(world.ask(world.bob, .thread(.leave(thread: made.id))))
    #expect(world.ask(world.bob, .channel(made.id)) == code(.missingAccess))
  }

  @Test("whoever loses the channel loses its threads at once, and gets them back with it")
  func sight() throws {
    var world = try World.make(.open)
    let open = try world.makeThread(world.bob, .publicThread, "open")
    let hidden = try world.makeThread(world.bob, .privateThread, "hidden")
    let other = try world.makeThread(world.ann, .privateThread, "other")
    let deny = PermissionOverwrite.everyone(of: world.guild, deny: .viewChannel)
    try expectDone(world.ask(world.ann, .setOverwrite(channel: world.text, deny)))
    #expect(world.happened == ["changed", "gone"])
    _ = try message(world.say(world.ann, in: open.id, "secret"))
    #expect(world.events.allSatisfy { $0.audience.only == [world.ann] })
    #expect(world.ask(world.bob, .messages(channel: hidden.id, .newest, limit: 1)) == code(.missingAccess))
    try expectDone(
      world.ask(world.ann, .deleteOverwrite(channel: world.text, target: world.guild)))
    #expect(world.happened == ["changed", "channel", "sync", "sync"])
    let synced = world.events.compactMap { event -> (Set<Snowflake>?, ThreadList)? in
      guard case .thread(.listSync(_, world.text, let list)) = event.payload else { return nil }
      return (event.audience.only, list)
    }
    #expect(synced.map(\.0) == [[world.cy], [world.bob]])
    #expect(synced.map { $0.1.threads.map(\.id) } == [[open.id], [open.id, hidden.id]])
    #expect(synced.map { $0.1.members.count } == [0, 2])

    let role = try world.give(world.cy, .manageThreads)
    #expect(world.happened == ["other", "create", "create"], "all private threads come")
    #expect(world.threadEvents.allSatisfy { $0.1 == [world.cy] })
    try expectDone(world.ask(world.cy, .channel(other.id)))
    try expectDone(
      world.ask(world.ann, .removeMemberRole(guild: world.guild, user: world.cy, role: role.id)))
    #expect(world.happened == ["other", "delete", "delete"])
    #expect(world.ask(world.cy, .channel(other.id)) == code(.missingAccess))
  }

  @Test("who is mentioned in a private thread sees the message, and has it unread")
  func mentions() throws {
    var world = try World.make(.open)
    let made = try world.makeThread(world.bob, .privateThread, "a")
    let said = try message(world.say(world.bob, in: made.id, "<@\(world.cy)>")).message
    #expect(world.happened == ["create", "joined", "said 0"])
    #expect(world.events.last?.audience.only == [world.ann, world.bob, world.cy])
    #expect(world.disk.readStates.contains { $0.userID == world.cy && $0.mentions == [said.id] })
    try expectDone(world.ask(world.ann, .kick(guild: world.guild, user: world.cy)))
    #expect(!world.disk.readStates.contains { $0.channelID == made.id && $0.userID == world.cy })
    try expectDone(world.ask(world.ann, .deleteChannel(made.id)))
    #expect(!world.disk.readStates.contains { $0.channelID == made.id })
  }

  @Test("READY holds the active threads that one may see, with one's memberships")
  func ready() throws {
    var world = try World.make(.open)
    let open = try world.makeThread(world.bob, .publicThread, "open")
    let hidden = try world.makeThread(world.bob, .privateThread, "hidden")
    let old = try world.makeThread(world.bob, .publicThread, "old")
    try expectDone(world.modify(world.bob, old.id) { $0.thread.isArchived = .set(true) })
    for (user, threads, memberships) in [
      (world.bob, [open.id, hidden.id], 2), (world.cy, [open.id], 0),
    ] {
      guard case .ready(let ready) = world.ask(user, .identify(session: "s\(user)")) else { return }
      #expect(ready.guilds.first?.threads.threads.map(\.id) == threads)
      #expect(ready.guilds.first?.threads.members.count == memberships)
      #expect(ready.guilds.first?.channels.contains { $0.kind.isThread } == false)
      let active = try list(world.ask(user, .thread(.active(guild: world.guild))))
      #expect(active.threads.map(\.id) == threads.reversed())
    }
  }

  @Test("members are asked for one by one and in pages, and choose what notifies them")
  func listing() throws {
    var world = try World.make(.open)
    let made = try world.makeThread(world.ann, .publicThread, "a")
    for user in [world.bob, world.cy] { try expectDone(world.ask(user, .thread(.join(thread: made.id)))) }
    func page(_ after: Snowflake?, _ limit: Int, _ world: inout World) -> [ThreadMemberView] {
      let reply = world.ask(
        world.bob, .thread(.members(thread: made.id, isWhole: true, after: after, limit: limit)))
      guard case .thread(.members(let views)) = reply else { return [] }
      return views
    }
    #expect(page(nil, 2, &world).map(\.member.userID) == [world.ann, world.bob])
    #expect(page(world.bob, 2, &world).map(\.guildMember?.user.id) == [world.cy])
    #expect(
      world.ask(world.bob, .thread(.member(thread: made.id, user: world.dot, isWhole: false)))
        == code(.unknownMember))
    try expectDone(world.ask(world.bob, .thread(.modifyMember(thread: made.id, flags: 4))))
    #expect(world.happened == ["member"] && world.threadEvents.first?.1 == [world.bob])
    let reply = world.ask(
      world.cy, .thread(.member(thread: made.id, user: world.bob, isWhole: true)))
    guard case .thread(.member(let view)) = reply else { throw World.Unexpected(reply: reply) }
    #expect(view.member.flags == 4 && view.guildMember?.user.username == "bob")
    try world.restart()
    #expect(
      world.ask(world.cy, .thread(.member(thread: made.id, user: world.bob, isWhole: true))) == reply)
    #expect(world.ask(world.cy, .thread(.join(thread: world.text))) == code(.wrongChannelType))
  }
}

extension Audience {
  /// Whom it names.
  fileprivate var only: Set<Snowflake>? {
    switch self {
    case .viewers(_, _, let only): only
    case .members(_, let only): only
    default: nil
    }
  }
}
