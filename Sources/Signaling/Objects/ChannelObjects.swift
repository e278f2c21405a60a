import Base
import ChatCore
import JSON

/// Channel and invite objects; each writes the fields into an object that is open.
extension JSONWriter {
  /// The fields of a guild's channel.
  mutating func channel(_ channel: Channel) {
    if channel.kind.isThread { return thread(channel, member: nil) }
    field("id", channel.id)
    field("type", channel.kind.rawValue)
    field("guild_id", channel.guildID)
    field("name", channel.name)
    field("position", channel.position)
    array("permission_overwrites") {
      for overwrite in channel.overwrites { $0.object { $0.overwrite(overwrite) } }
    }
    field("nsfw", channel.isNSFW)
    field("parent_id", channel.parentID)
    field("flags", channel.flags.rawValue)
    switch channel.kind {
    case .text, .announcement: textFields(channel)
    case .forum, .media:
      textFields(channel)
      forumFields(channel)
    case .voice, .stage: voiceFields(channel)
    case .category, .direct, .group, .publicThread, .privateThread, .announcementThread: break
    }
  }

  /// The fields of a private channel.
  mutating func privateChannel(_ view: PrivateChannelView) {
    field("id", view.channel.id)
    field("type", view.channel.kind.rawValue)
    field("last_message_id", view.channel.lastMessageID)
    field("last_pin_timestamp", view.channel.lastPinAt.map(ISO8601.text))
    field("flags", 0)
    if let group = view.channel.group {
      field("name", view.channel.name.isEmpty ? nil : view.channel.name)
      field("icon", group.icon.map(Picture.name))
      field("owner_id", group.ownerID)
      array("nicks") { _ in }
    }
    array("recipients") { for user in view.recipients { $0.object { $0.user(user) } } }
  }

  /// The guild of something that may be in none: left out then, since null makes libraries fail.
  mutating func place(_ guild: Snowflake) {
    if guild != .noGuild { field("guild_id", guild) }
  }

  private mutating func overwrite(_ overwrite: PermissionOverwrite) {
    field("id", overwrite.id)
    field("type", overwrite.target.rawValue)
    field("allow", overwrite.allow)
    field("deny", overwrite.deny)
  }

  private mutating func textFields(_ channel: Channel) {
    field("topic", channel.topic)
    field("last_message_id", channel.lastMessageID)
    field("rate_limit_per_user", channel.rateLimitPerUser)
    threadSettings(channel.threadSettings)
    field("last_pin_timestamp", channel.lastPinAt.map(ISO8601.text))
  }

  private mutating func voiceFields(_ channel: Channel) {
    field("bitrate", channel.bitrate)
    field("user_limit", channel.userLimit)
    null("rtc_region")
    field("video_quality_mode", 1)
    field("last_message_id", channel.lastMessageID)
    field("rate_limit_per_user", channel.rateLimitPerUser)
    field("topic", channel.topic)
    null("status")
  }

  /// The fields of an invite, as everybody who knows the code sees it.
  mutating func invite(_ view: InviteView) {
    field("type", 0)
    field("code", view.invite.code)
    object("guild") { $0.inviteGuild(view.guild) }
    field("guild_id", view.guild.id)
    object("channel") {
      $0.field("id", view.channel.id)
      $0.field("type", view.channel.kind.rawValue)
      $0.field("name", view.channel.name)
    }
    if let inviter = view.inviter { object("inviter") { $0.user(inviter) } }
    field("expires_at", view.invite.expiresAt.map(ISO8601.text))
    field("flags", 0)
    field("approximate_member_count", view.memberCount)
    field("approximate_presence_count", view.memberCount)
  }

  private mutating func inviteGuild(_ guild: Guild) {
    field("id", guild.id)
    field("name", guild.name)
    null("splash")
    null("banner")
    field("description", guild.settings.description)
    field("icon", guild.icon.map(Picture.name))
    array("features") { for feature in guild.settings.features { $0.element(feature) } }
    field("verification_level", guild.settings.verificationLevel)
    null("vanity_url_code")
    field("nsfw_level", 0)
    field("nsfw", false)
    field("premium_subscription_count", 0)
    field("premium_tier", 0)
  }

  /// What those who may manage an invite also see.
  mutating func inviteMetadata(_ invite: Invite) {
    field("uses", invite.uses)
    field("max_uses", invite.maxUses)
    field("max_age", invite.maxAge)
    field("temporary", invite.isTemporary)
    field("created_at", ISO8601.text(invite.createdAt))
  }

  /// The fields of INVITE_CREATE.
  mutating func inviteCreated(_ view: InviteView) {
    field("channel_id", view.channel.id)
    field("guild_id", view.guild.id)
    field("code", view.invite.code)
    if let inviter = view.inviter { object("inviter") { $0.user(inviter) } }
    inviteMetadata(view.invite)
    field("expires_at", view.invite.expiresAt.map(ISO8601.text))
    field("type", 0)
    field("flags", 0)
  }
}
