import Base
import ChatCore
import JSON

/// Webhooks and followers; with an interaction's token, a bot's answers to it.
extension RESTCall {
  func webhookPlan() throws(RESTError) -> RESTPlan {
    switch route {
    case .createWebhook:
      var form = try form()
      let name = form.requiredString("name")
      let avatar = form.clearable("avatar") { $0.picture($1) }
      try form.check()
      return RESTCall.plan(
        .webhook(.create(channel: try id("channel"), name: name, avatar: nil)), with: avatar)
    case .getChannelWebhooks: return .ask(.webhook(.ofChannel(try id("channel"))))
    case .getGuildWebhooks: return .ask(.webhook(.ofGuild(try id("guild"))))
    case .getWebhook, .getWebhookWithToken: return .ask(.webhook(.get(try holder())))
    case .modifyWebhook, .modifyWebhookWithToken: return try modifyWebhook()
    case .deleteWebhook, .deleteWebhookWithToken: return .ask(.webhook(.delete(try holder())))
    case .followChannel:
      var form = try form()
      if form.value("webhook_channel_id") == nil {
        form.note("webhook_channel_id", "BASE_TYPE_REQUIRED", "This field is required")
      }
      let target = form.snowflake("webhook_channel_id")
      try form.check()
      guard let target else { throw .badRequest }
      return .ask(.webhook(.follow(channel: try id("channel"), target: target)))
    default: return try messagePlan()
    }
  }

  private func holder() throws(RESTError) -> WebhookHolder {
    let id = try id("webhook")
    return parameters["token"] == nil ? .manager(id) : .token(id, secret: webhookSecret)
  }

  private func modifyWebhook() throws(RESTError) -> RESTPlan {
    var form = try form()
    var changes = WebhookChanges()
    changes.name = form.change("name") { $0.string($1) }
    changes.channelID = form.change("channel_id") { $0.snowflake($1) }
    let avatar = form.clearable("avatar") { $0.picture($1) }
    if case .set(nil) = avatar { changes.avatar = .set(nil) }
    try form.check()
    let holder = try holder()
    // Nothing is kept for whoever guesses.
    if case .token(_, nil) = holder { throw .invalidWebhookToken }
    return RESTCall.plan(.webhook(.modify(holder, changes)), with: avatar)
  }

  private func messagePlan() throws(RESTError) -> RESTPlan {
    switch route {
    case .executeWebhook:
      var form = try form()
      var draft = WebhookDraft(message: self.draft(&form, mentions: .usersOnly))
      draft.username = form.string("username")
      // Checked, not fetched: the webhook's own picture is shown.
      _ = form.string("avatar_url")
      draft.hasComponents = queryFlag("with_components")
      try form.check()
      return .ask(.webhook(.execute(try webhookTarget(), draft)))
    case .executeSlackWebhook:
      var form = try form()
      let draft = SlackMessage.draft(&form)
      try form.check()
      return .ask(.webhook(.execute(try webhookTarget(), draft)))
    case .executeGitHubWebhook:
      guard webhookSecret != nil else { throw .invalidWebhookToken }
      let form = try form()
      guard let draft = GitHubMessage.draft(request.header("x-github-event") ?? "", form) else {
        return .respond(.noContent)
      }
      return .ask(.webhook(.execute(try webhookTarget(), draft)))
    case .modifyWebhookMessage:
      var form = try form()
      let changes = self.messageChanges(&form, mentions: .usersOnly)
      try form.check()
      return .ask(.webhook(.editMessage(try webhookTarget(), changes)))
    case .deleteWebhookMessage: return .ask(.webhook(.deleteMessage(try webhookTarget())))
    default: return .ask(.webhook(.message(try webhookTarget())))
    }
  }

  private func webhookTarget() throws(RESTError) -> WebhookTarget {
    let isOriginal = parameters["message"] == nil || parameters["message"] == "@original"
    var target = WebhookTarget(webhook: try id("webhook"), token: parameters["token"] ?? "")
    target.secret = webhookSecret
    target.message = isOriginal ? nil : try id("message")
    return target
  }
}

extension WebhookCommand {
  /// The same change with the picture that was kept for it.
  func with(picture: String) -> WebhookCommand {
    switch self {
    case .create(let channel, let name, _): return .create(channel: channel, name: name, avatar: picture)
    case .modify(let holder, var changes):
      changes.avatar = .set(picture)
      return .modify(holder, changes)
    default: return self
    }
  }
}
