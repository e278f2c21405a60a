/// Messages, commands and interactions as answers carry them; the writers are in Signaling/Objects.
extension Schema {
  static let message = reference("Message")
  static let embed = reference("Embed")
  static let command = reference("Command")
  static let interactionResult = reference("InteractionResult")

  static let writings: [String: Schema] = [
    "Message": messageFields, "Embed": embedFields, "Command": commandFields,
    "InteractionResult": interactionResultFields,
  ]

  private static let messageFields: Schema = [
    "id": snowflake, "channel_id": snowflake, "author": user, "content": string, "timestamp": time,
    "edited_timestamp": time.orNull, "tts": bool, "mention_everyone": bool, "mentions": list(user),
    "mention_roles": list(snowflake), "attachments": list(attachment), "embeds": list(embed),
    "components": list(anything), "pinned": bool, "type": integer, "flags": integer,
    "reactions?": list([
      "count": integer, "count_details": ["burst": integer, "normal": integer], "me": bool,
      "me_burst": bool, "emoji": emoji, "burst_colors": list(anything),
    ]),
    "nonce?": either([string, integer]),
    "message_reference?": [
      "type": oneOf(0, 1), "channel_id": snowflake, "message_id?": snowflake, "guild_id?": snowflake,
    ],
    "message_snapshots?": list(["message": anything]), "referenced_message?": message.orNull,
    "webhook_id?": snowflake, "application_id?": snowflake, "interaction_metadata?": map(anything),
    "interaction?": map(anything),
    "position?": integer, "thread?": thread,
  ]

  private static let emoji: Schema = ["id": snowflake.orNull, "name": string.orNull]

  private static let attachment: Schema = [
    "id": snowflake, "filename": string, "size": integer, "url": string, "proxy_url": string,
    "content_type?": string, "description?": string, "width?": integer, "height?": integer,
    "duration_secs?": number, "waveform?": string, "flags": integer,
  ]

  private static let embedFields: Schema = [
    "type": string, "title?": string, "description?": string, "url?": string, "timestamp?": time,
    "color?": color, "footer?": ["text": string, "icon_url?": string, "proxy_icon_url?": string],
    "image?": ["url": string, "proxy_url?": string], "provider?": ["name": string, "url?": string],
    "thumbnail?": ["url": string, "proxy_url?": string, "width?": integer, "height?": integer],
    "author?": ["name": string, "url?": string, "icon_url?": string, "proxy_icon_url?": string],
    "fields?": list(["name": string, "value": string, "inline": bool]),
  ]

  private static let commandFields: Schema = [
    "id": snowflake, "application_id": snowflake, "version": snowflake, "guild_id?": snowflake,
    "type": oneOf(1, 2, 3), "name": string, "name_localizations": map(anything).orNull,
    "description": string, "description_localizations": map(anything).orNull, "options": list(anything),
    "default_member_permissions": permissions.orNull, "dm_permission": bool,
    "contexts": list(integer).orNull, "integration_types": list(integer), "nsfw": bool,
  ]

  private static let interactionResultFields: Schema = [
    "interaction": [
      "id": snowflake, "type": oneOf(1, 2, 3, 4, 5), "response_message_id?": snowflake,
      "response_message_loading?": bool, "response_message_ephemeral?": bool,
    ],
    "resource?": ["type": integer, "message?": message],
  ]
}
