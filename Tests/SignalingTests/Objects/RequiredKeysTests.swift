import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// What goes out is complete, by the table of what libraries need.
@Suite struct RequiredKeysTests {
  private static let member = ChatFixtures.member(ChatFixtures.alice)
  private static let guild = ChatFixtures.guildID

  private static func voice(_ channel: Snowflake?) -> Payload {
    .voiceStateUpdate(
      VoiceStateView(state: ChatFixtures.voiceState(ChatFixtures.alice, channel: channel), member: member))
  }

  private static var rich: MessageView {
    var view = ChatFixtures.message(ChatFixtures.alice, mentions: [ChatFixtures.bot])
    view.reactions = [ReactionCount(emoji: ReactionEmoji(id: nil, name: "👍"), count: 2, isMine: true)]
    return view
  }

  private static var direct: MessageView {
    MessageView(
      message: Message(
        id: ChatFixtures.messageID, channelID: ChatFixtures.textID, guildID: .noGuild,
        authorID: ChatFixtures.alice.id, kind: .ordinary, content: "psst"),
      author: ChatFixtures.alice, authorMember: nil, mentions: [], reactions: [], referenced: .none)
  }

  private static var reply: MessageView {
    var view = rich
    view.message.reference = MessageReference(
      channelID: ChatFixtures.textID, messageID: ChatFixtures.messageID)
    view.referenced = .message(ChatFixtures.message(ChatFixtures.bot))
    return view
  }

  /// Each payload with the row of the table that it has to satisfy.
  private static let payloads: [(row: String, Payload)] = [
    ("GUILD_UPDATE", .guildUpdate(ChatFixtures.guild())), ("GUILD_DELETE", .guildDelete(guild: guild)),
    ("CHANNEL_CREATE text", .channelCreate(ChatFixtures.channel(.text, number: 10))),
    ("CHANNEL_CREATE voice", .channelCreate(ChatFixtures.channel(.voice, number: 11))),
    ("CHANNEL_CREATE category", .channelCreate(ChatFixtures.channel(.category, number: 9))),
    ("CHANNEL_CREATE stage", .channelCreate(ChatFixtures.channel(.stage, number: 12))),
    ("CHANNEL_UPDATE text", .channelUpdate(ChatFixtures.channel(.text, number: 10))),
    ("CHANNEL_DELETE text", .channelDelete(ChatFixtures.channel(.text, number: 10))),
    ("GUILD_MEMBER_ADD", .memberAdd(member)), ("GUILD_MEMBER_UPDATE", .memberUpdate(member)),
    ("GUILD_MEMBER_REMOVE", .memberRemove(guild: guild, ChatFixtures.alice)),
    ("GUILD_BAN_ADD", .banAdd(guild: guild, ChatFixtures.alice)),
    ("GUILD_BAN_REMOVE", .banRemove(guild: guild, ChatFixtures.alice)),
    (
      "MESSAGE_DELETE_BULK",
      .messagesDelete(guild: guild, channel: ChatFixtures.textID, messages: [ChatFixtures.messageID])
    ),
    ("GUILD_AUDIT_LOG_ENTRY_CREATE", .auditEntry(ChatFixtures.auditEntry())),
    ("CHANNEL_PINS_UPDATE", .pinsUpdate(guild: guild, channel: ChatFixtures.textID, last: nil)),
    (
      "MESSAGE_REACTION_REMOVE_ALL",
      .reactionsClear(guild: guild, channel: ChatFixtures.textID, message: ChatFixtures.messageID, nil)
    ),
    (
      "MESSAGE_REACTION_REMOVE_EMOJI",
      .reactionsClear(
        guild: guild, channel: ChatFixtures.textID, message: ChatFixtures.messageID,
        ReactionEmoji(id: nil, name: "👍"))
    ),
    ("GUILD_ROLE_CREATE", .roleCreate(guild: guild, ChatFixtures.role(guild))),
    ("GUILD_ROLE_UPDATE", .roleUpdate(guild: guild, ChatFixtures.role(guild, bot: guild))),
    ("GUILD_ROLE_DELETE", .roleDelete(guild: guild, role: ChatFixtures.roleID)),
    ("INVITE_CREATE", .inviteCreate(ChatFixtures.invite())),
    ("INVITE_DELETE", .inviteDelete(guild: guild, channel: ChatFixtures.textID, code: "x")),
    ("MESSAGE_CREATE", .messageCreate(rich)), ("MESSAGE_CREATE reply", .messageCreate(reply)),
    ("INTERACTION_CREATE slash", .interactionCreate(ChatFixtures.interaction(.command))),
    ("INTERACTION_CREATE button", .interactionCreate(ChatFixtures.interaction(.component))),
    ("MESSAGE_CREATE dm", .messageCreate(direct)), ("MESSAGE_CREATE mention", .messageCreate(rich)),
    ("MESSAGE_UPDATE", .messageUpdate(rich)),
    (
      "MESSAGE_DELETE",
      .messageDelete(guild: guild, channel: ChatFixtures.textID, message: ChatFixtures.messageID)
    ),
    (
      "MESSAGE_REACTION_ADD",
      .reactionAdd(ChatFixtures.reaction(by: ChatFixtures.alice), member: member)
    ),
    ("MESSAGE_REACTION_REMOVE", .reactionRemove(ChatFixtures.reaction(by: ChatFixtures.alice))),
    (
      "TYPING_START",
      .typing(
        channel: ChatFixtures.textID, user: ChatFixtures.alice.id, member: member, at: ChatFixtures.joined)
    ),
    ("USER_UPDATE", .userUpdate(SelfUser(user: ChatFixtures.bot, email: nil))),
    ("VOICE_STATE_UPDATE join", voice(ChatFixtures.voiceID)), ("VOICE_STATE_UPDATE leave", voice(nil)),
  ]

