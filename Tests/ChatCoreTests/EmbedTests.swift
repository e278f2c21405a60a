import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Embeds")
struct EmbedTests {
  private static func embed(_ body: (inout Embed) -> Void) -> Embed {
    var embed = Embed()
    body(&embed)
    return embed
  }

  private static func text(_ count: Int) -> String { String(repeating: "a", count: count) }

  private func post(_ embeds: [Embed], _ content: String, _ world: borrowing World) -> ChatCommand {
    var draft = MessageDraft(content: content)
    draft.embeds = embeds
    return .createMessage(channel: world.text, draft)
  }

  @Test("a card needs no text, reaches the viewers and survives edits and restarts")
  func life() throws {
    var world = try World.make(.open)
    let card = EmbedTests.embed {
      $0.title = "Title"
      $0.fields = [Embed.Field(name: "n", value: "v", isInline: true)]
    }
    let view = try message(world.ask(world.bob, post([card, Embed()], "", world)))
    #expect(view.message.embeds == [card], "the empty one is dropped")
    #expect(world.events.map(\.payload) == [.messageCreate(view)])
    let id = view.message.id
    try world.restart()
    #expect(
      try message(world.ask(world.ann, .message(channel: world.text, message: id))).message.embeds == [card])

    var changes = MessageChanges()
    changes.embeds = .set([])
    let edit = ChatCommand.editMessage(channel: world.text, message: id, changes)
    #expect(world.ask(world.bob, edit) == code(.emptyMessage), "nothing would be left")
    #expect(world.ask(world.ann, edit) == code(.cannotEditOthersMessage))
    changes.content = .set("text")
    let edited = try message(
      world.ask(world.bob, .editMessage(channel: world.text, message: id, changes)))
    #expect(edited.message.embeds == [] && edited.message.content == "text")
    #expect(edited.message.editedAt != nil)
  }

  @Test("suppressed cards are kept and shown again")
  func suppression() throws {
    var world = try World.make(.open)
    let card = EmbedTests.embed { $0.title = "Title" }
    let id = try message(world.ask(world.bob, post([card], "x", world))).message.id
    for (flags, shown) in [(MessageFlags.suppressEmbeds, []), ([], [card])] {
      var changes = MessageChanges()
      changes.flags = .set(flags)
      let view = try message(
        world.ask(world.ann, .editMessage(channel: world.text, message: id, changes)))
      #expect(view.message.shownEmbeds == shown && view.message.embeds == [card])
    }
  }

  @Test("cards need EMBED_LINKS, empty ones are no message")
  func refusals() throws {
    var world = try World.make(.open)
    let card = EmbedTests.embed { $0.title = "Title" }
    #expect(world.ask(world.bob, post([Embed()], " ", world)) == code(.emptyMessage))
    let deny = PermissionOverwrite.everyone(of: world.guild, deny: .embedLinks)
    try expectDone(world.ask(world.ann, .setOverwrite(channel: world.text, deny)))
    #expect(world.ask(world.bob, post([card], "x", world)) == code(.missingPermissions))
    try expectDone(world.ask(world.bob, post([Embed()], "x", world)))
  }

  private static let limits: [(Embed, isAccepted: Bool)] = [
    (embed { $0.title = text(256) }, true), (embed { $0.title = text(257) }, false),
    (embed { $0.description = text(4096) }, true), (embed { $0.description = text(4097) }, false),
    (embed { $0.footer = Embed.Footer(text: text(2048), iconURL: nil) }, true),
    (embed { $0.footer = Embed.Footer(text: text(2049), iconURL: nil) }, false),
    (embed { $0.author = Embed.Author(name: text(257), url: nil, iconURL: nil) }, false),
    (embed { $0.fields = fields(25, "n", "v") }, true), (embed { $0.fields = fields(26, "n", "v") }, false),
    (embed { $0.fields = fields(1, "", "v") }, false), (embed { $0.fields = fields(1, "n", " ") }, false),
    (embed { $0.fields = fields(1, text(256), text(1024)) }, true),
    (embed { $0.fields = fields(1, text(257), "v") }, false),
    (embed { $0.fields = fields(1, "n", text(1025)) }, false),
    (embed { $0.fields = fields(6, "n", text(1001)) }, false),
    (embed { $0.imageURL = "https://example.org/a.png" }, true),
    (embed { $0.imageURL = "javascript:alert(1)" }, false), (embed { $0.thumbnailURL = "https:" }, false),
    (embed { $0.imageURL = "https://a b" }, false), (embed { $0.imageURL = "" }, false),
    (
      embed {
        $0.title = "t"
        $0.color = 0x100_0000
      }, false
    ),
    (
      embed {
        $0.title = "t"
        $0.url = "https://" + text(2041)
      }, false
    ),
  ]

  private static func fields(_ count: Int, _ name: String, _ value: String) -> [Embed.Field] {
    Array(repeating: Embed.Field(name: name, value: value, isInline: false), count: count)
  }

  @Test("each part has its limit", arguments: 0..<limits.count)
  func limit(_ index: Int) throws {
    var world = try World.make(.open)
    let (embed, isAccepted) = EmbedTests.limits[index]
    let reply = world.ask(world.bob, post([embed], "x", world))
    if isAccepted {
      #expect(try message(reply).message.embeds == [embed])
    } else {
      guard case .failure(.form(let problems)) = reply else { throw World.Unexpected(reply: reply) }
      #expect(problems.allSatisfy { $0.path.first == "embeds" })
      #expect(world.events == [])
    }
  }

  @Test("ten cards at most, and 6000 code points in all of them")
  func together() throws {
    var world = try World.make(.open)
    let small = EmbedTests.embed { $0.title = "t" }
    try expectDone(world.ask(world.bob, post(Array(repeating: small, count: 10), "", world)))
    #expect(
      formCodes(world.ask(world.bob, post(Array(repeating: small, count: 11), "", world)))
        == ["BASE_TYPE_MAX_LENGTH"])
    let half = EmbedTests.embed { $0.description = EmbedTests.text(3000) }
    try expectDone(world.ask(world.bob, post([half, half], "", world)))
    #expect(
      formCodes(world.ask(world.bob, post([half, half, small], "", world)))
        == ["MAX_EMBED_SIZE_EXCEEDED"])
  }
}
