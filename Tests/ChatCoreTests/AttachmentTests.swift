import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Attachments")
struct AttachmentTests {
  static func file(_ digit: Character) -> StoredFile {
    var file = StoredFile(blob: String(repeating: digit, count: 64), size: 7)
    file.contentType = "image/png"
    file.width = 2
    file.height = 3
    return file
  }

  static func draft(_ name: String, _ digit: Character = "a") -> AttachmentDraft {
    AttachmentDraft(filename: name, description: nil, file: file(digit))
  }

  private func post(_ files: [AttachmentDraft], _ world: borrowing World) -> ChatCommand {
    var draft = MessageDraft(content: "")
    draft.attachments = files
    return .createMessage(channel: world.text, draft)
  }

  private func blobs(_ world: inout World) -> ChatReply {
    world.ask(.system, .referencedBlobs(["a", "b", "c"].map { String(repeating: $0, count: 64) }))
  }

  @Test("files need no text, reach the viewers, survive a restart and go with their message")
  func life() throws {
    var world = try World.make(.open)
    let view = try message(
      world.ask(world.bob, post([Self.draft("x.png"), Self.draft("y.png", "b")], world)))
    #expect(world.events.map(\.payload) == [.messageCreate(view)])
    #expect(view.message.attachments.map(\.filename) == ["x.png", "y.png"])
    let first = view.message.attachments[0]
    #expect(first.file == Self.file("a") && first.id != view.message.attachments[1].id)
    try world.restart()
    #expect(
      world.ask(.system, .attachment(channel: world.text, id: first.id)) == .attachment(first))
    #expect(world.ask(world.ann, .attachment(channel: world.text, id: first.id)) == code(.general))
    #expect(
      world.ask(.system, .attachment(channel: world.guild, id: first.id)) == code(.unknownMessage),
      "the channel of the link is part of the name")
    #expect(blobs(&world) == .blobs([Self.file("a").blob, Self.file("b").blob]))
    try expectDone(
      world.ask(world.bob, .deleteMessage(channel: world.text, message: view.message.id)))
    #expect(world.ask(.system, .attachment(channel: world.text, id: first.id)) == code(.unknownMessage))
    #expect(blobs(&world) == .blobs([]))
  }

  @Test("an edit keeps what it names, adds what is new and drops the rest; only its author may")
  func edits() throws {
    var world = try World.make(.open)
    let view = try message(world.ask(world.bob, post([Self.draft("x"), Self.draft("y", "b")], world)))
    let (first, second) = (view.message.attachments[0], view.message.attachments[1])
    var changes = MessageChanges()
    changes.attachments = .set([.keep(second.id, description: .set("a tree")), .add(Self.draft("z", "c"))])
    let edit = ChatCommand.editMessage(channel: world.text, message: view.message.id, changes)
    #expect(world.ask(world.ann, edit) == code(.cannotEditOthersMessage))
    let edited = try message(world.ask(world.bob, edit)).message
    #expect(edited.attachments.map(\.filename) == ["y", "z"] && edited.editedAt != nil)
    #expect(edited.attachments[0].description == "a tree" && edited.attachments[0].id == second.id)
    #expect(blobs(&world) == .blobs([Self.file("b").blob, Self.file("c").blob]))
    for rows: [AttachmentChange] in [
      [.keep(first.id, description: .keep)],
      [.keep(second.id, description: .keep), .keep(second.id, description: .keep)],
    ] {
      changes.attachments = .set(rows)
      let reply = world.ask(
        world.bob, .editMessage(channel: world.text, message: view.message.id, changes))
      guard case .failure(.form(let problems)) = reply else {
        Issue.record("\(reply)")
        continue
      }
      #expect(problems.map(\.code) == ["ATTACHMENT_NOT_FOUND"])
    }
    changes.attachments = .set([])
    #expect(
      world.ask(world.bob, .editMessage(channel: world.text, message: view.message.id, changes))
        == code(.emptyMessage))
  }

  @Test("who may not attach files does not, and ten are enough")
  func refusals() throws {
    var world = try World.make(.open)
    let eleven = (0..<11).map { Self.draft("\($0)") }
    guard case .failure(.form) = world.ask(world.bob, post(eleven, world)) else {
      Issue.record("eleven files")
      return
    }
    var long = Self.draft("x")
    long.description = String(repeating: "a", count: 1025)
    guard case .failure(.form(let problems)) = world.ask(world.bob, post([long], world)) else {
      Issue.record("a long description")
      return
    }
    #expect(problems.first?.path == ["attachments", "0", "description"])
    let deny = PermissionOverwrite(id: world.guild, target: .role, allow: [], deny: .attachFiles)
    try expectDone(world.ask(world.ann, .setOverwrite(channel: world.text, deny)))
    #expect(world.ask(world.bob, post([Self.draft("x")], world)) == code(.missingPermissions))
  }

  @Test(
    "names lose what paths, headers and shells read",
    arguments: [
      ("../../etc/passwd", "passwd"), ("a b\r\n\"c\".png", "a_b___c_.png"), ("", "file"), ("...", "file"),
      ("C:\\x\\y.txt", "y.txt"), ("naïve ☃.png", "naïve_☃.png"), (".htaccess", "htaccess"),
      ("a\u{202E}gnp.exe", "a_gnp.exe"),
      (String(repeating: "x", count: 200) + ".jpeg", String(repeating: "x", count: 95) + ".jpeg"),
    ])
  func names(_ given: String, _ kept: String) throws {
    var world = try World.make(.open)
    let view = try message(world.ask(world.bob, post([Self.draft(given)], world)))
    #expect(view.message.attachments.map(\.filename) == [kept])
  }

  @Test("a forward keeps the files, also when the original goes")
  func forwards() throws {
    var world = try World.make(.open)
    let original = try message(world.ask(world.bob, post([Self.draft("x.png")], world))).message
    var forward = MessageDraft(content: "")
    forward.replyTo = original.id
    forward.isForward = true
    let made = try message(world.ask(world.ann, .createMessage(channel: world.text, forward))).message
    let copy = try #require(made.snapshot?.attachments.first)
    #expect(copy.file == Self.file("a") && copy.filename == "x.png" && copy.id != original.attachments[0].id)
    // A forward of the forward has files of its own, too.
    forward.replyTo = made.id
    let second = try message(world.ask(world.bob, .createMessage(channel: world.text, forward))).message
    try expectDone(world.ask(world.bob, .deleteMessage(channel: world.text, message: original.id)))
    try expectDone(world.ask(world.ann, .deleteMessage(channel: world.text, message: made.id)))
    try world.restart()
    #expect(world.ask(.system, .attachment(channel: world.text, id: copy.id)) == code(.unknownMessage))
    let last = try #require(second.snapshot?.attachments.first)
    #expect(world.ask(.system, .attachment(channel: world.text, id: last.id)) == .attachment(last))
    #expect(blobs(&world) == .blobs([Self.file("a").blob]))
    try expectDone(world.ask(world.bob, .deleteMessage(channel: world.text, message: second.id)))
    #expect(blobs(&world) == .blobs([]))
  }

  @Test("a voice message is one recording with its waveform, and stays as it is")
  func recordings() throws {
    var world = try World.make(.open)
    var draft = MessageDraft(content: "")
    draft.flags = .voiceMessage
    func say(_ world: inout World, _ change: (inout MessageDraft) -> Void) -> ChatReply {
      var draft = draft
      change(&draft)
      return world.ask(world.bob, .createMessage(channel: world.text, draft))
    }
    var recording = Self.draft("voice-message.ogg")
    recording.file.contentType = "audio/ogg"
    #expect(say(&world) { $0.attachments = [recording] } == code(.voiceMessageMetadata))
    (recording.seconds, recording.waveform) = (2.5, "AAEC")
    draft.attachments = [recording]
    #expect(say(&world) { $0.content = "text" } == code(.voiceMessageContent))
    #expect(say(&world) { $0.attachments = [recording, recording] } == code(.voiceMessageFiles))
    #expect(say(&world) { $0.attachments = [Self.draft("x.png")] } == code(.voiceMessageFiles))
    for (seconds, waveform) in [
      (-1, "AA"), (.nan, "AA"), (1e9, "AA"), (1, ""), (1, "<script>"),
      (1, String(repeating: "A", count: 999)),
    ] {
      #expect(
        say(&world) { ($0.attachments[0].seconds, $0.attachments[0].waveform) = (seconds, waveform) }
          == code(.voiceMessageMetadata))
    }
    let made = try message(say(&world) { _ in }).message
    #expect(made.attachments.first?.recording == Recording(seconds: 2.5, waveform: "AAEC"))
    try world.restart()
    let read = world.ask(world.ann, .message(channel: world.text, message: made.id))
    #expect(try message(read).message == made)
    var changes = MessageChanges()
    changes.content = .set("words")
    #expect(
      world.ask(world.bob, .editMessage(channel: world.text, message: made.id, changes))
        == code(.cannotEditVoiceMessage))
    let deny = PermissionOverwrite(id: world.guild, target: .role, allow: [], deny: .sendVoiceMessages)
    try expectDone(world.ask(world.ann, .setOverwrite(channel: world.text, deny)))
    #expect(say(&world) { _ in } == code(.missingPermissions))
  }

  @Test("pictures of users and guilds are told, kept and counted")
  func pictures() throws {
    var world = try World.make(.open)
    var changes = UserChanges()
    changes.avatar = .set("a_" + Self.file("a").blob)
    guard case .selfUser(let account) = world.ask(world.bob, .modifyCurrentUser(changes)) else {
      Issue.record("no user")
      return
    }
    #expect(account.user.avatar.map(Picture.name) == "a_" + String(repeating: "a", count: 32))
    #expect(world.events.contains { if case .userUpdate = $0.payload { true } else { false } })
    var guild = GuildChanges()
    guild.icon = .set(Self.file("b").blob)
    _ = try snapshot(world.ask(world.ann, .modifyGuild(world.guild, guild)))
    try world.restart()
    #expect(world.ask(.system, .picture(.avatar(world.bob))) == .picture("a_" + Self.file("a").blob))
    #expect(world.ask(.system, .picture(.icon(world.guild))) == .picture(Self.file("b").blob))
    #expect(blobs(&world) == .blobs([Self.file("a").blob, Self.file("b").blob]))
    changes.avatar = .set(nil)
    _ = world.ask(world.bob, .modifyCurrentUser(changes))
    #expect(blobs(&world) == .blobs([Self.file("b").blob]))
  }
}
