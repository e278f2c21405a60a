import Base
import ChatCore
import JSON
import Testing

@testable import Signaling

/// What requests become, and what replies become.
@Suite struct RESTCommandTests {
  private static let base = "/api/v10"

  private func described(
    _ method: String, _ target: String, _ body: String = ""
  ) throws -> String {
    "\(try RESTBench().command(method, RESTCommandTests.base + target, body))"
  }

  @Test(arguments: [
    ("GET", "/users/@me", "currentUser"), ("GET", "/oauth2/applications/@me", "currentApplication"),
    ("GET", "/applications/@me", "currentApplication"), ("GET", "/users/@me/guilds", "currentGuilds"),
    ("POST", "/auth/logout", "account"), ("DELETE", "/users/@me/guilds/1", "leaveGuild"),
    ("GET", "/users/@me/guilds/1/member", "member"), ("GET", "/users/5", "user"),
    ("GET", "/guilds/1", "guild"), ("PATCH", "/guilds/1", "modifyGuild"),
    ("DELETE", "/guilds/1", "deleteGuild"),
    ("GET", "/guilds/1/channels", "channels"), ("GET", "/guilds/1/roles", "roles"),
    ("GET", "/guilds/1/invites", "guildInvites"), ("GET", "/guilds/1/members", "members"),
    ("GET", "/guilds/1/members/search?query=a", "requestMembers"), ("GET", "/guilds/1/members/2", "member"),
    ("PATCH", "/guilds/1/members/@me", "modifyMember"),
    ("PATCH", "/guilds/1/members/@me/nick", "modifyMember"),
    ("PATCH", "/guilds/1/members/2", "modifyMember"), ("DELETE", "/guilds/1/members/2", "kick"),
    ("PUT", "/guilds/1/members/2/roles/3", "addMemberRole"),
    ("DELETE", "/guilds/1/members/2/roles/3", "removeMemberRole"),
    ("GET", "/guilds/1/voice-states/@me", "voiceState"), ("GET", "/guilds/1/voice-states/2", "voiceState"),
    ("PATCH", "/guilds/1/voice-states/@me", "modifyVoiceState"), ("POST", "/guilds/1/roles", "createRole"),
    ("GET", "/applications/1/commands", "commands"), ("GET", "/applications/1/commands/2", "command"),
    ("PATCH", "/applications/1/commands/2", "modifyCommand"),
    ("DELETE", "/applications/1/commands/2", "deleteCommand"),
    ("PUT", "/applications/1/commands", "replaceCommands"),
    ("GET", "/applications/1/guilds/3/commands", "commands"),
    ("PUT", "/applications/1/guilds/3/commands", "replaceCommands"),
    ("DELETE", "/applications/1/guilds/3/commands/2", "deleteCommand"),
    ("GET", "/channels/1/application-command-index", "commandIndex"),
    ("GET", "/guilds/1/application-command-index", "guildCommandIndex"),
    ("GET", "/webhooks/1/abc/messages/@original", "webhook"), ("GET", "/webhooks/1/abc", "webhook"),
    ("DELETE", "/webhooks/1/abc/messages/5", "webhook"), ("GET", "/guilds/1/webhooks", "webhook"),
    ("GET", "/channels/1/webhooks", "webhook"), ("GET", "/webhooks/1", "webhook"),
    ("PATCH", "/webhooks/1", "webhook"), ("DELETE", "/webhooks/1", "webhook"),
    ("DELETE", "/webhooks/1/abc", "webhook"),
    ("GET", "/users/@me/channels", "privateChannels"), ("GET", "/guilds/1/audit-logs", "auditLog"),
    ("GET", "/channels/1/pins", "pins"),
    ("GET", "/channels/1/messages/pins", "pins"), ("PUT", "/channels/1/messages/pins/2", "pin"),
    ("PUT", "/channels/1/pins/2", "pin"), ("DELETE", "/channels/1/pins/2", "unpin"),
    ("DELETE", "/channels/1/messages/pins/2", "unpin"),
    ("POST", "/channels/1/messages/2/crosspost", "crosspost"),
    ("DELETE", "/channels/1/messages/2/reactions", "clearReactions"),
    ("DELETE", "/channels/1/messages/2/reactions/x", "clearReactions"),
    ("GET", "/guilds/1/roles/2", "role"), ("GET", "/guilds/1/roles/member-counts", "roleMemberCounts"),
    ("PATCH", "/guilds/1/roles", "moveRoles"), ("PATCH", "/guilds/1/channels", "moveChannels"),
    ("PATCH", "/guilds/1/roles/2", "modifyRole"), ("DELETE", "/guilds/1/roles/2", "deleteRole"),
    ("GET", "/channels/1", "channel"), ("PATCH", "/channels/1", "modifyChannel"),
    ("DELETE", "/channels/1", "deleteChannel"), ("PUT", "/channels/1/permissions/2", "setOverwrite"),
    ("DELETE", "/channels/1/permissions/2", "deleteOverwrite"),
    ("GET", "/channels/1/invites", "channelInvites"),
    ("POST", "/channels/1/invites", "createInvite"), ("POST", "/channels/1/typing", "typing"),
    ("GET", "/channels/1/messages", "messages"), ("GET", "/channels/1/messages/2", "message"),
    ("PATCH", "/channels/1/messages/2", "editMessage"), ("DELETE", "/channels/1/messages/2", "deleteMessage"),
    ("PUT", "/channels/1/messages/2/reactions/x/@me", "addReaction"),
    ("DELETE", "/channels/1/messages/2/reactions/x/@me", "removeReaction"),
    ("DELETE", "/channels/1/messages/2/reactions/x/3", "removeReaction"),
    ("GET", "/channels/1/messages/2/reactions/x", "reactionUsers"), ("GET", "/invites/abc", "invite"),
    ("POST", "/invites/abc", "acceptInvite"), ("DELETE", "/invites/abc", "deleteInvite"),
  ])
  func `Each route asks for its command, also with an empty body`(
    _ method: String, _ target: String, _ command: String
  ) throws {
    let described = try described(method, target)
    #expect(described == command || described.hasPrefix(command + "("), "\(described)")
  }

