import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Followers")
struct FollowerTests {
  /// An announcement channel that the text channel follows.
  private func followed(_ world: inout World) throws -> Channel {
    let news = try world.makeChannel(.announcement, "news", [])
    let reply = world.ask(world.ann, .webhook(.follow(channel: news.id, target: world.text)))
    guard case .webhook(.follower(news.id, _)) = reply else { throw World.Unexpected(reply: reply) }
    return news
  }

  private func publish(_ world: inout World, _ content: String, in news: Channel) throws -> Message {
    let said = try message(
      world.ask(world.ann, .createMessage(channel: news.id, MessageDraft(content: content)))
    ).message
    return try message(world.ask(world.ann, .crosspost(channel: news.id, message: said.id))).message
  }

  private func newest(_ world: inout World) throws -> MessageView {
    let reply = world.ask(world.bob, .messages(channel: world.text, .newest, limit: 1))
    guard case .messages(let views) = reply, let first = views.first else {
      throw World.Unexpected(reply: reply)
    }
    return first
  }

  @Test("following takes MANAGE_WEBHOOKS at the target and an announcement channel at the source")
  func permissions() throws {
    var world = try World.make(.open)
    let news = try world.makeChannel(.announcement, "news", [])
    func follow(_ user: Snowflake, _ source: Snowflake, _ target: Snowflake) -> ChatReply {
      world.ask(user, .webhook(.follow(channel: source, target: target)))
    }
    #expect(follow(world.bob, news.id, world.text) == code(.missingPermissions))
    #expect(follow(world.dot, news.id, world.text) == code(.missingAccess))
    #expect(follow(world.ann, world.text, news.id) == code(.wrongChannelType))
    #expect(follow(world.ann, news.id, news.id) == code(.wrongChannelType))
    #expect(follow(world.ann, news.id, world.voice) == code(.wrongChannelType))
    try expectDone(follow(world.ann, news.id, world.text))
    #expect(world.audits.map(\.action) == [.webhookCreate])
    let notice = try newest(&world)
    #expect(notice.message.kind == .followAdd && notice.message.content == "Roost #news")
    #expect(notice.author.id == world.ann)
    let reply = world.ask(world.ann, .webhook(.ofChannel(world.text)))
    guard case .webhook(.webhooks(let views)) = reply else { throw World.Unexpected(reply: reply) }
    #expect(views.map(\.webhook.kind) == [.follower] && views[0].webhook.secret.isEmpty)
    #expect(views[0].sourceChannel?.id == news.id && views[0].sourceGuild?.id == world.guild)
    let holder = WebhookHolder.token(views[0].webhook.id, secret: "")
    #expect(world.ask(.nobody, .webhook(.get(holder))) == code(.invalidWebhookToken), "it has no token")
  }

  @Test("what is published is copied; edits and the end follow, also after a restart")
  func copies() throws {
    var world = try World.make(.open)
    let news = try followed(&world)
    let source = try publish(&world, "first @everyone", in: news)
    #expect(world.events.count == 2, "the source's update and the copy")
    let copy = try newest(&world)
    #expect(copy.message.content == "first @everyone" && copy.message.flags == .isCrosspost)
    #expect(copy.author.username == "Roost #news" && !copy.message.mentionsEveryone)
    #expect(copy.message.reference?.messageID == source.id)
    #expect(copy.message.reference?.guildID == world.guild && copy.message.reference?.channelID == news.id)
    try world.restart()
    var changes = MessageChanges()
    changes.content = .set("second")
    _ = try message(world.ask(world.ann, .editMessage(channel: news.id, message: source.id, changes)))
    #expect(
      world.events.map(\.audience) == [
        .viewers(guild: world.guild, channel: news.id, only: nil),
        .viewers(guild: world.guild, channel: world.text, only: nil),
      ])
    #expect(try newest(&world).message.content == "second")
    let unpublished = try message(
      world.ask(world.ann, .createMessage(channel: news.id, MessageDraft(content: "draft"))))
    try expectDone(world.ask(world.ann, .deleteMessage(channel: news.id, message: unpublished.message.id)))
    #expect(world.events.count == 1, "what was never published has no copy")
    try expectDone(world.ask(world.ann, .deleteMessage(channel: news.id, message: source.id)))
    let left = try newest(&world).message
    #expect(left.id == copy.message.id && left.flags == [.isCrosspost, .sourceDeleted])
    #expect(left.content == "[Original Message Deleted]")
  }

  @Test("a copy can be deleted alone, sources in bulk, and a source channel takes its followers along")
  func ends() throws {
    var world = try World.make(.open)
    let news = try followed(&world)
    let first = try publish(&world, "1", in: news)
    let copy = try newest(&world).message.id
    try expectDone(world.ask(world.ann, .deleteMessage(channel: world.text, message: copy)))
    let second = try publish(&world, "2", in: news)
    try expectDone(world.ask(world.ann, .deleteMessages(channel: news.id, [first.id, second.id])))
    #expect(try newest(&world).message.flags.contains(.sourceDeleted))
    try expectDone(world.ask(world.ann, .deleteChannel(news.id)))
    let reply = world.ask(world.ann, .webhook(.ofChannel(world.text)))
    #expect(reply == .webhook(.webhooks([])))
  }
}
