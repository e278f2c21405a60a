import Base
import ChatCore
import JSON

/// One chat event on its way to many sessions: encoded once for those that may read it, and at most once
/// more, without the text, for those that may not.
struct Dispatch {
  /// The intent that a session needs; empty when it needs none.
  let intent: Intents
  /// The user whose sessions receive it whatever their intents.
  let exempt: Snowflake?
  private let event: EncodedEvent
  private let message: MessageView?
  private let name: String
  private var redacted: EncodedEvent?

  /// Encodes what `payload` tells; `nil` for what no session is sent, or not in the same form as another.
  init?(_ payload: Payload) {
    guard let plan = Dispatch.plan(payload) else { return nil }
    name = plan.name
    intent = Dispatch.isPrivate(payload) ? plan.intent.inPrivate : plan.intent
    exempt = Dispatch.exempt(payload)
    event = EncodedEvent(plan.name) { Dispatch.write(payload, to: &$0) }
    switch payload {
    case .messageCreate(let view), .messageUpdate(let view): message = view
    default: message = nil
    }
  }

  /// What `session` is sent; `nil` when it did not subscribe to this.
  mutating func event(for session: borrowing GatewaySession) -> EncodedEvent? {
    guard session.intents.isSuperset(of: intent) || session.user == exempt else { return nil }
    guard let message, !Dispatch.mayRead(message, session) else { return event }
    if let redacted { return redacted }
    let made = EncodedEvent(name) { $0.message(message, .redactedEvent) }
    redacted = made
    return made
  }

  /// Whether it happened in a private channel: other intents ask for it then.
  private static func isPrivate(_ payload: Payload) -> Bool {
    switch payload {
    case .messageCreate(let view), .messageUpdate(let view): view.message.guildID == .noGuild
    case .messageDelete(let guild, _, _), .messagesDelete(let guild, _, _),
      .reactionsClear(let guild, _, _, _), .pinsUpdate(let guild, _, _):
      guild == .noGuild
    case .reactionAdd(let event, _), .reactionRemove(let event): event.guildID == .noGuild
    case .typing(_, _, let member, _): member == nil
    default: false
    }
  }

  /// Own and private messages and those that mention the session's user are readable without MESSAGE_CONTENT.
  private static func mayRead(_ view: MessageView, _ session: borrowing GatewaySession) -> Bool {
    session.intents.contains(.messageContent) || view.author.id == session.user
      || view.message.guildID == .noGuild
      || view.message.mentions.contains(session.user)
  }

  private static func exempt(_ payload: Payload) -> Snowflake? {
    switch payload {
    case .memberUpdate(let view): view.user.id
    case .voiceStateUpdate(let view): view.state.userID
    case .thread(let event): event.exempt
    default: nil
    }
  }

  private static func plan(_ payload: Payload) -> (name: String, intent: Intents)? {
    switch payload {
    case .guildCreate, .voiceServerNeeded, .linksPosted, .tokensRevoked, .tokenRevoked, .interaction(.posted):
      nil
    case .guildUpdate: ("GUILD_UPDATE", .guilds)
    case .guildDelete: ("GUILD_DELETE", .guilds)
    case .roleCreate: ("GUILD_ROLE_CREATE", .guilds)
    case .roleUpdate: ("GUILD_ROLE_UPDATE", .guilds)
    case .roleDelete: ("GUILD_ROLE_DELETE", .guilds)
    case .channelCreate: ("CHANNEL_CREATE", .guilds)
    case .channelUpdate: ("CHANNEL_UPDATE", .guilds)
    case .channelDelete: ("CHANNEL_DELETE", .guilds)
    case .thread(let event): event.plan
    case .memberAdd: ("GUILD_MEMBER_ADD", .guildMembers)
    case .memberUpdate: ("GUILD_MEMBER_UPDATE", .guildMembers)
    case .memberRemove: ("GUILD_MEMBER_REMOVE", .guildMembers)
    case .banAdd: ("GUILD_BAN_ADD", .guildModeration)
    case .banRemove: ("GUILD_BAN_REMOVE", .guildModeration)
    case .auditEntry: ("GUILD_AUDIT_LOG_ENTRY_CREATE", .guildModeration)
    case .userUpdate: ("USER_UPDATE", [])
    case .inviteCreate: ("INVITE_CREATE", .guildInvites)
    case .inviteDelete: ("INVITE_DELETE", .guildInvites)
    case .messageCreate: ("MESSAGE_CREATE", .guildMessages)
    case .messageUpdate: ("MESSAGE_UPDATE", .guildMessages)
    case .messageDelete: ("MESSAGE_DELETE", .guildMessages)
    case .messagesDelete: ("MESSAGE_DELETE_BULK", .guildMessages)
    case .reactionAdd: ("MESSAGE_REACTION_ADD", .guildMessageReactions)
    case .reactionRemove: ("MESSAGE_REACTION_REMOVE", .guildMessageReactions)
    case .reactionsClear(_, _, _, nil): ("MESSAGE_REACTION_REMOVE_ALL", .guildMessageReactions)
    case .reactionsClear: ("MESSAGE_REACTION_REMOVE_EMOJI", .guildMessageReactions)
    case .pinsUpdate: ("CHANNEL_PINS_UPDATE", .guilds)
    case .privateChannelCreate: ("CHANNEL_CREATE", [])
    case .privateChannelDelete: ("CHANNEL_DELETE", [])
    case .interactionCreate, .interactionStarted: ("INTERACTION_CREATE", [])
    case .interactionSuccess: ("INTERACTION_SUCCESS", [])
    case .interaction: ("INTERACTION_FAILURE", [])
    case .autocompletion: ("APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE", [])
    case .modal: ("INTERACTION_MODAL_CREATE", [])
    case .typing: ("TYPING_START", .guildMessageTyping)
    case .personal(let event): (event.name, [])
    case .webhook(.updated): ("WEBHOOKS_UPDATE", .guildWebhooks)
    case .voiceStateUpdate: ("VOICE_STATE_UPDATE", .guildVoiceStates)
    }
  }

