import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// Read states and notification settings on the wire.
@Suite struct RESTPersonalTests {
  private func state() -> ReadState {
    var state = ReadState(userID: ChatFixtures.alice.id, channelID: ChatFixtures.textID)
    state.lastReadID = ChatFixtures.messageID
    state.pinsReadAt = ChatFixtures.joined
    state.version = 7
    return state
  }

  private func settings() -> NotificationSettings {
    var settings = NotificationSettings(userID: ChatFixtures.alice.id, guildID: ChatFixtures.guildID)
    settings.muteTime = MuteTime(end: nil, window: -1)
    settings.channels = [ChannelNotifications(channelID: ChatFixtures.textID)]
    settings.version = 3
    return settings
  }

  @Test(arguments: [("", false), (#"{"token":null}"#, false), (#"{"manual":true,"mention_count":3}"#, true)])
  func `A message is acknowledged`(_ body: String, _ isManual: Bool) throws {
    let bench = RESTBench()
    let action = bench.send("POST", "/api/v9/channels/5/messages/6/ack", body, as: ChatFixtures.alice)
    let request = try #require(action?.request)
    guard case .readState(.read(let mark)) = request.command else {
      Issue.record("\(request)")
      return
    }
    #expect(
      mark == ReadMark(channel: Snowflake(rawValue: 5), message: Snowflake(rawValue: 6), isManual: isManual))
    let answer = try #require(bench.complete(request, .done)?.response)
    #expect(answer.status == 200 && answer.value["token"]?.isNull == true)
  }

  @Test func `Other places are acknowledged`() throws {
    let rows =
      #"[{"channel_id":"5","message_id":"6","read_state_type":0},{"channel_id":"1","read_state_type":2}]"#
    let list = try RESTBench().command("POST", "/api/v10/read-states/ack-bulk", #"{"read_states":\#(rows)}"#)
    guard case .readState(.readAll(let marks)) = list else {
      Issue.record("\(list)")
      return
    }
    #expect(marks.map(\.channel.rawValue) == [5])
    let wrong = RESTBench().send("POST", "/api/v10/read-states/ack-bulk", #"{"read_states":[7]}"#)
    #expect(wrong?.response?.status == 400)
    #expect(RESTBench().send("POST", "/api/v10/read-states/ack-bulk", "{}")?.response?.status == 400)
    for (method, path) in [
      ("POST", "guilds/5/ack"), ("POST", "channels/5/pins/ack"), ("DELETE", "channels/5/messages/ack"),
    ] {
      let command = try RESTBench().command(method, "/api/v10/\(path)")
      guard case .readState(let meant) = command else {
        Issue.record("\(command)")
        continue
      }
      switch meant {
      case .readGuild(let id), .readPins(let id), .forget(let id): #expect(id.rawValue == 5)
      default: Issue.record("\(meant)")
      }
    }
  }

  @Test(arguments: [
    #"{"5":{"muted":true,"message_notifications":2}}"#,
    #"[{"channel_id":"5","muted":true,"message_notifications":2}]"#,
  ])
  func `Notification settings are changed`(_ overrides: String) throws {
    let body = #"{"muted":true,"mute_config":null,"channel_overrides":\#(overrides)}"#
    let bench = RESTBench()
    let request = try #require(
      bench.send("PATCH", "/api/v9/users/@me/guilds/@me/settings", body, as: ChatFixtures.alice)?.request)
    guard case .modifyNotifications(let guild, let changes) = request.command else {
      Issue.record("\(request)")
      return
    }
    #expect(guild == .noGuild && changes.isMuted == .set(true) && changes.muteTime == .set(nil))
    #expect(changes.channels.map(\.channel.rawValue) == [5])
    #expect(changes.channels.first?.isMuted == .set(true) && changes.channels.first?.level == .set(2))
    let answer = try #require(bench.complete(request, .personal(.notifications(settings())))?.response).value
    #expect(answer["guild_id"]?.snowflake == ChatFixtures.guildID && answer["version"]?.int == 3)
    #expect(answer["mute_config"]?["selected_time_window"]?.int == -1)
    #expect(answer["channel_overrides"]?.array?.first?["message_notifications"]?.int == 3)
  }

  @Test(arguments: [
    #"{"channel_overrides":{"x":{}}}"#, #"{"channel_overrides":{"5":7}}"#, #"{"channel_overrides":"all"}"#,
    #"{"muted":[]}"#, #"{"mute_config":{"end_time":"soon"}}"#,
  ])
  func `Settings that mean nothing are refused`(_ body: String) {
    let response = RESTBench().send("PATCH", "/api/v9/users/@me/guilds/5/settings", body)?.response
    #expect(response?.status == 400 && response?.value["code"]?.int == 50035)
  }

  @Test(arguments: [0, 1 << 2 | 1 << 3])
  func `READY holds them with and without versions`(_ capabilities: Int) throws {
    let bench = GatewayBench()
    var ready = ChatFixtures.ready(ChatFixtures.alice)
    ready.personal.readStates = [ReadStateView(state: state(), mentionCount: 2)]
    ready.personal.notifications = [settings()]
    bench.ready[ChatFixtures.alice.id] = ready
    let connection = bench.open()
    bench.identify(connection, ChatFixtures.alice, extra: #","capabilities":\#(capabilities)"#)
    let told = try #require(bench.take(connection).dispatches.first { $0.name == "READY" }).d
    let states = capabilities == 0 ? told["read_state"] : told["read_state"]?["entries"]
    let row = states?.array?.first
    #expect(row?["id"]?.snowflake == ChatFixtures.textID && row?["mention_count"]?.int == 2)
    #expect(row?["last_message_id"]?.snowflake == ChatFixtures.messageID)
    #expect(row?["last_pin_timestamp"]?.string == ISO8601.text(ChatFixtures.joined))
    let chosen = capabilities == 0 ? told["user_guild_settings"] : told["user_guild_settings"]?["entries"]
    #expect(chosen?.array?.first?["guild_id"]?.snowflake == ChatFixtures.guildID)
    guard capabilities != 0 else { return }
    #expect(told["read_state"]?["version"]?.int == 7 && told["user_guild_settings"]?["version"]?.int == 3)
  }

  @Test func `Events reach every session of the person and nobody else`() throws {
    let bench = GatewayBench()
    let (own, _) = try bench.identified(ChatFixtures.alice)
    let (other, _) = try bench.identified(ChatFixtures.bot)
    let audience = Audience.user(ChatFixtures.alice.id)
    _ = bench.take(own)
    _ = bench.take(other)
    bench.happen(
      .personal(.read(ReadStateView(state: state(), mentionCount: 1), isManual: true)), to: audience)
    bench.happen(.personal(.pinsRead(state())), to: audience)
    bench.happen(.personal(.notifications(settings())), to: audience)
    let told = bench.take(own).dispatches
    #expect(told.map(\.name) == ["MESSAGE_ACK", "CHANNEL_PINS_ACK", "USER_GUILD_SETTINGS_UPDATE"])
    #expect(told.first?.d["message_id"]?.snowflake == ChatFixtures.messageID)
    #expect(told.first?.d["mention_count"]?.int == 1 && told.first?.d["manual"]?.bool == true)
    #expect(bench.take(other).names == [])
  }
}
