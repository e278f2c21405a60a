import Base
import ChatCore
import JSON

/// Threads, their members and forums; each writes the fields into an object that is open.
extension JSONWriter {
  /// The fields of a thread, with the reader's membership if there is one.
  mutating func thread(_ thread: Channel, member: ThreadMember?) {
    guard let details = thread.thread else { return }
    field("id", thread.id)
    field("type", thread.kind.rawValue)
    field("guild_id", thread.guildID)
    field("parent_id", thread.parentID)
    field("owner_id", details.ownerID)
    field("name", thread.name)
    field("last_message_id", thread.lastMessageID)
    field("last_pin_timestamp", thread.lastPinAt.map(ISO8601.text))
    field("rate_limit_per_user", thread.rateLimitPerUser)
    field("message_count", details.messageCount)
    field("total_message_sent", details.totalMessageCount)
    field("member_count", min(details.memberCount, Limits.shownThreadMembers))
    field("flags", thread.flags.rawValue)
    array("applied_tags") { for tag in details.appliedTags { $0.element(tag) } }
    object("thread_metadata") {
      $0.field("archived", details.isArchived)
      $0.field("archive_timestamp", ISO8601.text(details.archivedAt))
      $0.field("auto_archive_duration", details.archiveMinutes)
      $0.field("locked", details.isLocked)
      if thread.kind == .privateThread { $0.field("invitable", details.isInvitable) }
      $0.field("create_timestamp", ISO8601.text(details.createdAt))
    }
    if let member { object("member") { $0.threadMember(member) } }
  }

  /// The fields of a thread's membership.
  mutating func threadMember(_ member: ThreadMember) {
    field("id", member.threadID)
    field("user_id", member.userID)
    field("join_timestamp", ISO8601.text(member.joinedAt))
    field("flags", member.flags)
    field("muted", false)
    null("mute_config")
  }

  mutating func threadMember(_ view: ThreadMemberView) {
    threadMember(view.member)
    if let member = view.guildMember { object("member") { $0.member(member) } }
  }

  /// Threads and, apart from them, the reader's memberships.
  mutating func threads(_ list: ThreadList) {
    threadArray(list)
    array("members") { for member in list.members { $0.object { $0.threadMember(member) } } }
  }

  /// Threads with the reader's memberships inside.
  mutating func threadArray(_ list: ThreadList) {
    let own = Dictionary(list.members.map { ($0.threadID, $0) }) { first, _ in first }
    array("threads") {
      for thread in list.threads { $0.object { $0.thread(thread, member: own[thread.id]) } }
    }
  }

  /// What a channel says of the threads in it.
  mutating func threadSettings(_ settings: ThreadSettings) {
    field("default_auto_archive_duration", settings.archiveMinutes ?? Limits.archiveMinutesDefault)
    field("default_thread_rate_limit_per_user", settings.rateLimitPerUser)
  }

  /// The fields that a forum has and other channels do not.
  mutating func forumFields(_ channel: Channel) {
    let settings = channel.threadSettings
    array("available_tags") { for tag in settings.tags { $0.object { $0.tag(tag) } } }
    if let reaction = settings.reaction {
      object("default_reaction_emoji") { $0.tagEmoji(reaction) }
    } else {
      null("default_reaction_emoji")
    }
    field("default_sort_order", settings.sortOrder)
    field("default_forum_layout", settings.layout)
  }

  private mutating func tag(_ tag: ForumTag) {
    field("id", tag.id)
    field("name", tag.name)
    field("moderated", tag.isModerated)
    tagEmoji(tag.emoji)
  }

  private mutating func tagEmoji(_ emoji: TagEmoji?) {
    switch emoji {
    case .custom(let id)?:
      field("emoji_id", id)
      null("emoji_name")
    case .unicode(let text)?:
      null("emoji_id")
      field("emoji_name", text)
    case nil:
      null("emoji_id")
      null("emoji_name")
    }
  }

  /// The fields of what happened to a thread.
  mutating func threadEvent(_ event: ThreadEvent) {
    switch event {
    case .create(let thread, let member, let isNew):
      self.thread(thread, member: member)
      if isNew { field("newly_created", true) }
    case .update(let thread): self.thread(thread, member: nil)
    case .delete(let thread):
      field("id", thread.id)
      field("guild_id", thread.guildID)
      field("parent_id", thread.parentID)
      field("type", thread.kind.rawValue)
    case .listSync(let guild, let channel, let list):
      field("guild_id", guild)
      array("channel_ids") { $0.element(channel) }
      threads(list)
    case .memberUpdate(let member):
      threadMember(member)
      field("guild_id", member.guildID)
    case .membersUpdate(let thread, let added, let removed):
      field("id", thread.id)
      field("guild_id", thread.guildID)
      field("member_count", min(thread.thread?.memberCount ?? 0, Limits.shownThreadMembers))
      if let added { array("added_members") { $0.object { $0.threadMember(added) } } }
      if let removed { array("removed_member_ids") { $0.element(removed) } }
    }
  }
}

extension ThreadEvent {
  /// The dispatch and the intent that asks for it.
  var plan: (name: String, intent: Intents) {
    switch self {
    case .create: ("THREAD_CREATE", .guilds)
    case .update: ("THREAD_UPDATE", .guilds)
    case .delete: ("THREAD_DELETE", .guilds)
    case .listSync: ("THREAD_LIST_SYNC", .guilds)
    case .memberUpdate: ("THREAD_MEMBER_UPDATE", .guilds)
    case .membersUpdate: ("THREAD_MEMBERS_UPDATE", .guildMembers)
    }
  }

  /// Who came or went is told whatever the intents.
  var exempt: Snowflake? {
    guard case .membersUpdate(_, let added, let removed) = self else { return nil }
    return added?.member.userID ?? removed
  }
}

extension RESTResponse {
  /// The answer that a reply about threads becomes.
  static func thread(_ reply: ThreadReply, _ route: RESTRoute) -> RESTResponse {
    switch reply {
    case .thread(let thread, let member):
      .object(route.makesThread ? 201 : 200) { $0.thread(thread, member: member) }
    case .post(let thread, let member, let message):
      .object(201) {
        $0.thread(thread, member: member)
        $0.object("message") { $0.message(message, .rest) }
      }
    case .member(let view): .object { $0.threadMember(view) }
    case .members(let views): .list { for view in views { $0.object { $0.threadMember(view) } } }
    case .list(let list):
      .object {
        $0.threads(list)
        if let hasMore = list.hasMore { $0.field("has_more", hasMore) }
      }
    case .search(let search):
      .object {
        $0.threads(search.list)
        $0.array("first_messages") {
          for view in search.firstMessages { $0.object { $0.message(view, .rest) } }
        }
        $0.field("has_more", search.list.hasMore ?? false)
        $0.field("total_results", search.count)
      }
    case .posts(let posts):
      .object {
        $0.object("threads") {
          for post in posts { $0.object(named: post.thread.id.description) { $0.post(post) } }
        }
      }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func post(_ post: ThreadPost) {
    if let owner = post.owner { object("owner") { $0.member(owner) } } else { null("owner") }
    if let message = post.firstMessage {
      object("first_message") { $0.message(message, .rest) }
    } else {
      null("first_message")
    }
  }
}
