import Base
import ChatCore
import JSON

/// Message, reaction and voice state objects; each writes the fields into an object that is open.
extension JSONWriter {
  /// Where a message is written, and what is shown of it.
  enum MessageForm {
    /// In an answer of REST.
    case rest
    /// In a dispatch: with guild and member.
    case event
    /// In a dispatch to a bot that may not read it: without what the author wrote.
    case redactedEvent

    fileprivate var isEvent: Bool { self != .rest }
  }

  /// The fields of a message.
  mutating func message(_ view: MessageView, _ form: MessageForm) {
    let message = view.message
    field("id", message.id)
    field("channel_id", message.channelID)
    object("author") { $0.user(view.author) }
    if let webhook = message.webhook {
      field("webhook_id", message.authorID)
      if let id = webhook.applicationID { field("application_id", id) }
    }
    field("content", form == .redactedEvent ? "" : message.content)
    field("timestamp", ISO8601.text(message.id.time))
    field("edited_timestamp", message.editedAt.map(ISO8601.text))
    field("tts", message.isTTS)
    field("mention_everyone", message.mentionsEveryone)
    array("mentions") {
      for mention in view.mentions {
        $0.object {
          $0.user(mention.user)
          if form.isEvent, let member = mention.member { $0.object("member") { $0.partialMember(member) } }
        }
      }
    }
    array("mention_roles") { for role in message.mentionedRoles { $0.element(role) } }
    array("attachments") {
      guard form != .redactedEvent else { return }
      for attachment in message.attachments { $0.object { $0.attachment(attachment) } }
    }
    array("embeds") {
      guard form != .redactedEvent else { return }
      for embed in message.shownEmbeds { $0.object { $0.embed(embed) } }
    }
    field(
      "components", JSONValue(.list(form == .redactedEvent ? [] : message.components)))
    interactionMetadata(view)
    field("pinned", message.pinnedAt != nil)
    field("type", message.kind.rawValue)
    field("flags", message.flags.rawValue)
    if !view.reactions.isEmpty {
      array("reactions") { for reaction in view.reactions { $0.object { $0.reaction(reaction) } } }
    }
    if let position = message.position { field("position", position) }
    if let thread = view.thread { object("thread") { $0.thread(thread, member: nil) } }
    mark(message.nonce)
    reference(view, form)
    guard form.isEvent else { return }
    place(message.guildID)
    if let member = view.authorMember { object("member") { $0.partialMember(member) } }
  }

  /// The fields of an attachment.
  private mutating func attachment(_ attachment: Attachment) {
    let file = attachment.file
    field("id", attachment.id)
    field("filename", attachment.filename)
    field("size", file.size)
    field("url", attachment.url)
    field("proxy_url", attachment.proxyURL)
    if let type = file.contentType { field("content_type", type) }
    if let description = attachment.description { field("description", description) }
    if let width = file.width, let height = file.height {
      field("width", width)
      field("height", height)
    }
    if let recording = attachment.recording {
      field("duration_secs", recording.seconds)
      field("waveform", recording.waveform)
    }
    // IS_SPOILER.
    field("flags", attachment.isSpoiler ? 1 << 3 : 0)
    field("content_scan_version", 0)
  }

  private mutating func reference(_ view: MessageView, _ form: MessageForm) {
    let message = view.message
    if let reference = message.reference {
      object("message_reference") {
        $0.field("type", message.snapshot == nil ? 0 : 1)
        $0.field("channel_id", reference.channelID)
        if let id = reference.messageID { $0.field("message_id", id) }
        $0.place(reference.guildID ?? message.guildID)
      }
    }
    if let snapshot = message.snapshot {
      array("message_snapshots") {
        $0.object {
          $0.object("message") { $0.snapshot(snapshot, view.snapshotMentions, form) }
        }
      }
    }
    switch view.referenced {
    case .none: break
    case .deleted: null("referenced_message")
    case .message(let referenced):
      object("referenced_message") { $0.message(referenced, form == .redactedEvent ? .redactedEvent : .rest) }
    }
  }

  private mutating func snapshot(
    _ snapshot: MessageSnapshot, _ mentions: [User], _ form: MessageForm
  ) {
    field("type", snapshot.kind.rawValue)
    field("content", form == .redactedEvent ? "" : snapshot.content)
    field("timestamp", ISO8601.text(snapshot.id.time))
    field("edited_timestamp", snapshot.editedAt.map(ISO8601.text))
    field("flags", snapshot.flags.rawValue)
    array("mentions") { for user in mentions { $0.object { $0.user(user) } } }
    array("mention_roles") { for role in snapshot.mentionedRoles { $0.element(role) } }
    array("attachments") {
      guard form != .redactedEvent else { return }
      for attachment in snapshot.attachments { $0.object { $0.attachment(attachment) } }
    }
    array("embeds") {
      guard form != .redactedEvent else { return }
      for embed in snapshot.embeds { $0.object { $0.embed(embed) } }
    }
    array("components") { _ in }
  }

  private mutating func reaction(_ reaction: ReactionCount) {
    field("count", reaction.count)
    object("count_details") {
      $0.field("burst", 0)
      $0.field("normal", reaction.count)
    }
    field("me", reaction.isMine)
    field("me_burst", false)
    object("emoji") { $0.emoji(reaction.emoji) }
    array("burst_colors") { _ in }
  }

  /// The fields of a reaction's emoji.
  mutating func emoji(_ emoji: ReactionEmoji) {
    field("id", emoji.id)
    field("name", emoji.name)
  }

  /// The fields of MESSAGE_REACTION_ADD and, without a member, MESSAGE_REACTION_REMOVE.
  mutating func reactionEvent(_ event: ReactionEvent, member: MemberView?) {
    field("user_id", event.userID)
    field("channel_id", event.channelID)
    field("message_id", event.messageID)
    place(event.guildID)
    field("message_author_id", event.messageAuthorID)
    if let member { object("member") { $0.member(member) } }
    object("emoji") { $0.emoji(event.emoji) }
    field("burst", false)
    field("type", 0)
  }

  /// The fields of a voice state without guild and member, as GUILD_CREATE carries it.
  mutating func voiceState(_ state: VoiceState) {
    field("channel_id", state.channelID)
    field("user_id", state.userID)
    field("session_id", state.sessionID)
    field("deaf", state.isDeafened)
    field("mute", state.isMuted)
    field("self_deaf", state.isSelfDeafened)
    field("self_mute", state.isSelfMuted)
    field("self_stream", false)
    field("self_video", state.isSelfVideo)
    field("suppress", state.isSuppressed)
    field("request_to_speak_timestamp", state.requestedToSpeakAt.map(ISO8601.text))
  }

  /// The fields of VOICE_STATE_UPDATE.
  mutating func voiceState(_ view: VoiceStateView) {
    field("guild_id", view.state.guildID)
    voiceState(view.state)
    object("member") { $0.member(view.member) }
  }
}
