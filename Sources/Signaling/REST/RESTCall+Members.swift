import Base
import ChatCore
import JSON

/// Members and voice states.
extension RESTCall {
  func memberCommand() throws(RESTError) -> ChatCommand {
    let guild = try id("guild")
    switch route {
    case .getGuildMembers:
      let limit = try queryInt("limit", in: 1...Limits.memberPage, default: 1)
      return .members(guild: guild, limit: limit, after: try queryID("after"))
    case .searchMembers:
      guard let prefix = query["query"], !prefix.isEmpty else { throw .form([.required(["query"])]) }
      let limit = try queryInt("limit", in: 1...Limits.memberPage, default: 1)
      return .requestMembers(guild: guild, .prefix(prefix, limit: limit))
    case .modifyOwnMember, .modifyOwnNick:
      var form = try form()
      var changes = MemberChanges()
      changes.nick = form.clearable("nick") { $0.string($1) }
      try form.check()
      return .modifyMember(guild: guild, user: try own(), changes)
    case .modifyMember: return .modifyMember(guild: guild, user: try user("user"), try memberChanges())
    case .removeMember: return .kick(guild: guild, user: try user("user"))
    case .getBans:
      let limit = try queryInt("limit", in: 1...Limits.banPage, default: Limits.banPage)
      return .bans(guild: guild, BanPage(anchor: try banAnchor(), limit: limit))
    case .getAuditLog: return .auditLog(guild: guild, try auditQuery())
    case .getBan: return .ban(guild: guild, user: try user("user"))
    case .createBan:
      return .banMember(guild: guild, user: try user("user"), try banParameters())
    case .createBans:
      var form = try form()
      if form.value("user_ids") == nil {
        form.note("user_ids", "BASE_TYPE_REQUIRED", "This field is required")
      }
      let users = form.snowflakes("user_ids") ?? []
      try form.check()
      return .banMembers(guild: guild, users, try banParameters())
    case .deleteBan: return .unban(guild: guild, user: try user("user"))
    case .addMemberRole:
      return .addMemberRole(guild: guild, user: try user("user"), role: try id("role"))
    case .removeMemberRole:
      return .removeMemberRole(guild: guild, user: try user("user"), role: try id("role"))
    case .getOwnVoiceState, .getVoiceState: return .voiceState(guild: guild, user: try user("user"))
    case .modifyOwnVoiceState, .modifyVoiceState:
      var form = try form()
      var changes = VoiceStateChanges()
      changes.isSuppressed = form.change("suppress") { $0.bool($1) }
      changes.requestedToSpeakAt = form.clearable("request_to_speak_timestamp") { $0.time($1) }
      try form.check()
      return .modifyVoiceState(guild: guild, user: try user("user"), changes)
    default: return .member(guild: guild, user: try user("user"))
    }
  }

  private func auditQuery() throws(RESTError) -> AuditQuery {
    var query = AuditQuery(limit: try queryInt("limit", in: 1...Limits.auditPage, default: 50))
    query.user = try queryID("user_id")
    if self.query["action_type"] != nil {
      query.action = try queryInt("action_type", in: 0...1_000, default: 0)
    }
    query.anchor = try banAnchor()
    return query
  }

  private func banAnchor() throws(RESTError) -> HistoryAnchor {
    if let id = try queryID("before") { return .before(id) }
    if let id = try queryID("after") { return .after(id) }
    return .newest
  }

  /// Some libraries put the fields into the query; the body counts where both have one.
  private func banParameters() throws(RESTError) -> BanParameters {
    let queryDays = try queryInt("delete_message_days", in: 0...7, default: 0)
    let querySeconds = try queryInt(
      "delete_message_seconds", in: 0...Limits.banDeleteSecondsMax, default: queryDays * 86_400)
    var form = try form()
    var parameters = BanParameters()
    let days = form.int("delete_message_days").map { $0.multipliedReportingOverflow(by: 86_400) }
    let seconds =
      form.int("delete_message_seconds") ?? days.map { $0.overflow ? .max : $0.partialValue }
    try form.check()
    parameters.deleteSeconds = seconds ?? querySeconds
    parameters.reason = reason
    return parameters
  }

  private func memberChanges() throws(RESTError) -> MemberChanges {
    var form = try form()
    var changes = MemberChanges()
    changes.nick = form.clearable("nick") { $0.string($1) }
    changes.roles = form.change("roles") { $0.snowflakes($1) }
    changes.isMuted = form.change("mute") { $0.bool($1) }
    changes.isDeafened = form.change("deaf") { $0.bool($1) }
    changes.channelID = form.clearable("channel_id") { $0.snowflake($1) }
    changes.timedOutUntil = form.clearable("communication_disabled_until") { $0.time($1) }
    try form.check()
    return changes
  }
}
