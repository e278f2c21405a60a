import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// Voice, members, presence and the sounds that nobody has.
@Suite struct GatewayRequestTests {
  private static let guild = ChatFixtures.guildID

  @Test(arguments: [
    #"{"op":4,"d":{"guild_id":1200000000000000001,"channel_id":1200000000000000011,"self_mute":true,"self_deaf":false,"self_video":true}}"#,
    #"{"op":4,"d":{"guild_id":"1200000000000000001","channel_id":"1200000000000000011","self_mute":true,"self_video":true}}"#,
  ])
  func `Op 4 takes ids as numbers and as strings`(_ message: String) throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified()
    bench.send(message, on: id)
    let request = try #require(bench.requests.last)
    guard case .updateVoiceState(let update) = request.command else {
      Issue.record("\(request)")
      return
    }
    let expected = VoiceUpdate(
      session: session, guild: ChatFixtures.guildID, channel: ChatFixtures.voiceID, isSelfMuted: true,
      isSelfDeafened: false, isSelfVideo: true)
    #expect(update == expected)
    #expect(request.actor == .user(ChatFixtures.bot.id, issued: WallTime(milliseconds: 1_780_000_000_000)))
  }

  @Test func `The voice state comes before the voice server, to the acting session only`() throws {
    let bench = GatewayBench()
    let (first, session) = try bench.identified()
    let (second, _) = try bench.identified()
    let state = ChatFixtures.voiceState(ChatFixtures.bot, session: session)
    let view = VoiceStateView(state: state, member: ChatFixtures.member(ChatFixtures.bot))
    let assignment = VoiceAssignment(state: state, channelID: ChatFixtures.voiceID)
    bench.happen(.voiceStateUpdate(view), to: .guild(GatewayRequestTests.guild))
    bench.happen(.voiceServerNeeded(assignment), to: .session(session))
    bench.serveVoice(session)
    bench.happen(.voiceStateUpdate(view), to: .guild(GatewayRequestTests.guild))
    let names = bench.take(first).names
    #expect(names == ["VOICE_STATE_UPDATE", "VOICE_SERVER_UPDATE", "VOICE_STATE_UPDATE"])
    #expect(bench.take(second).names == ["VOICE_STATE_UPDATE", "VOICE_STATE_UPDATE"])
    bench.serveVoice("unknown")
  }

  @Test func `Who leaves voice is always told so, once`() throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified()
    let leave = #"{"op":4,"d":{"guild_id":"1200000000000000001","channel_id":null}}"#
    bench.send(leave, on: id)
    let told = bench.take(id).dispatches
    #expect(told.map(\.name) == ["VOICE_STATE_UPDATE"])
    #expect(told.first?.d["channel_id"]?.isNull == true)
    #expect(told.first?.d["session_id"]?.string == session)
    bench.holdsReplies = true
    bench.send(leave, on: id)
    let state = ChatFixtures.voiceState(ChatFixtures.bot, channel: nil, session: session)
    let view = VoiceStateView(state: state, member: ChatFixtures.member(ChatFixtures.bot))
    bench.happen(.voiceStateUpdate(view), to: .guild(GatewayRequestTests.guild))
    for output in bench.held { bench.chat(output) }
    #expect(bench.take(id).names == ["VOICE_STATE_UPDATE"], "the core's own word is enough")
  }

  @Test func `VOICE_SERVER_UPDATE is replayed like any dispatch`() throws {
    let bench = GatewayBench()
    let (id, session) = try bench.identified()
    bench.close(id, code: nil)
    bench.serveVoice(session)
    let again = bench.open()
    bench.resume(again, ChatFixtures.bot, session: session, after: 2)
    #expect(bench.take(again).names == ["VOICE_SERVER_UPDATE", "RESUMED"])
  }

  @Test func `A thousand members fit a chunk, and an empty answer is a chunk, too`() throws {
    for (count, chunks) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (2_500, 3)] {
      let bench = GatewayBench()
      let (id, _) = try bench.identified()
      bench.send(
        #"{"op":8,"d":{"guild_id":"1200000000000000001","query":"","limit":0,"nonce":"n"}}"#, on: id)
      let request = try #require(bench.requests.last)
      guard case .requestMembers(_, .prefix("", limit: 0)) = request.command else {
        Issue.record("\(request)")
        return
      }
      let members = (0..<count).map { ChatFixtures.member(ChatFixtures.user(UInt64($0) + 10)) }
      bench.chat(.reply(id: request.id, .members(members, notFound: [])))
      let dispatches = bench.take(id).dispatches
      #expect(dispatches.map(\.name) == [String](repeating: "GUILD_MEMBERS_CHUNK", count: chunks))
      #expect(dispatches.map { $0.d["chunk_index"]?.int } == Array(0..<chunks))
      #expect(dispatches.allSatisfy { $0.d["chunk_count"]?.int == chunks })
      #expect(dispatches.allSatisfy { $0.d["nonce"]?.string == "n" })
      #expect(dispatches.compactMap { $0.d["members"]?.array?.count }.reduce(0, +) == count)
    }
  }

  @Test func `Members by id come with those that were not found`() throws {
    let bench = GatewayBench()
    let (id, _) = try bench.identified(intents: 1)
    bench.send(
      #"{"op":8,"d":{"guild_id":[1200000000000000001],"user_ids":["5",6],"limit":0,"presences":true}}"#,
      on: id)
    let request = try #require(bench.requests.last)
    guard case .requestMembers(_, .users(let users)) = request.command else {
      Issue.record("\(request)")
      return
    }
    #expect(users.map(\.rawValue) == [5, 6])
    let found = ChatFixtures.member(ChatFixtures.bot)
    bench.chat(.reply(id: request.id, .members([found], notFound: [Snowflake(rawValue: 6)])))
    let chunk = try #require(bench.take(id).dispatches.first)
    #expect(chunk.d["not_found"]?.array == [.string("6")])
    #expect(chunk.d["presences"]?.array?.count == 1)
    #expect(chunk.d["nonce"] == nil)
  }

  @Test func `The whole list is given once in thirty seconds, and never without its intent`() throws {
    let bench = GatewayBench()
    let list = #"{"op":8,"d":{"guild_id":"1200000000000000001","query":"","limit":0}}"#
    let (id, _) = try bench.identified()
    for _ in 0..<2 { bench.send(list, on: id) }
    #expect(bench.take(id).names == ["RATE_LIMITED"])
    bench.advance(.seconds(30))
    bench.send(list, on: id)
    #expect(bench.take(id).names.isEmpty)
    let (other, _) = try bench.identified(intents: 1)
    bench.send(list, on: other)
    let chunk = try #require(bench.take(other).dispatches.first)
    #expect(chunk.d["members"]?.array == [])
  }

  @Test func `Sounds and channel info are answered for own guilds only`() throws {
    let bench = GatewayBench()
    let (id, _) = try bench.identified()
    bench.send(#"{"op":31,"d":{"guild_ids":["1200000000000000001","77"]}}"#, on: id)
    #expect(bench.take(id).names == ["SOUNDBOARD_SOUNDS"])
    bench.send(#"{"op":43,"d":{"guild_id":"1200000000000000001","fields":["status"]}}"#, on: id)
    #expect(bench.take(id).names == ["CHANNEL_INFO"])
    bench.send(#"{"op":43,"d":{"guild_id":"77"}}"#, on: id)
    #expect(bench.take(id).isEmpty)
  }

  @Test(arguments: GatewayOpcode.ignored.sorted())
  func `What only Discord's own clients send is accepted`(_ opcode: Int) throws {
    let bench = GatewayBench()
    let (id, _) = try bench.identified(ChatFixtures.alice)
    bench.send(#"{"op":\#(opcode),"d":{"guild_id":"1"}}"#, on: id)
    #expect(bench.take(id).isEmpty)
  }

  @Test func `Others see who comes, changes and goes`() throws {
    let bench = GatewayBench()
    let (watcher, _) = try bench.identified()
    let (id, _) = try bench.identified(ChatFixtures.alice)
    func statuses() -> [String?] {
      bench.take(watcher).dispatches.filter { $0.name == "PRESENCE_UPDATE" }.map { $0.d["status"]?.string }
    }
    #expect(statuses() == ["online"])
    bench.send(#"{"op":3,"d":{"since":null,"game":null,"status":"dnd","afk":false}}"#, on: id)
    #expect(statuses() == ["dnd"])
    bench.send(#"{"op":3,"d":{"status":"dnd"}}"#, on: id)
    #expect(statuses().isEmpty)
    #expect(bench.take(id).isEmpty, "nobody is told about themselves")
    let (second, _) = try bench.identified(ChatFixtures.alice)
    #expect(statuses() == ["online"])
    bench.close(second, code: 1000)
    #expect(statuses() == ["dnd"])
    bench.close(id, code: nil)
    #expect(statuses().isEmpty, "a lost session may come back")
    bench.advance(.seconds(40))
    bench.send(#"{"op":1,"d":null}"#, on: watcher)
    bench.advance(.seconds(70))
    bench.send(#"{"op":1,"d":null}"#, on: watcher)
    bench.advance(.seconds(70))
    #expect(statuses() == ["offline"])
  }

  @Test func `Joining and leaving a guild begin and end its events`() throws {
    let bench = GatewayBench()
    bench.ready[ChatFixtures.bot.id] = ChatFixtures.ready(ChatFixtures.bot, guilds: [])
    let (id, _) = try bench.identified()
    let message = Payload.messageCreate(ChatFixtures.message(ChatFixtures.alice))
    bench.happen(message, to: .guild(GatewayRequestTests.guild))
    bench.happen(.guildCreate(ChatFixtures.snapshot()), to: .user(ChatFixtures.bot.id))
    bench.happen(message, to: .guild(GatewayRequestTests.guild))
    bench.happen(.guildDelete(guild: GatewayRequestTests.guild), to: .user(ChatFixtures.bot.id))
    bench.happen(message, to: .guild(GatewayRequestTests.guild))
    #expect(bench.take(id).names == ["GUILD_CREATE", "MESSAGE_CREATE", "GUILD_DELETE"])
  }

  @Test func `Messages are compressed with one context when the client asked for it`() throws {
    let bench = GatewayBench()
    var actions = GatewayActions()
    let id = ConnectionID(rawValue: 99)
    bench.gateway.opened(
      id, query: "compress=zlib-stream&v=10&encoding=json", from: GatewayBench.address, at: bench.moment,
      into: &actions)
    bench.gateway.received(
      .text(Array(#"{"op":1,"d":null}"#.utf8)), id, at: bench.moment, into: &actions)
    let messages = actions.drain().compactMap { action in
      if case .send(_, .binary(let octets)) = action { octets } else { nil }
    }
    #expect(messages.count == 2)
    #expect(messages.allSatisfy { $0.suffix(4) == [0, 0, 0xFF, 0xFF] })
    #expect(messages.first?.first == 0x58 || messages.first?.first == 0x48 || messages.first?.first == 0x78)
    #expect(messages.last?.first != messages.first?.first, "the second continues the first's stream")
  }
}
