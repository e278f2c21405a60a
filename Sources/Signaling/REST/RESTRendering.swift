import Base
import ChatCore
import JSON

/// What of the request matters when its reply is written.
struct RenderingOptions: Sendable {
  private static let guildPage = 200

  private let asker: Snowflake
  private let withCounts: Bool
  private let withResponse: Bool
  private let waits: Bool
  private let links: WebhookLinks
  private let after: Snowflake?
  private let before: Snowflake?
  private let limit: Int

  init(_ call: RESTCall, _ links: WebhookLinks) throws(RESTError) {
    self.links = links
    waits = call.queryFlag("wait")
    asker = call.claim?.user ?? .noGuild
    withCounts = call.queryFlag("with_counts")
    withResponse = call.queryFlag("with_response")
    guard call.route == .getOwnGuilds else {
      after = nil
      before = nil
      limit = 0
      return
    }
    after = try call.queryID("after")
    before = try call.queryID("before")
    limit = try call.queryInt("limit", in: 1...Self.guildPage, default: Self.guildPage)
  }

  /// The answer that a reply of success becomes.
  func render(_ reply: ChatReply, _ route: RESTRoute) -> RESTResponse {
    switch reply {
    case .done: route == .acknowledgeMessage ? .object { $0.null("token") } : .noContent
    case .failure(let error): RESTError(error).response
    case .selfUser(let account): .object { $0.selfUser(account) }
    case .user(let user): .object { $0.user(user) }
    case .users(let users): .list { for user in users { $0.object { $0.user(user) } } }
    case .responded(let result):
      withResponse ? .object { $0.interactionResult(result) } : .noContent
    case .command(let command, let isNew):
      .object(isNew ? 201 : 200) { $0.command(command) }
    case .commands(let commands):
      .list { for command in commands { $0.object { $0.command(command) } } }
    case .commandIndex(let index): .object { $0.commandIndex(index) }
    case .application(let application, let owner):
      .object { $0.application(application, owner: owner, guildCount: 1) }
    case .guild(let snapshot): guild(snapshot, route)
    case .guilds(let guilds): page(guilds)
    case .role(let role): .object { $0.role(role) }
    case .roles(let roles): .list { for role in roles { $0.object { $0.role(role) } } }
    case .roleMemberCounts(let counts):
      .object { for row in counts { $0.field(named: row.role.description, .integer(Int64(row.count))) } }
    case .channel(let channel):
      .object(route == .createChannel ? 201 : 200) { $0.channel(channel) }
    case .thread(let reply): .thread(reply, route)
    case .privateChannel(let view): .object { $0.privateChannel(view) }
    case .privateChannels(let views):
      .list { for view in views { $0.object { $0.privateChannel(view) } } }
    case .channels(let channels):
      .list { for channel in channels { $0.object { $0.channel(channel) } } }
    case .member(let view):
      route == .modifyOwnNick
        ? .object { $0.field("nick", view.member.nick) } : .object { $0.member(view) }
    case .members(let members, _):
      .list { for view in members { $0.object { $0.member(view) } } }
    case .bans(let views): bans(views, route)
    case .bulkBan(let banned, let failed):
      .object {
        $0.array("banned_users") { for id in banned { $0.element(id) } }
        $0.array("failed_users") { for id in failed { $0.element(id) } }
      }
    case .auditLog(let view): .object { $0.auditLog(view) }
    case .invite(let view): invite(view, route)
    case .invites(let views): .list { for view in views { $0.object { $0.fullInvite(view) } } }
    case .message(let view): message(view, route)
    case .webhook(let reply): webhook(reply)
    case .messages(let views):
      .list { for view in views { $0.object { $0.message(view, .rest) } } }
    case .pins(let views, let hasMore): pins(views, hasMore, route)
    case .search(.page(let page)): .object { $0.searchPage(page) }
    case .voiceState(let view): .object { $0.voiceState(view) }
    case .personal(let reply): personal(reply)
    case .authenticated, .credentials, .bot, .ready, .attachment, .picture, .blobs, .search(.partial):
      RESTError.internalError.response
    }
  }

