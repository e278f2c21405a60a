import Base
import ChatCore
import JSON

/// Threads, their members, lists and searches.
extension RESTCall {
  func threadCommand() throws(RESTError) -> ChatCommand {
    if route == .getActiveThreads { return .thread(.active(guild: try id("guild"))) }
    return .thread(try threadCommand(try id("channel")))
  }

  private func threadCommand(_ channel: Snowflake) throws(RESTError) -> ThreadCommand {
    switch route {
    case .createThreadFromMessage:
      var form = try form()
      let draft = RESTCall.thread(&form)
      try form.check()
      return .createFromMessage(channel: channel, message: try id("message"), draft)
    case .createThread: return try createThread(channel)
    case .joinThread: return .join(thread: channel)
    case .leaveThread: return .leave(thread: channel)
    case .addThreadMember: return .add(thread: channel, user: try id("user"))
    case .removeThreadMember: return .remove(thread: channel, user: try id("user"))
    case .getOwnThreadMember, .getThreadMember:
      return .member(thread: channel, user: try user("user"), isWhole: queryFlag("with_member"))
    case .getThreadMembers:
      let isWhole = queryFlag("with_member")
      let limit = try queryInt(
        "limit", in: 1...Limits.threadMemberPage,
        default: isWhole ? Limits.threadMemberPage : Limits.threadMembers)
      return .members(thread: channel, isWhole: isWhole, after: try queryID("after"), limit: limit)
    case .modifyOwnThreadMember:
      var form = try form()
      let flags = form.int("flags") ?? 1
      try form.check()
      return .modifyMember(thread: channel, flags: flags)
    case .searchThreads: return .search(channel: channel, try threadQuery())
    case .getPosts:
      var form = try form()
      let threads = form.snowflakes("thread_ids") ?? []
      try form.check()
      return .posts(channel: channel, threads)
    default: return .archived(channel: channel, try threadPage())
    }
  }

  private func createThread(_ channel: Snowflake) throws(RESTError) -> ThreadCommand {
    var form = try form()
    let draft = RESTCall.thread(&form)
    guard var message = form.nested("message") else {
      let number = form.int("type") ?? ChannelKind.privateThread.rawValue
      let kind = ChannelKind(rawValue: number)
      if kind?.isThread != true {
        form.note("type", "BASE_TYPE_CHOICES", "Value must be one of {10, 11, 12}.")
      }
      try form.check()
      return .create(channel: channel, kind: kind ?? .privateThread, draft)
    }
    let first = self.draft(&message, mentions: .everything)
    form.note(message)
    try form.check()
    return .createPost(channel: channel, draft, first)
  }

  private static func thread(_ form: inout FormReader) -> ThreadDraft {
    var draft = ThreadDraft(name: form.requiredString("name"))
    draft.archiveMinutes = form.int("auto_archive_duration")
    draft.rateLimitPerUser = form.int("rate_limit_per_user")
    draft.isInvitable = form.bool("invitable") ?? true
    draft.appliedTags = form.snowflakes("applied_tags") ?? []
    return draft
  }

  private func threadPage() throws(RESTError) -> ThreadPage {
    let limit = try queryInt("limit", in: 1...Limits.threadPage, default: 50)
    let scope: ThreadPage.Scope =
      switch route {
      case .getOwnArchivedThreads: .own(before: try queryID("before"))
      case .getPrivateArchivedThreads: .hidden(before: try queryTime("before"))
      default: .everybodys(before: try queryTime("before"))
      }
    return ThreadPage(scope: scope, limit: limit)
  }

  private func threadQuery() throws(RESTError) -> ThreadQuery {
    let limit = try queryInt(
      "limit", in: 1...Limits.threadSearchPage, default: Limits.threadSearchPage)
    var result = ThreadQuery(limit: limit)
    result.name = query["name"]
    result.offset = try queryInt("offset", in: 0...Limits.threadSearchOffset, default: 0)
    result.after = try queryID("min_id")
    result.before = try queryID("max_id")
    if query["archived"] != nil { result.isArchived = queryFlag("archived") }
    result.needsAllTags = query["tag_setting"] == "match_all"
    result.isAscending = query["sort_order"] == "asc"
    if let text = query["sort_by"] {
      guard let order = ThreadQuery.Order(rawValue: text) else {
        throw .form([
          FieldError(path: ["sort_by"], code: "BASE_TYPE_CHOICES", message: "No such order.")
        ])
      }
      result.order = order
    }
    for text in (query["tag"] ?? "").split(separator: ",") {
      guard let tag = Snowflake(String(text)) else {
        throw .form([
          FieldError(
            path: ["tag"], code: "NUMBER_TYPE_COERCE",
            message: "Value \"\(text.prefix(32))\" is not snowflake.")
        ])
      }
      result.tags.append(tag)
    }
    return result
  }

  /// What only threads have, of the body of a PATCH.
  static func threadChanges(_ form: inout FormReader) -> ThreadChanges {
    var changes = ThreadChanges()
    changes.isArchived = form.change("archived") { $0.bool($1) }
    changes.archiveMinutes = form.change("auto_archive_duration") { $0.int($1) }
    changes.isLocked = form.change("locked") { $0.bool($1) }
    changes.isInvitable = form.change("invitable") { $0.bool($1) }
    changes.appliedTags = form.change("applied_tags") { $0.snowflakes($1) }
    return changes
  }

  /// What a channel says of its threads, of the body of a PATCH.
  static func threadSettings(_ form: inout FormReader) -> ThreadSettingsChanges {
    var changes = ThreadSettingsChanges()
    changes.archiveMinutes = form.clearable("default_auto_archive_duration") { $0.int($1) }
    changes.rateLimitPerUser = form.change("default_thread_rate_limit_per_user") { $0.int($1) }
    changes.sortOrder = form.clearable("default_sort_order") { $0.int($1) }
    changes.layout = form.change("default_forum_layout") { $0.int($1) }
    changes.reaction = form.clearable("default_reaction_emoji") { form, key in
      guard var nested = form.nested(key) else { return nil }
      let emoji = RESTCall.tagEmoji(&nested)
      form.note(nested)
      return emoji
    }
    changes.tags = form.change("available_tags") { form, key in
      guard let list = form.nestedList(key) else { return nil }
      var tags: [TagDraft] = []
      for var element in list {
        tags.append(
          TagDraft(
            id: element.snowflake("id"), name: element.requiredString("name"),
            isModerated: element.bool("moderated") ?? false, emoji: RESTCall.tagEmoji(&element)))
        form.note(element)
      }
      return tags
    }
    return changes
  }

  private static func tagEmoji(_ form: inout FormReader) -> TagEmoji? {
    if let id = form.snowflake("emoji_id"), id.rawValue != 0 { return .custom(id) }
    guard let text = form.string("emoji_name"), !text.isEmpty else { return nil }
    return .unicode(text)
  }
}
