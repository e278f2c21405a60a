import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Messages")
struct MessageTests {
  @Test("a message reaches the viewers before its reply, with everything its JSON needs")
  func create() throws {
    var world = try World.make(.open)
    var draft = MessageDraft(content: "hi <@\(world.cy)>")
    draft.nonce = .text("99999999999999999999")
    draft.flags = [.suppressNotifications, MessageFlags(rawValue: 1 << 6)]
    let view = try message(world.ask(world.bob, .createMessage(channel: world.text, draft)))
    #expect(view.message.content == draft.content && view.message.nonce == draft.nonce)
    #expect(view.message.flags == .suppressNotifications, "EPHEMERAL is not the author's to set")
    #expect(view.author.id == world.bob && view.authorMember?.userID == world.bob)
    #expect(view.mentions.map(\.user.id) == [world.cy])
    #expect(view.mentions.first?.member?.guildID == world.guild)
    #expect(view.referenced == .none && view.reactions == [])
    #expect(
      world.events == [
        ChatEvent(
          audience: .viewers(guild: world.guild, channel: world.text, only: nil),
          payload: .messageCreate(view))
      ])
    #expect(try world.wholeGuild().channels.first { $0.id == world.text }?.lastMessageID == view.message.id)
    #expect(
      try message(world.ask(world.ann, .message(channel: world.text, message: view.message.id)))
        .message == view.message)
  }

  @Test(
    "content is counted in code points and must not be blank",
    arguments: [
      (String(repeating: "👍", count: 2000), true), (String(repeating: "a", count: 2001), false),
      ("", false), (" \n\u{00A0}", false),
    ])
  func content(text: String, isAccepted: Bool) throws {
    var world = try World.make(.open)
    let reply = world.ask(world.bob, .createMessage(channel: world.text, MessageDraft(content: text)))
    if isAccepted {
      try expectDone(reply)
    } else {
      let isRefused = reply == code(.emptyMessage) || formCodes(reply) == ["BASE_TYPE_MAX_LENGTH"]
      #expect(isRefused && world.events == [])
    }
  }

  @Test("permissions, channel kinds and membership are checked")
  func refusals() throws {
    var world = try World.make(.open)
    func create(_ channel: Snowflake) -> ChatCommand {
      .createMessage(channel: channel, MessageDraft(content: "x"))
    }
    let quiet = try world.makeChannel(
      .text, "quiet", [.everyone(of: world.guild, deny: .sendMessages)])
    let secret = try world.makeChannel(
      .text, "secret", [.everyone(of: world.guild, deny: .viewChannel)])
    let category = try world.makeChannel(.category, "c", [])
    let closed = try world.makeChannel(
      .voice, "closed", [.everyone(of: world.guild, deny: .connect)])
    #expect(world.ask(world.bob, create(quiet.id)) == code(.missingPermissions))
    #expect(world.ask(world.bob, create(secret.id)) == code(.missingAccess))
    #expect(world.ask(world.bob, create(category.id)) == code(.nonTextChannel))
    #expect(world.ask(world.bob, create(closed.id)) == code(.missingPermissions))
    #expect(world.ask(world.dot, create(world.text)) == code(.missingAccess))
    #expect(world.ask(world.bob, create(Snowflake(rawValue: 7))) == code(.unknownChannel))
    #expect(world.ask(.nobody, create(world.text)) == .failure(.unauthorized))
    try expectDone(world.ask(world.ann, create(secret.id)))
    try expectDone(world.ask(world.bob, create(world.voice)))
  }

  @Test("an enforced nonce gives the first message back, for ten minutes and across a restart")
  func nonces() throws {
    var world = try World.make(.open)
    var draft = MessageDraft(content: "once")
    draft.nonce = .text("n1")
    draft.enforcesNonce = true
    let create = ChatCommand.createMessage(channel: world.text, draft)
    let first = try message(world.ask(world.bob, create))
    #expect(try message(world.ask(world.bob, create)).message == first.message)
    #expect(world.events == [])
    #expect(try message(world.ask(world.cy, create)).message.id != first.message.id)
    try world.restart()
    #expect(try message(world.ask(world.bob, create)).message.id == first.message.id)
    draft.enforcesNonce = false
    let plain = ChatCommand.createMessage(channel: world.text, draft)
    #expect(try message(world.ask(world.bob, plain)).message.id != first.message.id)
    draft.nonce = .text(String(repeating: "x", count: 26))
    #expect(
      formCodes(world.ask(world.bob, .createMessage(channel: world.text, draft)))
        == ["BASE_TYPE_MAX_LENGTH"])
    world.now += Limits.nonceAge + 10
    try world.restart()
    #expect(try message(world.ask(world.bob, create)).message.id != first.message.id)
  }

  @Test("mentions obey allowed_mentions and MENTION_EVERYONE")
  func mentions() throws {
    var world = try World.make(.open)
    var mentionable = RoleChanges()
    mentionable.isMentionable = .set(true)
    let open = try world.makeRole(mentionable).id
    let closed = try world.makeRole(RoleChanges()).id
    let content =
      "<@\(world.cy)> <@!\(world.ann)> <@\(world.cy)> <@\(world.dot)> <@&\(open)> <@&\(closed)> @everyone <@&\(world.guild)> <@> <@&12"
    func sent(_ user: Snowflake, _ allowed: AllowedMentions, _ world: inout World) throws -> Message {
      var draft = MessageDraft(content: content)
      draft.allowedMentions = allowed
      return try message(world.ask(user, .createMessage(channel: world.text, draft))).message
    }
    let plain = try sent(world.bob, .everything, &world)
    #expect(plain.mentions == [world.cy, world.ann], "once each, members only")
    #expect(plain.mentionedRoles == [open] && !plain.mentionsEveryone)
    let owner = try sent(world.ann, .everything, &world)
    #expect(owner.mentionedRoles == [open, closed] && owner.mentionsEveryone)
    let none = AllowedMentions(
      parsesUsers: false, parsesRoles: false, parsesEveryone: false, users: [world.ann], roles: [],
      repliedUser: false)
    let few = try sent(world.ann, none, &world)
    #expect(few.mentions == [world.ann] && few.mentionedRoles == [] && !few.mentionsEveryone)
    var both = none
    both.parsesUsers = true
    var draft = MessageDraft(content: "x")
    draft.allowedMentions = both
    #expect(
      formCodes(world.ask(world.bob, .createMessage(channel: world.text, draft)))
        == ["MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"])
  }

  @Test("a reply carries and notifies what it answers")
  func replies() throws {
    var world = try World.make(.open)
    let question = try world.say(world.ann, "?")
    var draft = MessageDraft(content: "!")
    draft.replyTo = question.id
    let reply = try message(world.ask(world.bob, .createMessage(channel: world.text, draft)))
    #expect(reply.message.kind == .reply && reply.message.mentions == [world.ann])
    guard case .message(let referenced) = reply.referenced else {
      Issue.record("nothing referenced")
      return
    }
    #expect(referenced.message == question && referenced.referenced == .none)
    draft.allowedMentions.repliedUser = false
    let quiet = try message(world.ask(world.bob, .createMessage(channel: world.text, draft)))
    #expect(quiet.message.mentions == [])
    try expectDone(world.ask(world.ann, .deleteMessage(channel: world.text, message: question.id)))
    let after = try message(
      world.ask(world.ann, .message(channel: world.text, message: reply.message.id)))
    #expect(after.referenced == .deleted)
    let gone = world.ask(world.bob, .createMessage(channel: world.text, draft))
    #expect(formCodes(gone) == ["REPLIES_UNKNOWN_MESSAGE"])
    draft.failsWithoutReference = false
    let plain = try message(world.ask(world.bob, .createMessage(channel: world.text, draft)))
    #expect(plain.message.kind == .ordinary && plain.message.reference == nil)
    draft.replyChannel = world.voice
    let elsewhere = world.ask(world.bob, .createMessage(channel: world.text, draft))
    #expect(formCodes(elsewhere) == ["REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL"])
  }

  @Test("only the author edits the text; the edit reaches everybody whole")
  func editing() throws {
    var world = try World.make(.open)
    let id = try world.say(world.bob, "a").id
    var changes = MessageChanges()
    changes.content = .set("b <@\(world.cy)>")
    let edit = ChatCommand.editMessage(channel: world.text, message: id, changes)
    #expect(world.ask(world.ann, edit) == code(.cannotEditOthersMessage))
    let view = try message(world.ask(world.bob, edit))
    #expect(view.message.content == "b <@\(world.cy)>" && view.message.editedAt?.milliseconds == world.now)
    #expect(view.message.mentions == [world.cy])
    #expect(world.events.map(\.payload) == [.messageUpdate(view)])
    changes.content = .set(" ")
    let blank = ChatCommand.editMessage(channel: world.text, message: id, changes)
    #expect(world.ask(world.bob, blank) == code(.emptyMessage))
    var flags = MessageChanges()
    flags.flags = .set(.suppressEmbeds)
    let suppress = ChatCommand.editMessage(channel: world.text, message: id, flags)
    #expect(world.ask(world.cy, suppress) == code(.missingPermissions))
    let suppressed = try message(world.ask(world.ann, suppress))
    #expect(suppressed.message.flags == .suppressEmbeds)
    #expect(suppressed.message.editedAt == view.message.editedAt)
    let nowhere = ChatCommand.editMessage(channel: world.voice, message: id, changes)
    #expect(world.ask(world.bob, nowhere) == code(.unknownMessage))
  }

  @Test("the author and moderators delete")
  func deleting() throws {
    var world = try World.make(.open)
    let id = try world.say(world.bob, "a").id
    let delete = ChatCommand.deleteMessage(channel: world.text, message: id)
    #expect(world.ask(world.cy, delete) == code(.missingPermissions))
    #expect(world.ask(world.ann, delete) == .done)
    #expect(
      world.events.map(\.payload) == [
        .messageDelete(guild: world.guild, channel: world.text, message: id)
      ])
    #expect(world.ask(world.ann, delete) == code(.unknownMessage))
  }

  @Test("history comes newest first around every anchor")
  func history() throws {
    var world = try World.make(.open)
    let ids = try (0..<7).map { try world.say(world.bob, "\($0)").id }
    func page(_ anchor: HistoryAnchor, _ limit: Int, _ world: inout World) throws -> [Snowflake] {
      let reply = world.ask(world.cy, .messages(channel: world.text, anchor, limit: limit))
      guard case .messages(let views) = reply else { throw World.Unexpected(reply: reply) }
      return views.map(\.message.id)
    }
    #expect(try page(.newest, 2, &world) == [ids[6], ids[5]])
    #expect(try page(.before(ids[2]), 2, &world) == [ids[1], ids[0]])
    #expect(try page(.after(ids[2]), 2, &world) == [ids[4], ids[3]])
    #expect(try page(.around(ids[3]), 3, &world) == [ids[4], ids[3], ids[2]])
    #expect(try page(.around(ids[3]), 1, &world).count == 1)
    #expect(try page(.around(Snowflake(rawValue: .max)), 2, &world) == [ids[6], ids[5]])
    for limit in [0, 101, -1] {
      let reply = world.ask(world.cy, .messages(channel: world.text, .newest, limit: limit))
      #expect(formCodes(reply).count == 1)
    }
    let blind = try world.makeChannel(
      .text, "blind", [.everyone(of: world.guild, deny: .readMessageHistory)])
    let reply = world.ask(world.cy, .messages(channel: blind.id, .newest, limit: 1))
    #expect(reply == .messages([]))
  }

  @Test("slow mode makes people wait, and nobody who moderates")
  func slowMode() throws {
    var world = try World.make(.open)
    var changes = ChannelChanges()
    changes.rateLimitPerUser = .set(10)
    try expectDone(world.ask(world.ann, .modifyChannel(world.text, changes)))
    _ = try world.say(world.bob, "1")
    let create = ChatCommand.createMessage(channel: world.text, MessageDraft(content: "2"))
    #expect(world.ask(world.bob, create) == .failure(.slowMode(.milliseconds(9_999))))
    _ = try world.say(world.cy, "others may")
    _ = try world.say(world.ann, "1")
    _ = try world.say(world.ann, "2")
    world.now += 10_000
    try expectDone(world.ask(world.bob, create))
  }

  @Test("typing reaches the viewers of a channel where one may write")
  func typing() throws {
    var world = try World.make(.open)
    #expect(world.ask(world.bob, .typing(channel: world.text)) == .done)
    guard case .typing(_, _, let member?, let at)? = world.events.first?.payload else {
      Issue.record("no event")
      return
    }
    #expect(member.user.id == world.bob && at.milliseconds == world.now)
    let quiet = try world.makeChannel(
      .text, "quiet", [.everyone(of: world.guild, deny: .sendMessages)])
    #expect(world.ask(world.bob, .typing(channel: quiet.id)) == code(.missingPermissions))
  }

  @Test("reactions are counted once a user and seen by the reader")
  func reactions() throws {
    var world = try World.make(.open)
    let id = try world.say(world.bob, "a").id
    let thumb = ReactionEmoji(id: nil, name: "👍")
    let add = ChatCommand.addReaction(channel: world.text, message: id, thumb)
    #expect(world.ask(world.bob, add) == .done)
    guard case .reactionAdd(let event, let member?)? = world.events.first?.payload else {
      Issue.record("no event")
      return
    }
    #expect(event.emoji == thumb && event.messageAuthorID == world.bob && member.user.id == world.bob)
    #expect(world.ask(world.bob, add) == .done)
    #expect(world.events == [], "it was there already")
    #expect(world.ask(world.cy, add) == .done)
    let view = try message(world.ask(world.cy, .message(channel: world.text, message: id)))
    #expect(view.reactions == [ReactionCount(emoji: thumb, count: 2, isMine: true)])
    let users = ChatCommand.reactionUsers(
      channel: world.text, message: id, thumb, limit: 10, after: nil)
    guard case .users(let list) = world.ask(world.ann, users) else { return }
    #expect(list.map(\.id) == [world.bob, world.cy])
    let others = ChatCommand.removeReaction(
      channel: world.text, message: id, thumb, user: world.bob)
    #expect(world.ask(world.cy, others) == code(.missingPermissions))
    #expect(world.ask(world.ann, others) == .done)
    let own = ChatCommand.removeReaction(channel: world.text, message: id, thumb, user: nil)
    #expect(world.ask(world.bob, own) == .done)
    #expect(world.events == [], "it was gone already")
    #expect(world.ask(world.cy, own) == .done)
    #expect(world.events.count == 1)
    let after = try message(world.ask(world.cy, .message(channel: world.text, message: id)))
    #expect(after.reactions == [])
  }

  @Test("what is no emoji is refused, and so is the twenty-first")
  func reactionLimits() throws {
    var world = try World.make(.open)
    let id = try world.say(world.bob, "a").id
    func add(_ emoji: ReactionEmoji) -> ChatCommand {
      .addReaction(channel: world.text, message: id, emoji)
    }
    for name in ["", "a", "1", "hello", "👍a", String(repeating: "👍", count: 20), "<script>"] {
      #expect(world.ask(world.bob, add(ReactionEmoji(id: nil, name: name))) == code(.unknownEmoji))
    }
    #expect(world.ask(world.bob, add(ReactionEmoji(id: id, name: "x"))) == code(.unknownEmoji))
    let good =
      ["1️⃣", "❤️", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇩🇪"] + (0..<15).map { String(Character(Unicode.Scalar(0x1F600 + $0) ?? "x")) }
    for name in good { try expectDone(world.ask(world.bob, add(ReactionEmoji(id: nil, name: name)))) }
    #expect(
      world.ask(world.bob, add(ReactionEmoji(id: nil, name: "👍"))) == code(.tooManyReactions))
    try expectDone(world.ask(world.cy, add(ReactionEmoji(id: nil, name: "❤️"))))
  }
}
