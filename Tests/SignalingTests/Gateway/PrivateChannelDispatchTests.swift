import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// What happens in no guild, and who is sent it.
@Suite struct PrivateChannelDispatchTests {
  private static let message = Message(
    id: ChatFixtures.messageID, channelID: ChatFixtures.textID, guildID: .noGuild,
    authorID: ChatFixtures.alice.id, kind: .ordinary, content: "psst")
  private static let everyone = Audience.users([ChatFixtures.bot.id, ChatFixtures.alice.id])

  private static var view: MessageView {
    MessageView(
      message: message, author: ChatFixtures.alice, authorMember: nil, mentions: [], reactions: [],
      referenced: .none)
  }

  @Test(arguments: [(12, true), (9, false), (13, false)])
  func `Messages need the intent for direct messages, and are readable with it`(
    _ bit: Int, _ isSent: Bool
  ) throws {
    let bench = GatewayBench()
    let id = bench.open()
    bench.identify(id, ChatFixtures.bot, intents: 1 << bit)
    _ = bench.take(id)
    bench.happen(.messageCreate(PrivateChannelDispatchTests.view), to: PrivateChannelDispatchTests.everyone)
    let dispatches = bench.take(id).dispatches
    #expect(dispatches.map(\.name) == (isSent ? ["MESSAGE_CREATE"] : []))
    guard isSent, let d = dispatches.first?.d else { return }
    #expect(d["content"]?.string == "psst", "private text needs no MESSAGE_CONTENT")
    #expect(d["guild_id"] == nil && d["member"] == nil, "left out, not null")
  }

  @Test func `Only the first shard is sent what is in no guild`() throws {
    let bench = GatewayBench()
    let shards = (0..<2).map { index in
      let id = bench.open()
      bench.identify(id, ChatFixtures.bot, intents: 1 << 12, extra: #","shard":[\#(index),2]"#)
      _ = bench.take(id)
      return id
    }
    bench.happen(.messageCreate(PrivateChannelDispatchTests.view), to: PrivateChannelDispatchTests.everyone)
    #expect(shards.map { bench.take($0).dispatches.count } == [1, 0])
  }

  @Test func `Typing, reactions, pins and deletions name no guild`() throws {
    let bench = GatewayBench()
    let (id, _) = try bench.identified(ChatFixtures.alice)
    let (channel, message) = (ChatFixtures.textID, ChatFixtures.messageID)
    let reaction = ReactionEvent(
      guildID: .noGuild, channelID: channel, messageID: message, messageAuthorID: ChatFixtures.bot.id,
      userID: ChatFixtures.alice.id, emoji: ReactionEmoji(id: nil, name: "👍"))
    let payloads: [Payload] = [
      .typing(channel: channel, user: ChatFixtures.bot.id, member: nil, at: ChatFixtures.joined),
      .reactionAdd(reaction, member: nil), .reactionRemove(reaction),
      .pinsUpdate(guild: .noGuild, channel: channel, last: nil),
      .messageDelete(guild: .noGuild, channel: channel, message: message),
      .privateChannelCreate(ChatFixtures.direct()), .privateChannelDelete(ChatFixtures.direct()),
    ]
    for payload in payloads { bench.happen(payload, to: PrivateChannelDispatchTests.everyone) }
    let dispatches = bench.take(id).dispatches
    #expect(dispatches.count == payloads.count)
    for dispatch in dispatches {
      #expect(dispatch.d["guild_id"] == nil && dispatch.d["member"] == nil, "\(dispatch.name)")
    }
  }

  @Test(arguments: [0, 1 << 4])
  func `A person's READY lists open private channels`(_ capabilities: Int) throws {
    let bench = GatewayBench()
    var ready = ChatFixtures.ready(ChatFixtures.bot, guilds: [])
    ready.user = SelfUser(user: ChatFixtures.alice, email: nil)
    ready.privateChannels = [ChatFixtures.direct()]
    bench.ready[ChatFixtures.alice.id] = ready
    let id = bench.open()
    let token = GatewayBench.token(ChatFixtures.alice)
    bench.send(#"{"op":2,"d":{"token":"\#(token)","capabilities":\#(capabilities)}}"#, on: id)
    let d = try #require(bench.take(id).dispatches.first).d
    let channel = try #require(d["private_channels"]?.array?.first)
    #expect(channel["type"]?.int == 1)
    let isDeduped = capabilities != 0
    #expect(channel["recipient_ids"]?.array?.count == (isDeduped ? 1 : nil))
    if isDeduped { #expect(d["users"]?.array?.count == 1) }
  }

  @Test(
    arguments: [
      (#"{"recipient_id":"5"}"#, 5), (#"{"recipients":[5]}"#, 5), (#"{"recipients":[[]]}"#, nil),
      ("{}", nil),
    ] as [(String, UInt64?)])
  func `A private channel is opened with one recipient`(_ body: String, _ user: UInt64?) throws {
    let action = RESTBench().send("POST", "/api/v10/users/@me/channels", body)
    guard let user else {
      #expect(action?.response?.value["code"]?.int == 50035)
      return
    }
    guard case .openDirect(let found)? = action?.request?.command else {
      Issue.record("\(String(describing: action))")
      return
    }
    #expect(found.rawValue == user)
  }
}
