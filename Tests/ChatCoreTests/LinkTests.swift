import Base
import ChatTesting
import Testing

@testable import ChatCore

@Suite("Links in messages")
struct LinkTests {
  @Test(
    "links are those that readers see as such",
    arguments: [
      ("see https://a.b/c.", ["https://a.b/c"]), ("<https://a.b>", []),
      ("https://a.b https://a.b", ["https://a.b"]),
      ("`https://a.b` ```\nhttps://c.d\n``` https://e.f", ["https://e.f"]),
      ("(https://a.b/c_(d))", ["https://a.b/c_(d)"]),
      ("[x](https://a.b/y)!", ["https://a.b/y"]), ("**http://a.b**", ["http://a.b"]), ("https://", []),
      ("https://localhost/x", []), ("ftp://a.b", []), ("||https://a.b||", ["https://a.b"]),
      ("a`https://a.b", ["https://a.b"]),
      ("https://[::1]/", ["https://[::1]/"]),
      (
        "http://1.a http://2.a http://3.a http://4.a http://5.a http://6.a",
        ["1", "2", "3", "4", "5"].map { "http://\($0).a" }
      ),
    ])
  func scanning(_ text: String, _ links: [String]) {
    #expect(LinkScanner.links(in: text) == links)
  }

  private func card(_ link: String) -> LinkEmbed {
    var embed = Embed()
    embed.kind = .link
    embed.url = link
    embed.title = "t"
    embed.provider = Embed.Provider(name: "p", url: "https://a.b")
    embed.thumbnailURL = "https://a.b/i.png"
    embed.thumbnailSize = PictureSize(width: 2, height: 3)
    return LinkEmbed(link: link, embed: embed)
  }

  private func posted(_ world: borrowing World) -> [PostedLinks] {
    world.events.compactMap { if case .linksPosted(let links) = $0.payload { links } else { nil } }
  }

  @Test("cards come later, survive a restart and go with their link")
  func cards() throws {
    var world = try World.make(.open)
    let text = "https://a.b/1 https://a.b/2"
    let sent = try message(
      world.ask(world.bob, .createMessage(channel: world.text, MessageDraft(content: text))))
    let links = try #require(posted(world).first)
    #expect(links.messageID == sent.message.id && links.urls == ["https://a.b/1", "https://a.b/2"])
    let cards = [card("https://a.b/2"), card("https://a.b/1"), card("https://a.b/3")]
    let show = ChatCommand.showLinks(channel: world.text, message: sent.message.id, cards)
    #expect(world.ask(world.bob, show) == code(.general))
    try expectDone(world.ask(.system, show))
    guard case .messageUpdate(let update)? = world.events.first?.payload else {
      Issue.record("\(world.events)")
      return
    }
    #expect(update.message.embeds == [cards[1].embed, cards[0].embed] && update.message.editedAt == nil)
    try expectDone(world.ask(.system, show))
    #expect(world.events.isEmpty, "nothing has changed")
    try world.restart()
    let read = try message(world.ask(world.ann, .message(channel: world.text, message: sent.message.id)))
      .message
    #expect(read.embeds == update.message.embeds)
    var changes = MessageChanges()
    changes.content = .set("only https://a.b/2 now")
    let edited = try message(
      world.ask(world.bob, .editMessage(channel: world.text, message: sent.message.id, changes))
    ).message
    #expect(edited.embeds == [cards[0].embed])
    #expect(posted(world).map(\.urls) == [["https://a.b/2"]])
    changes = MessageChanges()
    changes.flags = .set(.suppressEmbeds)
    let hidden = try message(
      world.ask(world.bob, .editMessage(channel: world.text, message: sent.message.id, changes))
    ).message
    #expect(hidden.shownEmbeds.isEmpty)
  }

  @Test("nothing is looked up for who may not show cards, or does not want to")
  func silence() throws {
    var world = try World.make(.open)
    var draft = MessageDraft(content: "https://a.b/1")
    draft.flags = .suppressEmbeds
    let sent = try message(world.ask(world.bob, .createMessage(channel: world.text, draft))).message
    #expect(posted(world).isEmpty)
    try expectDone(
      world.ask(.system, .showLinks(channel: world.text, message: sent.id, [card("https://a.b/1")])))
    #expect(world.events.isEmpty)
    let deny = PermissionOverwrite(id: world.guild, target: .role, allow: [], deny: .embedLinks)
    try expectDone(world.ask(world.ann, .setOverwrite(channel: world.text, deny)))
    draft.flags = []
    _ = try message(world.ask(world.bob, .createMessage(channel: world.text, draft)))
    #expect(posted(world).isEmpty)
    let gone = ChatCommand.showLinks(channel: world.text, message: world.guild, [card("https://a.b/1")])
    #expect(world.ask(.system, gone) == code(.unknownMessage))
  }
}