  @Test func `A message keeps nonce, mentions and reference`() throws {
    let body = """
      {"content":"hi","nonce":"17293822569102704640","enforce_nonce":true,"tts":false,"flags":4096,
       "allowed_mentions":{"parse":["users"],"roles":["5"],"replied_user":true},
       "message_reference":{"message_id":7,"channel_id":"10","fail_if_not_exists":false},"embeds":[]}
      """
    let command = try RESTBench().command("POST", "/api/v10/channels/10/messages", body)
    guard case .createMessage(let channel, let draft) = command else {
      Issue.record("\(command)")
      return
    }
    #expect(channel == Snowflake(rawValue: 10))
    #expect(draft.nonce == .text("17293822569102704640"))
    #expect(draft.enforcesNonce)
    #expect(draft.flags == .suppressNotifications)
    #expect(draft.replyTo == Snowflake(rawValue: 7))
    #expect(!draft.failsWithoutReference)
    let expected = AllowedMentions(
      parsesUsers: true, parsesRoles: false, parsesEveryone: false, users: [],
      roles: [Snowflake(rawValue: 5)], repliedUser: true)
    #expect(draft.allowedMentions == expected)
  }

  @Test(
    arguments: [
      ("5", .integer(5)), ("18446744073709551615", .text("18446744073709551615")), (#""x""#, .text("x")),
      ("null", nil),
    ] as [(String, Nonce?)])
  func `A nonce keeps its type unless no integer holds it`(_ json: String, _ nonce: Nonce?) throws {
    let body = #"{"content":"x","nonce":\#(json)}"#
    let command = try RESTBench().command("POST", "/api/v10/channels/10/messages", body)
    guard case .createMessage(_, let draft) = command else {
      Issue.record("\(command)")
      return
    }
    #expect(draft.nonce == nonce)
  }

  @Test func `Lists of mentions may not contradict what is parsed`() throws {
    let body = #"{"content":"x","allowed_mentions":{"parse":["users"],"users":["1"]}}"#
    let response = try #require(RESTBench().send("POST", "/api/v10/channels/1/messages", body)?.response)
    #expect(response.value["code"]?.int == 50035)
    #expect(response.value["errors"]?["allowed_mentions"]?["users"] != nil)
  }

  @Test func `Null clears a member's fields, leaving out keeps them`() throws {
    let body =
      #"{"nick":null,"channel_id":null,"mute":true,"communication_disabled_until":"2026-01-02T03:04:05Z"}"#
    let command = try RESTBench().command("PATCH", "/api/v10/guilds/1/members/2", body)
    guard case .modifyMember(_, _, let changes) = command else {
      Issue.record("\(command)")
      return
    }
    #expect(changes.nick == .set(nil))
    #expect(changes.channelID == .set(nil))
    #expect(changes.isMuted == .set(true))
    #expect(changes.isDeafened == .keep)
    #expect(changes.roles == .keep)
    #expect(changes.timedOutUntil == .set(WallTime(milliseconds: 1_767_323_045_000)))
  }

  @Test func `Null clears a guild's system channel, and ids may be text`() throws {
    let body = #"{"name":"x","system_channel_id":null,"owner_id":"7"}"#
    guard case .modifyGuild(_, let changes) = try RESTBench().command("PATCH", "/api/v10/guilds/1", body)
    else {
      Issue.record("no change of a guild")
      return
    }
    #expect(changes.name == .set("x"))
    #expect(changes.systemChannelID == .set(nil))
    #expect(changes.ownerID == .set(Snowflake(rawValue: 7)))
  }

  @Test(arguments: [
    ("", HistoryAnchor.newest), ("?before=5&limit=2", .before(Snowflake(rawValue: 5))),
    ("?after=5", .after(Snowflake(rawValue: 5))), ("?around=5", .around(Snowflake(rawValue: 5))),
  ])
  func `History is anchored`(_ query: String, _ anchor: HistoryAnchor) throws {
    let command = try RESTBench().command("GET", "/api/v10/channels/1/messages\(query)")
    guard case .messages(_, let found, let limit) = command else {
      Issue.record("\(command)")
      return
    }
    #expect(found == anchor)
    #expect(limit == (query.contains("limit") ? 2 : 50))
  }

  @Test(
    arguments: [
      ("%F0%9F%91%8D", nil, "👍"), ("name:55", 55, "name"), ("a:name:55", 55, "name"), ("x:y", nil, "x:y"),
    ] as [(String, UInt64?, String)])
  func `Emoji are named or numbered`(_ text: String, _ id: UInt64?, _ name: String) throws {
    let target = "/api/v10/channels/1/messages/2/reactions/\(text)/@me"
    guard case .addReaction(_, _, let emoji) = try RESTBench().command("PUT", target) else {
      Issue.record("no reaction")
      return
    }
    #expect(emoji == ReactionEmoji(id: id.map(Snowflake.init(rawValue:)), name: name))
  }

  @Test func `Statuses and bodies are those that libraries wait for`() throws {
    let bench = RESTBench()
    let channel = ChatFixtures.channel(.text, number: 10)
    let member = ChatFixtures.member(ChatFixtures.alice)
    let rows: [(String, String, String, ChatReply, Int)] = [
      ("POST", "/guilds/1/channels", #"{"name":"x"}"#, .channel(channel), 201),
      ("DELETE", "/channels/10", "", .channel(channel), 200),
      ("PATCH", "/guilds/1/members/2", "{}", .member(member), 200),
      ("DELETE", "/guilds/1/members/2", "", .done, 204), ("POST", "/channels/1/typing", "", .done, 204),
      ("GET", "/channels/1/invites", "", .invites([ChatFixtures.invite()]), 200),
      ("POST", "/channels/1/invites", "{}", .invite(ChatFixtures.invite()), 200),
      ("POST", "/guilds", #"{"name":"Roost"}"#, .guild(ChatFixtures.snapshot()), 201),
      ("GET", "/guilds/1?with_counts=true", "", .guild(ChatFixtures.snapshot()), 200),
    ]
    for (method, target, body, reply, status) in rows {
      let request = try #require(bench.send(method, RESTCommandTests.base + target, body)?.request)
      let response = try #require(bench.complete(request, reply)?.response)
      #expect(response.status == status, "\(method) \(target)")
      #expect(response.body.isEmpty == (status == 204))
      #expect(response.header("Content-Type") == (status == 204 ? nil : "application/json"))
      if target.contains("with_counts") {
        #expect(response.value["approximate_member_count"]?.int == 2)
      }
      if target.contains("invites") {
        let invite = response.value.array?.first ?? response.value
        #expect(invite["uses"]?.int == 0)
      }
    }
  }

  @Test func `Own guilds are paged`() throws {
    let rows = (1...5).map { number in
      GuildSummary(
        guild: ChatFixtures.guild(Snowflake(rawValue: UInt64(number))), isOwner: false, permissions: [],
        memberCount: 1)
    }
    for (query, ids) in [
      ("", ["1", "2", "3", "4", "5"]), ("?after=2&limit=2", ["3", "4"]), ("?before=4&limit=2", ["2", "3"]),
    ] {
      let bench = RESTBench()
      let request = try #require(bench.send("GET", "/api/v10/users/@me/guilds\(query)")?.request)
      let response = try #require(bench.complete(request, .guilds(rows))?.response)
      #expect(response.value.array?.map { $0["id"]?.string } == ids)
    }
  }
}
