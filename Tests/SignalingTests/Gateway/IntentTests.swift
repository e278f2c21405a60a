import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// Which events reach which sessions.
@Suite struct IntentTests {
  private static let guild = ChatFixtures.guildID
  private static let member = ChatFixtures.member(ChatFixtures.alice)

  /// Every dispatch with the intent bit that it needs.
  private static let matrix: [(Payload, String, bit: Int?)] = [
    (.guildUpdate(ChatFixtures.guild()), "GUILD_UPDATE", 0),
    (.guildDelete(guild: guild), "GUILD_DELETE", 0),
    (.roleCreate(guild: guild, ChatFixtures.role(ChatFixtures.roleID)), "GUILD_ROLE_CREATE", 0),
    (.roleUpdate(guild: guild, ChatFixtures.role(ChatFixtures.roleID)), "GUILD_ROLE_UPDATE", 0),
    (.roleDelete(guild: guild, role: ChatFixtures.roleID), "GUILD_ROLE_DELETE", 0),
    (.channelCreate(ChatFixtures.channel(.text, number: 10)), "CHANNEL_CREATE", 0),
    (.channelUpdate(ChatFixtures.channel(.voice, number: 11)), "CHANNEL_UPDATE", 0),
    (.channelDelete(ChatFixtures.channel(.stage, number: 12)), "CHANNEL_DELETE", 0),
    (
      .thread(.create(ChatFixtures.thread(), member: nil, isNew: true)), "THREAD_CREATE", 0
    ),
    (.thread(.update(ChatFixtures.thread())), "THREAD_UPDATE", 0),
    (.thread(.delete(ChatFixtures.thread())), "THREAD_DELETE", 0),
    (
      .thread(.membersUpdate(ChatFixtures.thread(), added: nil, removed: ChatFixtures.alice.id)),
      "THREAD_MEMBERS_UPDATE", 1
    ),
    (.memberAdd(member), "GUILD_MEMBER_ADD", 1), (.memberUpdate(member), "GUILD_MEMBER_UPDATE", 1),
    (.memberRemove(guild: guild, ChatFixtures.alice), "GUILD_MEMBER_REMOVE", 1),
    (.banAdd(guild: guild, ChatFixtures.alice), "GUILD_BAN_ADD", 2),
    (.banRemove(guild: guild, ChatFixtures.alice), "GUILD_BAN_REMOVE", 2),
    (
      .messagesDelete(guild: guild, channel: ChatFixtures.textID, messages: [ChatFixtures.messageID]),
      "MESSAGE_DELETE_BULK", 9
    ),
    (.userUpdate(SelfUser(user: ChatFixtures.bot, email: nil)), "USER_UPDATE", nil),
    (.inviteCreate(ChatFixtures.invite()), "INVITE_CREATE", 6),
    (.inviteDelete(guild: guild, channel: ChatFixtures.textID, code: "x"), "INVITE_DELETE", 6),
    (.messageCreate(ChatFixtures.message(ChatFixtures.alice)), "MESSAGE_CREATE", 9),
    (.messageUpdate(ChatFixtures.message(ChatFixtures.alice)), "MESSAGE_UPDATE", 9),
    (
      .messageDelete(guild: guild, channel: ChatFixtures.textID, message: ChatFixtures.messageID),
      "MESSAGE_DELETE", 9
    ),
    (.reactionAdd(ChatFixtures.reaction(by: ChatFixtures.alice), member: member), "MESSAGE_REACTION_ADD", 10),
    (.reactionRemove(ChatFixtures.reaction(by: ChatFixtures.alice)), "MESSAGE_REACTION_REMOVE", 10),
    (
      .typing(
        channel: ChatFixtures.textID, user: ChatFixtures.alice.id, member: member, at: ChatFixtures.joined),
      "TYPING_START", 11
    ),
    (
      .voiceStateUpdate(
        VoiceStateView(state: ChatFixtures.voiceState(ChatFixtures.alice), member: member)),
      "VOICE_STATE_UPDATE", 7
    ),
  ]

  @Test(arguments: 0..<matrix.count)
  func `An event reaches a bot exactly when it set the event's intent`(_ row: Int) throws {
    let (payload, name, bit) = IntentTests.matrix[row]
    for probe in 0...16 {
      let bench = GatewayBench()
      let (id, _) = try bench.identified(intents: 1 << probe)
      _ = bench.take(id)
      bench.happen(payload, to: .guild(ChatFixtures.guildID))
      #expect(bench.take(id).names == (bit == nil || bit == probe ? [name] : []), "bit \(probe)")
    }
    let bench = GatewayBench()
    let (id, _) = try bench.identified(ChatFixtures.alice)
    bench.happen(payload, to: .guild(ChatFixtures.guildID))
    #expect(bench.take(id).names == [name], "people get everything")
  }