  private func personal(_ reply: PersonalReply) -> RESTResponse {
    switch reply {
    case .notifications(let settings): .object { $0.notifications(settings) }
    case .sessions(let sessions):
      .object {
        $0.array("user_sessions") { for session in sessions { $0.object { $0.loginSession(session) } } }
      }
    case .backupCodes(let codes): .object { $0.backupCodes(codes, of: asker) }
    case .export(let export): .object { $0.personalExport(export) }
    case .secondFactorSet: RESTError.internalError.response
    case .relationships(let views):
      .list {
        for view in views {
          $0.object {
            $0.relationship(view.relationship)
            $0.object("user") { $0.user(view.user) }
          }
        }
      }
    }
  }

  private func guild(_ snapshot: GuildSnapshot, _ route: RESTRoute) -> RESTResponse {
    .object(route == .createGuild ? 201 : 200) {
      $0.guild(snapshot.guild)
      guard withCounts else { return }
      $0.field("approximate_member_count", snapshot.memberCount)
      $0.field("approximate_presence_count", snapshot.memberCount)
    }
  }

  /// A webhook's message is given back only to who waits for it; an interaction's always.
  private func message(_ view: MessageView, _ route: RESTRoute) -> RESTResponse {
    switch route {
    case .executeSlackWebhook:
      RESTResponse(status: 200, headers: [("Content-Type", "text/plain")], body: Array("ok".utf8))
    case .executeGitHubWebhook: .noContent
    case .executeWebhook where view.message.webhook != nil && !waits: .noContent
    default: .object { $0.message(view, .rest) }
    }
  }

  private func webhook(_ reply: WebhookReply) -> RESTResponse {
    switch reply {
    case .webhook(let view): .object { links.write(view, to: &$0) }
    case .webhooks(let views): .list { for view in views { $0.object { links.write(view, to: &$0) } } }
    case .follower(let channel, let webhook):
      .object {
        $0.field("channel_id", channel)
        $0.field("webhook_id", webhook)
      }
    }
  }

  private func pins(_ views: [MessageView], _ hasMore: Bool, _ route: RESTRoute) -> RESTResponse {
    if route == .getPinsOld {
      return .list { for view in views { $0.object { $0.message(view, .rest) } } }
    }
    return .object {
      $0.array("items") {
        for view in views {
          $0.object {
            $0.field("pinned_at", view.message.pinnedAt.map(ISO8601.text))
            $0.object("message") { $0.message(view, .rest) }
          }
        }
      }
      $0.field("has_more", hasMore)
    }
  }

  private func bans(_ views: [BanView], _ route: RESTRoute) -> RESTResponse {
    if route == .getBan, let view = views.first { return .object { $0.ban(view) } }
    return .list { for view in views { $0.object { $0.ban(view) } } }
  }

  private func page(_ guilds: [GuildSummary]) -> RESTResponse {
    var rows = guilds[...]
    if let after { rows = rows.drop { $0.guild.id <= after } }
    if let before {
      rows = rows.prefix { $0.guild.id < before }.suffix(limit)
    }
    return .list {
      for row in rows.prefix(limit) { $0.object { $0.guildSummary(row, withCounts: withCounts) } }
    }
  }

  private func invite(_ view: InviteView, _ route: RESTRoute) -> RESTResponse {
    .object {
      if route == .createInvite {
        $0.fullInvite(view)
      } else {
        $0.invite(view)
      }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func fullInvite(_ view: InviteView) {
    invite(view)
    inviteMetadata(view.invite)
  }
}

extension RESTResponse {
  /// A JSON object with status 200.
  static func object(_ body: (inout JSONWriter) -> Void) -> RESTResponse {
    object(200, body)
  }

  /// A JSON object.
  static func object(_ status: Int, _ body: (inout JSONWriter) -> Void) -> RESTResponse {
    var writer = JSONWriter()
    writer.object(body)
    return .json(status, writer.octets)
  }

  /// A JSON array with status 200.
  static func list(_ body: (inout JSONWriter) -> Void) -> RESTResponse {
    var writer = JSONWriter()
    writer.array(body)
    return .json(200, writer.octets)
  }
}