  private static func write(_ payload: Payload, to writer: inout JSONWriter) {
    switch payload {
    case .guildCreate, .voiceServerNeeded, .linksPosted, .tokensRevoked, .tokenRevoked: break
    case .guildUpdate(let guild): writer.guild(guild)
    case .guildDelete(let guild): writer.field("id", guild)
    case .roleCreate(let guild, let role), .roleUpdate(let guild, let role):
      writer.field("guild_id", guild)
      writer.object("role") { $0.role(role) }
    case .roleDelete(let guild, let role):
      writer.field("guild_id", guild)
      writer.field("role_id", role)
    case .channelCreate(let channel), .channelUpdate(let channel), .channelDelete(let channel):
      writer.channel(channel)
    case .thread(let event): writer.threadEvent(event)
    case .memberAdd(let view), .memberUpdate(let view):
      writer.field("guild_id", view.member.guildID)
      writer.member(view)
    case .memberRemove(let guild, let user), .banAdd(let guild, let user),
      .banRemove(let guild, let user):
      writer.field("guild_id", guild)
      writer.object("user") { $0.user(user) }
    case .auditEntry(let entry): writer.auditEntry(entry, guild: entry.guildID)
    case .userUpdate(let account): writer.selfUser(account)
    case .inviteCreate(let view): writer.inviteCreated(view)
    case .inviteDelete(let guild, let channel, let code):
      writer.field("channel_id", channel)
      writer.field("guild_id", guild)
      writer.field("code", code)
    case .messageCreate(let view), .messageUpdate(let view): writer.message(view, .event)
    case .messageDelete(let guild, let channel, let message):
      writer.field("id", message)
      writer.field("channel_id", channel)
      writer.place(guild)
    case .messagesDelete(let guild, let channel, let messages):
      writer.array("ids") { for id in messages { $0.element(id) } }
      writer.field("channel_id", channel)
      writer.place(guild)
    case .reactionAdd(let event, let member): writer.reactionEvent(event, member: member)
    case .reactionRemove(let event): writer.reactionEvent(event, member: nil)
    case .reactionsClear(let guild, let channel, let message, let emoji):
      writer.field("channel_id", channel)
      writer.place(guild)
      writer.field("message_id", message)
      if let emoji { writer.object("emoji") { $0.emoji(emoji) } }
    case .pinsUpdate(let guild, let channel, let last):
      writer.place(guild)
      writer.field("channel_id", channel)
      writer.field("last_pin_timestamp", last.map(ISO8601.text))
    case .typing(let channel, let user, let member, let time):
      writer.field("channel_id", channel)
      if let member { writer.field("guild_id", member.member.guildID) }
      writer.field("user_id", user)
      writer.field("timestamp", time.milliseconds / 1_000)
      if let member { writer.object("member") { $0.member(member) } }
    case .interactionCreate(let view): writer.interaction(view)
    case .interactionStarted(let id, let nonce), .interactionSuccess(let id, let nonce):
      writer.field("id", id)
      writer.mark(nonce)
    case .interaction(.failure(let id, let nonce)):
      writer.field("id", id)
      writer.mark(nonce)
    case .interaction(.posted): break
    case .autocompletion(let choices, let nonce):
      writer.field("choices", JSONValue(.list(choices)))
      writer.mark(nonce)
    case .modal(let id, let channel, let application, let modal, let nonce):
      writer.field("id", id)
      writer.field("channel_id", channel)
      for value in modal.fields ?? [] { writer.field(named: value.key, JSONValue(value.value)) }
      writer.object("application") {
        $0.field("id", application.id)
        $0.field("name", application.name)
      }
      writer.mark(nonce)
    case .privateChannelCreate(let view), .privateChannelDelete(let view): writer.privateChannel(view)
    case .personal(let event): writer.personal(event)
    case .webhook(let event): writer.webhookEvent(event)
    case .voiceStateUpdate(let view): writer.voiceState(view)
    }
  }
}
