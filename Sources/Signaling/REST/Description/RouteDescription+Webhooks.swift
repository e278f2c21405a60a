import ChatCore

/// Webhooks, followers of announcement channels, and what bots answer to interactions under the same paths.
extension RouteDescription {
  static let webhooks: [RESTRoute: RouteDescription] = [
    .createWebhook: .init(
      "Makes a webhook", body: .json(["name": name, "avatar?": Schema.picture.orNull]), .ok(webhook)),
    .getChannelWebhooks: .init("A channel's webhooks", .ok(.list(webhook))),
    .getGuildWebhooks: .init(
      "Webhooks of the channels whose webhooks the account manages", .ok(.list(webhook))),
    .followChannel: .init(
      "Copies what an announcement channel publishes to another channel",
      body: .json(["webhook_channel_id": .snowflake]),
      .ok(["channel_id": .snowflake, "webhook_id": .snowflake])),
    .getWebhook: .init("A webhook", .ok(webhook)),
    .modifyWebhook: .init("Changes or moves a webhook", body: .json(changes), .ok(webhook)),
    .deleteWebhook: .init("Deletes a webhook", .done),
    .getWebhookWithToken: .init("A webhook, to whoever has its token", .ok(webhook)),
    .modifyWebhookWithToken: .init(
      "Changes a webhook, by its token", body: .json(["name?": name, "avatar?": Schema.picture.orNull]),
      .ok(webhook)),
    .deleteWebhookWithToken: .init("Deletes a webhook, by its token", .done),
    .executeWebhook: .init(
      "Says something as a webhook; with an interaction's token, one more answer to it",
      query: ["wait": .bool, "with_components": .bool],
      body: .form(
        .object(
          newMessage,
          with: ["username?": .string(0...Limits.webhookNameLength), "avatar_url?": .string])),
      .ok(.message), .done),
    .executeSlackWebhook: .init(
      "Says something that is written for Slack; answers `ok`", query: ["wait": .bool],
      body: .json([
        "text?": .string, "username?": .string(0...Limits.webhookNameLength),
        "attachments?": .list(slackAttachment, 0...Limits.embedsPerMessage),
      ]), .empty(200)),
    .executeGitHubWebhook: .init(
      "Says what GitHub tells; the event's name is in `X-GitHub-Event`", query: ["wait": .bool],
      body: .json(["action?": .string]), .done),
    .getWebhookMessage: .init(
      "A message of a webhook or of an interaction; `@original` is the first answer", .ok(.message)),
    .modifyWebhookMessage: .init(
      "Changes a message of a webhook or of an interaction", body: .form(messageChanges), .ok(.message)),
    .deleteWebhookMessage: .init("Deletes a message of a webhook or of an interaction", .done),
  ]

  private static let name = Schema.string(1...Limits.webhookNameLength)

  private static let changes: Schema = [
    "name?": name, "avatar?": Schema.picture.orNull, "channel_id?": .snowflake,
  ]

  private static let slackAttachment: Schema = [
    "pretext?": .string, "title?": .string(0...Limits.embedNameLength), "title_link?": .string,
    "text?": .string, "color?": .string, "author_name?": .string(0...Limits.embedNameLength),
    "fields?": .list(["title": .string, "value": .string, "short?": .bool], 0...Limits.embedFields),
    "image_url?": .string, "thumb_url?": .string, "footer?": .string, "ts?": .integer,
  ]

  private static let webhook: Schema = [
    "id": .snowflake, "type": .oneOf(1, 2), "guild_id": .snowflake, "channel_id": .snowflake,
    "name": .string, "avatar": Schema.string.orNull, "application_id": Schema.snowflake.orNull,
    "user?": .user, "token?": .string, "url?": .string,
    "source_guild?": ["id": .snowflake, "name": .string, "icon": Schema.string.orNull],
    "source_channel?": ["id": .snowflake, "name": .string],
  ]
}
