import Base
import ChatCore
import JSON

/// Interaction objects; each writes the fields into an object that is open.
extension JSONWriter {
  /// Discord's default limit of a file, which libraries want to know.
  private static let fileSizeMax = 10_485_760

  /// The fields of INTERACTION_CREATE as the bot gets it.
  mutating func interaction(_ view: InteractionView) {
    field("id", view.id)
    field("application_id", view.applicationID)
    field("type", view.kind.rawValue)
    field("token", view.token)
    field("version", 1)
    object("data") { $0.interactionData(view) }
    if let guild = view.guild {
      field("guild_id", guild.id)
      object("guild") {
        $0.field("id", guild.id)
        $0.field("locale", guild.settings.locale)
        $0.array("features") { for feature in guild.settings.features { $0.element(feature) } }
      }
      field("guild_locale", guild.settings.locale)
    }
    field("channel_id", view.channel.id)
    object("channel") { $0.interactionChannel(view) }
    if let member = view.member {
      object("member") {
        $0.member(MemberView(user: view.user, member: member))
        $0.field("permissions", view.permissions)
      }
    } else {
      object("user") { $0.user(view.user) }
    }
    if let message = view.message { object("message") { $0.message(message, .rest) } }
    field("app_permissions", view.botPermissions)
    field("locale", "en-US")
    array("entitlements") { _ in }
    object("authorizing_integration_owners") { $0.field("0", view.guild?.id ?? Snowflake(rawValue: 0)) }
    field("context", view.guild == nil ? 1 : 0)
    field("attachment_size_limit", JSONWriter.fileSizeMax)
  }

  private mutating func interactionChannel(_ view: InteractionView) {
    if view.channel.kind.isPrivate {
      privateChannel(PrivateChannelView(channel: view.channel, recipients: [view.user]))
    } else {
      channel(view.channel)
    }
    field("permissions", view.permissions)
  }

  private mutating func interactionData(_ view: InteractionView) {
    for value in view.data.fields ?? [] { field(named: value.key, JSONValue(value.value)) }
    guard !view.resolved.isEmpty else { return }
    let resolved = view.resolved
    object("resolved") {
      $0.named("users", resolved.users, id: \.id) { $0.user($1) }
      $0.named("members", resolved.members, id: \.userID) {
        $0.partialMember($1)
        $0.field("permissions", view.permissions)
      }
      $0.named("roles", resolved.roles, id: \.id) { $0.role($1) }
      $0.named("channels", resolved.channels, id: \.id) {
        $0.channel($1)
        $0.field("permissions", view.permissions)
      }
      $0.named("messages", resolved.messages, id: \.message.id) { $0.message($1, .rest) }
    }
  }

  /// Objects by their ids; left out when there are none.
  private mutating func named<Value>(
    _ key: StaticString, _ values: [Value], id: (Value) -> Snowflake,
    _ write: (inout JSONWriter, Value) -> Void
  ) {
    guard !values.isEmpty else { return }
    object(key) {
      for value in values {
        $0.object(named: id(value).description) { write(&$0, value) }
      }
    }
  }

  /// The fields of the answer to a callback that asked for one.
  mutating func interactionResult(_ result: InteractionResult) {
    object("interaction") {
      $0.field("id", result.id)
      $0.field("type", result.kind.rawValue)
      guard let message = result.message?.message else { return }
      $0.field("response_message_id", message.id)
      $0.field("response_message_loading", message.flags.contains(.loading))
      $0.field("response_message_ephemeral", message.flags.contains(.ephemeral))
    }
    object("resource") {
      $0.field("type", result.type)
      if let message = result.message { $0.object("message") { $0.message(message, .rest) } }
    }
  }

  /// The fields of a message that tell which interaction it answers.
  mutating func interactionMetadata(_ view: MessageView) {
    guard let metadata = view.message.interaction, let user = view.interactionUser else { return }
    field("application_id", view.message.authorID)
    object("interaction_metadata") {
      $0.field("id", metadata.id)
      $0.field("type", metadata.kind.rawValue)
      $0.object("user") { $0.user(user) }
      $0.object("authorizing_integration_owners") { $0.field("0", view.message.guildID) }
      if let name = metadata.name { $0.field("name", name) }
      if let id = metadata.messageID { $0.field("interacted_message_id", id) }
    }
    guard let name = metadata.name else { return }
    // Older libraries read this one.
    object("interaction") {
      $0.field("id", metadata.id)
      $0.field("type", metadata.kind.rawValue)
      $0.field("name", name)
      $0.object("user") { $0.user(user) }
    }
  }

  /// A client's mark in the type that it was sent with; left out when there was none.
  mutating func mark(_ nonce: Nonce?) {
    switch nonce {
    case .text(let text)?: field("nonce", text)
    case .integer(let number)?: field("nonce", number)
    case nil: break
    }
  }
}
