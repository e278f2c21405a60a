import Base
import ChatCore
import JSON

/// User, member, role and application objects; each writes the fields into an object that is open.
extension JSONWriter {
  /// The fields of a user, as everybody sees it.
  mutating func user(_ user: User) {
    field("id", user.id)
    field("username", user.username)
    field("discriminator", user.isBot ? "0000" : "0")
    field("global_name", user.globalName)
    field("avatar", user.avatar.map(Picture.name))
    field("bot", user.isBot)
    field("system", false)
    null("banner")
    null("accent_color")
    field("public_flags", 0)
    field("flags", 0)
    null("avatar_decoration_data")
    null("collectibles")
    null("primary_guild")
  }

  /// The fields of a user, as it sees itself.
  mutating func selfUser(_ account: SelfUser) {
    user(account.user)
    field("mfa_enabled", account.hasSecondFactor)
    field("locale", "en-US")
    field("verified", true)
    field("email", account.email)
    field("premium_type", 0)
    guard !account.user.isBot else { return }
    null("phone")
    field("bio", "")
    field("nsfw_allowed", true)
    array("linked_users") { _ in }
  }

  /// The fields of a member without its user, as messages carry it.
  mutating func partialMember(_ member: Member) {
    field("nick", member.nick)
    null("avatar")
    null("banner")
    array("roles") { for role in member.roles { $0.element(role) } }
    field("joined_at", ISO8601.text(member.joinedAt))
    null("premium_since")
    field("deaf", member.isDeafened)
    field("mute", member.isMuted)
    field("flags", 0)
    field("pending", false)
    field("communication_disabled_until", member.timedOutUntil.map(ISO8601.text))
    null("avatar_decoration_data")
    null("collectibles")
  }

  /// The fields of a member.
  mutating func member(_ view: MemberView) {
    object("user") { $0.user(view.user) }
    partialMember(view.member)
  }

  /// The fields of a ban.
  mutating func ban(_ view: BanView) {
    field("reason", view.ban.reason)
    object("user") { $0.user(view.user) }
  }

  /// The fields of a role.
  mutating func role(_ role: Role) {
    field("id", role.id)
    field("name", role.name)
    field("color", role.color)
    object("colors") {
      $0.field("primary_color", role.color)
      $0.field("secondary_color", role.secondaryColor)
      $0.field("tertiary_color", role.tertiaryColor)
    }
    field("hoist", role.isHoisted)
    null("icon")
    field("unicode_emoji", role.unicodeEmoji)
    field("position", role.position)
    field("permissions", role.permissions)
    field("managed", role.isManaged)
    field("mentionable", role.isMentionable)
    field("flags", 0)
    // Left out rather than null: null means true inside, and crashes libraries outside.
    if let bot = role.botID { object("tags") { $0.field("bot_id", bot) } }
  }

  /// A number, or null.
  mutating func field(_ key: StaticString, _ number: Int?) {
    if let number { field(key, number) } else { null(key) }
  }

  /// A permission mask: a decimal string everywhere.
  mutating func field(_ key: StaticString, _ permissions: Permissions) {
    field(key, String(permissions.rawValue))
  }

  /// The fields of a bot's application, as `GET /oauth2/applications/@me` answers.
  mutating func application(_ application: Application, owner: User?, guildCount: Int) {
    field("id", application.id)
    field("name", application.name)
    null("icon")
    field("description", application.description)
    field("summary", "")
    null("type")
    field("bot_public", false)
    field("bot_require_code_grant", false)
    field("verify_key", application.verifyKey)
    field("flags", application.flags)
    field("hook", true)
    field("is_monetized", false)
    let bot = User(id: application.id, username: application.name, globalName: nil, isBot: true)
    // Libraries require an owner; the bot itself stands in when the operator made it.
    object("owner") { $0.user(owner ?? bot) }
    object("bot") { $0.user(bot) }
    null("team")
    for key in JSONWriter.emptyApplicationLists { array(key) { _ in } }
    null("terms_of_service_url")
    null("privacy_policy_url")
    null("guild_id")
    null("primary_sku_id")
    null("slug")
    null("cover_image")
    field("approximate_guild_count", guildCount)
    field("approximate_user_install_count", 0)
    field("interactions_endpoint_url", application.interactionsEndpoint)
    null("event_webhooks_url")
    field("event_webhooks_status", 1)
    object("integration_types_config") { _ in }
    null("custom_install_url")
  }

  private static let emptyApplicationLists: [StaticString] = [
    "rpc_origins", "redirect_uris", "event_webhooks_types", "tags",
  ]
}