  private static let threads: [(row: String, Payload)] = [
    ("CHANNEL_CREATE forum", .channelCreate(ChatFixtures.forum())),
    ("CHANNEL_CREATE news", .channelCreate(ChatFixtures.channel(.announcement, number: 14))),
    (
      "THREAD_CREATE",
      .thread(.create(ChatFixtures.thread(), member: ChatFixtures.threadMember(), isNew: true))
    ),
    ("THREAD_UPDATE", .thread(.update(ChatFixtures.thread(.privateThread)))),
    ("THREAD_DELETE", .thread(.delete(ChatFixtures.thread()))),
    (
      "THREAD_LIST_SYNC",
      .thread(
        .listSync(
          guild: guild, channel: ChatFixtures.textID,
          ThreadList(
            threads: [ChatFixtures.thread()], members: [ChatFixtures.threadMember()], hasMore: nil)))
    ),
    ("THREAD_MEMBER_UPDATE", .thread(.memberUpdate(ChatFixtures.threadMember()))),
    (
      "THREAD_MEMBERS_UPDATE",
      .thread(
        .membersUpdate(
          ChatFixtures.thread(),
          added: ThreadMemberView(member: ChatFixtures.threadMember(), guildMember: member), removed: nil))
    ),
  ]

  private static let all = payloads + threads

  @Test(arguments: 0..<all.count)
  func `A dispatch has every key that a library needs`(_ index: Int) throws {
    let (row, payload) = RequiredKeysTests.all[index]
    let bench = GatewayBench()
    let (id, _) = try bench.identified(ChatFixtures.alice)
    bench.happen(payload, to: .guild(RequiredKeysTests.guild))
    let dispatch = try #require(bench.take(id).dispatches.first)
    #expect(row.hasPrefix(dispatch.name))
    try check(dispatch.d, row)
  }

