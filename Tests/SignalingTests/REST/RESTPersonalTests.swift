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

  @Test func `Relationships are asked for and shown`() throws {
    let path = "/api/v9/users/@me/relationships"
    func asked(_ method: String, _ tail: String, _ body: String) throws -> RelationshipCommand {
      guard case .relationship(let command) = try RESTBench().command(method, path + tail, body) else {
        throw RESTError.badRequest
      }
      return command
    }
    let five = Snowflake(rawValue: 5)
    if case .befriendNamed("bob") = try asked("POST", "", #"{"username":"bob","discriminator":null}"#) {
    } else {
      Issue.record("no request by name")
    }
    if case .befriend(five) = try asked("PUT", "/5", "{}") {} else { Issue.record("no request") }
    if case .block(five) = try asked("PUT", "/5", #"{"type":2}"#) {} else { Issue.record("no block") }
    if case .rename(five, "x") = try asked("PATCH", "/5", #"{"nickname":"x"}"#) {
    } else {
      Issue.record("no name")
    }
    if case .remove(five) = try asked("DELETE", "/5", "") {} else { Issue.record("no end") }
    if case .ignore(five, true) = try asked("PUT", "/5/ignore", "") {} else { Issue.record("not ignored") }
    if case .ignore(five, false) = try asked("DELETE", "/5/ignore", "") {} else { Issue.record("ignored") }
    #expect(RESTBench().send("PUT", path + "/5", #"{"type":3}"#)?.response?.status == 400)
    let bench = RESTBench()
    let request = try #require(bench.send("GET", path, as: ChatFixtures.alice)?.request)
    let row = try #require(
      bench.complete(request, .personal(.relationships([friend])))?.response?.value.array?.first)
    #expect(row["type"]?.int == 1 && row["nickname"]?.string == "pal")
    #expect(row["user"]?["id"]?.snowflake == ChatFixtures.bot.id)
  }

  private var friend: RelationshipView {
    var side = Relationship(
      userID: ChatFixtures.alice.id, otherID: ChatFixtures.bot.id, kind: .friend, since: ChatFixtures.joined)
    side.nickname = "pal"
    return RelationshipView(relationship: side, user: ChatFixtures.bot)
  }

  @Test func `Groups are made and changed`() throws {
    guard
      case .openGroup(let users) = try RESTBench().command(
        "POST", "/api/v9/users/@me/channels", #"{"recipients":["5","6"]}"#),
      case .openDirect(let user) = try RESTBench().command(
        "POST", "/api/v9/users/@me/channels", #"{"recipients":["5"]}"#),
      case .addRecipient(let channel, let added) = try RESTBench().command(
        "PUT", "/api/v9/channels/7/recipients/5"),
      case .modifyChannel(_, let changes) = try RESTBench().command(
        "PATCH", "/api/v9/channels/7", #"{"name":null,"owner":"5","icon":null}"#)
    else {
      Issue.record("other commands")
      return
    }
    #expect(users.map(\.rawValue) == [5, 6] && user.rawValue == 5)
    #expect(channel.rawValue == 7 && added.rawValue == 5)
    #expect(changes.takesNameAway && changes.ownerID == .set(user) && changes.icon == .set(nil))
    let bench = RESTBench()
    let request = try #require(bench.send("GET", "/api/v9/channels/7", as: ChatFixtures.alice)?.request)
    var group = Channel(
      id: ChatFixtures.textID, guildID: .noGuild, kind: .group, name: "nest", position: 0)
    group.group = Channel.Group(ownerID: ChatFixtures.alice.id, icon: nil)
    let view = PrivateChannelView(channel: group, recipients: [ChatFixtures.bot])
    let shown = try #require(bench.complete(request, .privateChannel(view))?.response).value
    #expect(shown["type"]?.int == 3 && shown["name"]?.string == "nest" && shown["icon"]?.isNull == true)
    #expect(shown["owner_id"]?.snowflake == ChatFixtures.alice.id)
  }

  @Test(arguments: [0, 1 << 2 | 1 << 3, 1 << 4])
  func `READY holds them with and without versions`(_ capabilities: Int) throws {
    let bench = GatewayBench()
    var ready = ChatFixtures.ready(ChatFixtures.alice)
    ready.personal.readStates = [ReadStateView(state: state(), mentionCount: 2)]
    ready.personal.notifications = [settings()]
    ready.personal.relationships = [friend]
    bench.ready[ChatFixtures.alice.id] = ready
    let connection = bench.open()
    bench.identify(connection, ChatFixtures.alice, extra: #","capabilities":\#(capabilities)"#)
    let told = try #require(bench.take(connection).dispatches.first { $0.name == "READY" }).d
    let isVersioned = capabilities & 12 != 0
    let isDeduped = capabilities & 16 != 0
    let relation = told["relationships"]?.array?.first
    #expect(relation?[isDeduped ? "user_id" : "id"]?.snowflake == ChatFixtures.bot.id)
    #expect((relation?["user"] == nil) == isDeduped)
    let states = !isVersioned ? told["read_state"] : told["read_state"]?["entries"]
    let row = states?.array?.first
    #expect(row?["id"]?.snowflake == ChatFixtures.textID && row?["mention_count"]?.int == 2)
    #expect(row?["last_message_id"]?.snowflake == ChatFixtures.messageID)
    #expect(row?["last_pin_timestamp"]?.string == ISO8601.text(ChatFixtures.joined))
    let chosen = !isVersioned ? told["user_guild_settings"] : told["user_guild_settings"]?["entries"]
    #expect(chosen?.array?.first?["guild_id"]?.snowflake == ChatFixtures.guildID)
    guard isVersioned else { return }
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
    bench.happen(.personal(.relationshipAdd(friend, notifies: true)), to: audience)
    bench.happen(.personal(.relationshipUpdate(friend.relationship)), to: audience)
    bench.happen(.personal(.relationshipRemove(of: ChatFixtures.bot.id, .friend)), to: audience)
    bench.happen(.personal(.recipientAdd(channel: ChatFixtures.textID, ChatFixtures.bot)), to: audience)
    let told = bench.take(own).dispatches
    #expect(
      told.map(\.name) == [
        "MESSAGE_ACK", "CHANNEL_PINS_ACK", "USER_GUILD_SETTINGS_UPDATE", "RELATIONSHIP_ADD",
        "RELATIONSHIP_UPDATE", "RELATIONSHIP_REMOVE", "CHANNEL_RECIPIENT_ADD",
      ])
    #expect(told.first?.d["message_id"]?.snowflake == ChatFixtures.messageID)
    #expect(told.first?.d["mention_count"]?.int == 1 && told.first?.d["manual"]?.bool == true)
    #expect(bench.take(other).names == [])
  }
}
