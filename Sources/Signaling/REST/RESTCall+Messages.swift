import Base
import ChatCore
import JSON

/// Messages, reactions and typing.
extension RESTCall {
  func messageCommand() throws(RESTError) -> ChatCommand {
    let channel = try id("channel")
    switch route {
    case .startTyping: return .typing(channel: channel)
    case .getMessages:
      let limit = try queryInt("limit", in: 1...Limits.historyPage, default: 50)
      return .messages(channel: channel, try anchor(), limit: limit)
    case .createMessage: return .createMessage(channel: channel, try draft())
    case .modifyMessage:
      return .editMessage(channel: channel, message: try id("message"), try messageChanges())
    case .deleteMessage: return .deleteMessage(channel: channel, message: try id("message"))
    case .deleteMessages:
      var form = try form()
      if form.value("messages") == nil {
        form.note("messages", "BASE_TYPE_REQUIRED", "This field is required")
      }
      let messages = form.snowflakes("messages") ?? []
      try form.check()
      return .deleteMessages(channel: channel, messages)
    case .addReaction:
      return .addReaction(channel: channel, message: try id("message"), try emoji())
    case .removeOwnReaction:
      return .removeReaction(channel: channel, message: try id("message"), try emoji(), user: nil)
    case .removeReaction:
      let message = try id("message")
      return .removeReaction(channel: channel, message: message, try emoji(), user: try user("user"))
    case .clearReactions:
      return .clearReactions(channel: channel, message: try id("message"), nil)
    case .clearReactionsOf:
      return .clearReactions(channel: channel, message: try id("message"), try emoji())
    case .getPins:
      let limit = try queryInt("limit", in: 1...Limits.pinPage, default: Limits.pinPage)
      return .pins(channel: channel, before: try queryTime("before"), limit: limit)
    case .getPinsOld: return .pins(channel: channel, before: nil, limit: Limits.pinPage)
    case .pinMessage, .pinMessageOld: return .pin(channel: channel, message: try id("message"))
    case .unpinMessage, .unpinMessageOld: return .unpin(channel: channel, message: try id("message"))
    case .crosspostMessage: return .crosspost(channel: channel, message: try id("message"))
    case .getReactions:
      let limit = try queryInt("limit", in: 1...Limits.reactionPage, default: 25)
      let after = try queryID("after")
      return .reactionUsers(
        channel: channel, message: try id("message"), try emoji(), limit: limit, after: after)
    default: return .message(channel: channel, message: try id("message"))
    }
  }

  private func anchor() throws(RESTError) -> HistoryAnchor {
    if let id = try queryID("around") { return .around(id) }
    if let id = try queryID("before") { return .before(id) }
    if let id = try queryID("after") { return .after(id) }
    return .newest
  }

  /// `👍`, or `name:id` of a custom emoji.
  private func emoji() throws(RESTError) -> ReactionEmoji {
    let text = parameters["emoji"] ?? ""
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 2, let id = parts.last.flatMap({ Snowflake($0) }) else {
      return ReactionEmoji(id: nil, name: text)
    }
    return ReactionEmoji(id: id, name: String(parts[parts.count - 2]))
  }

  private func draft() throws(RESTError) -> MessageDraft {
    var form = try form()
    let draft = draft(&form, mentions: .everything)
    try form.check()
    return draft
  }

  /// A message; `mentions` holds when the body does not say whom it may notify.
  func draft(_ form: inout FormReader, mentions: AllowedMentions) -> MessageDraft {
    var draft = MessageDraft(content: form.string("content") ?? "")
    draft.nonce = RESTCall.nonce(&form)
    draft.enforcesNonce = form.bool("enforce_nonce") ?? false
    draft.isTTS = form.bool("tts") ?? false
    draft.allowedMentions = RESTCall.allowedMentions(&form) ?? mentions
    draft.flags = RESTCall.flags(&form) ?? []
    draft.embeds = RESTCall.embeds(&form) ?? []
    draft.attachments = attachments(&form)
    draft.components = form.plainList("components") ?? []
    if var reference = form.nested("message_reference") {
      draft.replyTo = reference.snowflake("message_id")
      draft.replyChannel = reference.snowflake("channel_id")
      draft.isForward = reference.int("type") == 1
      draft.failsWithoutReference = reference.bool("fail_if_not_exists") ?? true
      form.note(reference)
    }
    return draft
  }

  private func messageChanges() throws(RESTError) -> MessageChanges {
    var form = try form()
    let changes = messageChanges(&form, mentions: .everything)
    try form.check()
    return changes
  }

  func messageChanges(
    _ form: inout FormReader, mentions: AllowedMentions
  ) -> MessageChanges {
    var changes = MessageChanges()
    switch form.clearable("content", { $0.string($1) }) {
    case .keep: break
    case .set(let content): changes.content = .set(content ?? "")
    }
    switch form.clearable("embeds", { form, _ in RESTCall.embeds(&form) }) {
    case .keep: break
    case .set(let embeds): changes.embeds = .set(embeds ?? [])
    }
    changes.attachments = attachmentChanges(&form)
    switch form.clearable("components", { $0.plainList($1) }) {
    case .keep: break
    case .set(let components): changes.components = .set(components ?? [])
    }
    if let flags = RESTCall.flags(&form) { changes.flags = .set(flags) }
    changes.allowedMentions = RESTCall.allowedMentions(&form) ?? mentions
    return changes
  }

  static func flags(_ form: inout FormReader) -> MessageFlags? {
    form.int("flags").map { MessageFlags(rawValue: UInt32(clamping: $0)) }
  }

  /// A nonce may be a number beyond `Int64`: it is then kept as text.
  static func nonce(_ form: inout FormReader) -> Nonce? {
    switch form.value("nonce") {
    case nil: return nil
    case .string(let text)?: return .text(text)
    case .integer(let number)?: return .integer(number)
    case .unsigned(let number)?: return .text(String(number))
    default:
      form.note("nonce", "NONCE_TYPE_INVALID", "Nonces must be integers or strings.")
      return nil
    }
  }

  private static func allowedMentions(_ form: inout FormReader) -> AllowedMentions? {
    guard var nested = form.nested("allowed_mentions") else { return nil }
    let parse = (nested.value("parse")?.array ?? []).compactMap(\.string)
    let users = nested.snowflakes("users") ?? []
    let roles = nested.snowflakes("roles") ?? []
    for (name, list) in [("users", users), ("roles", roles)] where parse.contains(name) && !list.isEmpty {
      nested.note(
        name, "MUTUALLY_EXCLUSIVE", "parse:[\"\(name)\"] and \(name): [ids...] are mutually exclusive.")
    }
    let mentions = AllowedMentions(
      parsesUsers: parse.contains("users"), parsesRoles: parse.contains("roles"),
      parsesEveryone: parse.contains("everyone"), users: users, roles: roles,
      repliedUser: nested.bool("replied_user") ?? false)
    form.note(nested)
    return mentions
  }
}