  @Test func `Own member and voice updates need no intent`() throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified(intents: 0)
    let own = ChatFixtures.member(ChatFixtures.bot)
    bench.happen(.memberUpdate(own), to: .guild(ChatFixtures.guildID))
    let state = ChatFixtures.voiceState(ChatFixtures.bot, session: session)
    bench.happen(
      .voiceStateUpdate(VoiceStateView(state: state, member: own)), to: .guild(ChatFixtures.guildID))
    bench.happen(
      .thread(.membersUpdate(ChatFixtures.thread(), added: nil, removed: ChatFixtures.bot.id)),
      to: .guild(ChatFixtures.guildID))
    #expect(
      bench.take(id).names == ["GUILD_MEMBER_UPDATE", "VOICE_STATE_UPDATE", "THREAD_MEMBERS_UPDATE"])
  }

  @Test(arguments: [false, true])
  func `Text is hidden without MESSAGE_CONTENT, except where the bot is meant`(_ isUpdate: Bool) throws {
    let bot = ChatFixtures.bot
    let alice = ChatFixtures.alice
    let rows: [(MessageView, intents: Int, shows: Bool)] = [
      (ChatFixtures.message(alice), 1 << 9, false),
      (ChatFixtures.message(alice), 1 << 9 | 1 << 15, true),
      (ChatFixtures.message(bot), 1 << 9, true),
      (ChatFixtures.message(alice, mentions: [bot]), 1 << 9, true),
      (ChatFixtures.message(alice, mentions: [alice]), 1 << 9, false),
    ]
    for (message, intents, shows) in rows {
      let bench = GatewayBench()
      let (id, _) = try bench.identified(intents: intents)
      bench.happen(
        isUpdate ? .messageUpdate(message) : .messageCreate(message), to: .guild(ChatFixtures.guildID))
      let dispatch = try #require(bench.take(id).dispatches.first)
      #expect(dispatch.d["content"]?.string == (shows ? "hello" : ""))
      for key in ["attachments", "embeds", "components"] { #expect(dispatch.d[key]?.array == []) }
    }
  }

  @Test func `Answered text is hidden, too`() throws {
    let bench = GatewayBench()
    let (id, _) = try bench.identified(intents: 1 << 9)
    var reply = ChatFixtures.message(ChatFixtures.alice, "answer")
    reply.referenced = .message(ChatFixtures.message(ChatFixtures.alice, "secret"))
    bench.happen(.messageCreate(reply), to: .guild(ChatFixtures.guildID))
    let dispatch = try #require(bench.take(id).dispatches.first)
    #expect(dispatch.d["referenced_message"]?["content"]?.string == "")
  }

  @Test func `Audiences hold whom they name and nobody else`() throws {
    let bench = GatewayBench()
    let other = ChatFixtures.user(3)
    bench.ready[other.id] = ChatFixtures.ready(other, guilds: [])
    let (bot, _) = try bench.identified(intents: 1 << 9)
    let (alice, session) = try bench.identified(ChatFixtures.alice)
    let (second, _) = try bench.identified(ChatFixtures.alice)
    let (stranger, _) = try bench.identified(other)
    let all = [bot, alice, second, stranger]
    let guild = ChatFixtures.guildID
    let channel = ChatFixtures.textID
    let rows: [(Audience, [Bool])] = [
      (.guild(guild), [true, true, true, false]),
      (.guildExcept(guild, user: ChatFixtures.alice.id), [true, false, false, false]),
      (.viewers(guild: guild, channel: channel, only: nil), [true, true, true, false]),
      (.viewers(guild: guild, channel: channel, only: [ChatFixtures.bot.id]), [true, false, false, false]),
      (.viewers(guild: guild, channel: channel, only: [other.id]), [false, false, false, false]),
      (.user(ChatFixtures.alice.id), [false, true, true, false]),
      (.session(session), [false, true, false, false]),
      (.guild(other.id), [false, false, false, false]),
    ]
    for id in all { _ = bench.take(id) }
    for (audience, expected) in rows {
      bench.happen(.messageCreate(ChatFixtures.message(ChatFixtures.alice)), to: audience)
      #expect(all.map { !bench.take($0).names.isEmpty } == expected, "\(audience)")
    }
  }

  @Test func `Shards share the guilds out by their ids`() throws {
    let bench = GatewayBench()
    let guilds = (0..<8).map { Snowflake(rawValue: (5_000 + UInt64($0)) << 22 | 1) }
    bench.ready[ChatFixtures.bot.id] = ChatFixtures.ready(
      ChatFixtures.bot, guilds: guilds.map { ChatFixtures.snapshot($0) })
    var seen: [String] = []
    for shard in 0..<3 {
      let id = bench.open()
      bench.identify(id, ChatFixtures.bot, extra: #","shard":[\#(shard),3]"#)
      let dispatches = bench.take(id).dispatches
      #expect(dispatches.first?.d["shard"]?.array?.map(\.int) == [shard, 3])
      let own = dispatches.dropFirst().compactMap { $0.d["id"]?.string }
      #expect(own == guilds.filter { Int(($0.rawValue >> 22) % 3) == shard }.map(\.description))
      seen += own
    }
    #expect(Set(seen).count == 8)
  }
}