  @Test func `READY, GUILD_CREATE and PRESENCE_UPDATE have every key`() throws {
    let bench = GatewayBench()
    let snapshot = ChatFixtures.snapshot(speakers: [ChatFixtures.alice])
    bench.ready[ChatFixtures.bot.id] = ChatFixtures.ready(ChatFixtures.bot, guilds: [snapshot])
    _ = try bench.identified(ChatFixtures.alice)
    let id = bench.open()
    bench.identify(id, ChatFixtures.bot, extra: #","shard":[0,1]"#)
    let dispatches = bench.take(id).dispatches
    #expect(dispatches.map(\.name) == ["READY", "GUILD_CREATE"])
    let ready = try #require(dispatches.first).d
    try check(ready, "READY")
    #expect(ready["resume_gateway_url"]?.string == "wss://roost.example")
    #expect(ready["guilds"]?.array?.first?["unavailable"]?.bool == true)
    let guild = try #require(dispatches.last).d
    try check(guild, "GUILD_CREATE")
    #expect(guild["members"]?.array?.count == 2)
    #expect(guild["voice_states"]?.array?.count == 1)
    #expect(guild["presences"]?.array?.count == 1, "alice is online")
    bench.send(#"{"op":3,"d":{"status":"dnd"}}"#, on: id)
    let (watcher, _) = try bench.identified(ChatFixtures.alice)
    _ = bench.take(watcher)
    bench.advance(.seconds(20))
    bench.send(#"{"op":3,"d":{"status":"idle"}}"#, on: id)
    let presence = try #require(bench.take(watcher).dispatches.first)
    try check(presence.d, "PRESENCE_UPDATE")
  }

  @Test func `Chunks and VOICE_SERVER_UPDATE have every key`() throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified()
    bench.send(
      #"{"op":8,"d":{"guild_id":"1200000000000000001","user_ids":["1"],"presences":true}}"#, on: id)
    let request = try #require(bench.requests.last)
    let found = [ChatFixtures.member(ChatFixtures.bot)]
    bench.chat(.reply(id: request.id, .members(found, notFound: [])))
    try check(try #require(bench.take(id).dispatches.first).d, "GUILD_MEMBERS_CHUNK")
    bench.serveVoice(session)
    try check(try #require(bench.take(id).dispatches.first).d, "VOICE_SERVER_UPDATE")
  }

  @Test func `A bot without the members intent sees itself and who speaks`() throws {
    let bench = GatewayBench()
    let users = [ChatFixtures.bot, ChatFixtures.alice, ChatFixtures.user(3)]
    for (speakers, intents, count) in [([], 1, 1), ([users[2]], 1, 2), ([], 3, 3)] {
      let snapshot = ChatFixtures.snapshot(members: users, speakers: speakers)
      bench.ready[ChatFixtures.bot.id] = ChatFixtures.ready(ChatFixtures.bot, guilds: [snapshot])
      let id = bench.open()
      bench.identify(id, ChatFixtures.bot, intents: intents)
      let guild = try #require(bench.take(id).dispatches.last)
      #expect(guild.d["members"]?.array?.count == count)
      #expect(guild.d["member_count"]?.int == 3)
      #expect(guild.d["presences"]?.array == [])
    }
  }

  @Test func `Without the guilds intent there is no GUILD_CREATE`() throws {
    let bench = GatewayBench()
    let id = bench.open()
    bench.identify(id, ChatFixtures.bot, intents: 512)
    #expect(bench.take(id).names == ["READY"])
  }

  @Test(arguments: [0, 1 << 10, 1 << 2 | 1 << 3 | 1 << 9, 1_734_653])
  func `A person gets whole guilds in READY, in the form that was asked for`(_ capabilities: Int) throws {
    let bench = GatewayBench()
    let id = bench.open()
    let token = GatewayBench.token(ChatFixtures.alice)
    bench.send(#"{"op":2,"d":{"token":"\#(token)","capabilities":\#(capabilities)}}"#, on: id)
    let dispatches = bench.take(id).dispatches
    let isSplit = capabilities & (1 << 4 | 1 << 5) == 1 << 4 | 1 << 5
    #expect(dispatches.map(\.name) == (isSplit ? ["READY", "READY_SUPPLEMENTAL"] : ["READY"]))
    let ready = try #require(dispatches.first).d
    let guild = try #require(ready["guilds"]?.array?.first)
    #expect(guild["channels"]?.array?.count == 4)
    #expect(guild["members"]?.array?.count == 2)
    if capabilities & 1 << 10 == 0 {
      try check(guild, "GUILD_CREATE")
    } else {
      #expect(guild["properties"]?["name"]?.string == "Roost")
    }
    #expect((ready["read_state"]?.object != nil) == (capabilities & 1 << 2 != 0))
    #expect((ready["user_guild_settings"]?.object != nil) == (capabilities & 1 << 3 != 0))
    #expect((ready["user_settings_proto"] != nil) == (capabilities & 1 << 9 != 0))
    if isSplit {
      #expect(ready["users"]?.array?.count == 2)
      let merged = try #require(dispatches.last?.d["merged_members"]?.array?.first?.array)
      #expect(
        merged.map { $0["user_id"]?.string }
          == [ChatFixtures.bot, ChatFixtures.alice].map { $0.id.description })
    }
  }

  @Test func `Objects of REST have every key`() throws {
    func parsed(_ body: (inout JSONWriter) -> Void) throws -> JSONValue {
      try JSONValue.parse(RESTResponse.object(body).body, limits: .standard)
    }
    let account = SelfUser(user: ChatFixtures.bot, email: nil)
    try check(parsed { $0.selfUser(account) }, "me")
    let application = ChatFixtures.application()
    try check(parsed { $0.application(application, owner: nil, guildCount: 1) }, "application")
    let invite = ChatFixtures.invite()
    try check(
      parsed {
        $0.invite(invite)
        $0.inviteMetadata(invite.invite)
      }, "invite")
    try check(parsed { $0.message(RequiredKeysTests.reply, .rest) }, "message")
    try check(parsed { $0.privateChannel(ChatFixtures.direct()) }, "dm_channel")
    try check(parsed { $0.command(ChatFixtures.command()) }, "command")
    try check(parsed { $0.guild(ChatFixtures.guild()) }, "rest_guild")
  }

  private func check(_ value: JSONValue, _ row: String) throws {
    let keys = try #require(RequiredKeys.of(row), "no row \(row)")
    for path in keys.required { #expect(isComplete(value, path, row: row), "\(row): \(path) is missing") }
    for path in keys.nonNull { #expect(!isNull(value, path), "\(row): \(path) is null") }
  }

  /// Whether the key at `path` is there wherever its parent is.
  private func isComplete(_ value: JSONValue, _ path: Substring, row: String) -> Bool {
    guard let dot = path.firstIndex(of: ".") else {
      return value[key(path)] != nil || !applies(path, to: value)
    }
    return children(value, path[..<dot]).allSatisfy {
      isComplete($0, path[path.index(after: dot)...], row: row)
    }
  }

  private func isNull(_ value: JSONValue, _ path: Substring) -> Bool {
    guard let dot = path.firstIndex(of: ".") else {
      return path.hasSuffix("[]")
        ? value[key(path)]?.array?.contains(.null) == true : value[key(path)]?.isNull == true
    }
    return children(value, path[..<dot]).contains { isNull($0, path[path.index(after: dot)...]) }
  }

  /// The table merges channels of all kinds: a category needs no bitrate.
  private func applies(_ key: Substring, to value: JSONValue) -> Bool {
    guard value["permission_overwrites"] != nil, let type = value["type"]?.int else { return true }
    switch key {
    case "bitrate", "user_limit", "rtc_region": return type == 2 || type == 13
    case "topic": return type == 0 || type == 13
    default: return true
    }
  }

  private func key(_ segment: Substring) -> String {
    String(segment.hasSuffix("[]") ? segment.dropLast(2) : segment)
  }

  private func children(_ value: JSONValue, _ segment: Substring) -> [JSONValue] {
    guard let child = value[key(segment)], !child.isNull else { return [] }
    return segment.hasSuffix("[]") ? child.array ?? [] : [child]
  }
}
