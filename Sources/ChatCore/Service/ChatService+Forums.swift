import Base

/// Forums: their tags, and posts with what they begin with.
extension ChatService where Store: ~Copyable {
  mutating func createPost(
    _ channel: Snowflake, _ draft: ThreadDraft, _ message: MessageDraft, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, at: channel)
    guard seat.channel.kind.isForum else { throw .code(.wrongChannelType) }
    guard let user = asker.user else { throw .unauthorized }
    try seat.require(.sendMessages)
    if seat.channel.flags.contains(.requiresTag), draft.appliedTags.isEmpty,
      !seat.permissions.contains(.manageThreads)
    {
      throw .code(.tagRequired)
    }
    let thread = try startThread(draft, .publicThread, nil, in: seat, user, asker)
    try keep(.thread(.newest(channel: channel, thread: thread.id)))
    // What SEND_MESSAGES allows in the forum holds for the first message.
    let place = ChannelSeat(seat: seat.seat, channel: thread, permissions: seat.permissions)
    let view = try send(message, as: thread.id, place, user, asker)
    let made = state.channels[thread.id] ?? thread
    return .thread(.post(made, member: state.threads.member(thread.id, user), view))
  }

  /// The tags of a post: those of its forum, each once.
  ///
  /// `before` may stay although its forum no longer has them.
  func checkTags(
    _ tags: [Snowflake], _ before: [Snowflake], of forum: Channel, _ form: inout FormCheck
  ) -> [Snowflake] {
    var known: [Snowflake] = []
    for (index, tag) in tags.enumerated() where !known.contains(tag) {
      known.append(tag)
      if !before.contains(tag), !forum.threadSettings.tags.contains(where: { $0.id == tag }) {
        form.fail(["applied_tags", String(index)], "APPLIED_TAG_UNKNOWN", "Not a tag of this forum")
      }
    }
    form.length(["applied_tags"], known.count, 0...Limits.appliedTags)
    return known
  }

  /// Moderated tags are given and taken with MANAGE_THREADS, and a forum may ask for one.
  func checkModeration(
    _ tags: [Snowflake], _ before: [Snowflake], of forum: Channel, _ permissions: Permissions
  ) throws(ChatError) {
    guard !permissions.contains(.manageThreads) else { return }
    let changed = Set(tags).symmetricDifference(before)
    let isModerated = forum.threadSettings.tags.contains { $0.isModerated && changed.contains($0.id) }
    if isModerated { throw .code(.missingPermissions) }
    if tags.isEmpty, !before.isEmpty, forum.flags.contains(.requiresTag) { throw .code(.tagRequired) }
  }

  /// What a channel says of its threads from now on; kinds without threads keep nothing.
  mutating func apply(
    _ changes: ThreadSettingsChanges, to channel: inout Channel, _ form: inout FormCheck
  ) {
    guard channel.kind.holdsThreads else { return }
    var settings = channel.threadSettings
    if case .set(let minutes) = changes.archiveMinutes {
      settings.archiveMinutes = minutes
      if let minutes { form.archiveMinutes("default_auto_archive_duration", minutes) }
    }
    if case .set(let seconds) = changes.rateLimitPerUser {
      settings.rateLimitPerUser = seconds
      form.value("default_thread_rate_limit_per_user", seconds, 0...Limits.slowModeMax)
    }
    if channel.kind.isForum { applyForum(changes, to: &settings, of: channel, &form) }
    channel.threadSettings = settings
  }

  private mutating func applyForum(
    _ changes: ThreadSettingsChanges, to settings: inout ThreadSettings, of forum: Channel,
    _ form: inout FormCheck
  ) {
    if case .set(let reaction) = changes.reaction {
      settings.reaction = reaction
      check(reaction, ["default_reaction_emoji", "emoji_name"], &form)
    }
    if case .set(let order) = changes.sortOrder {
      settings.sortOrder = order
      form.value("default_sort_order", order ?? 0, 0...1)
    }
    if case .set(let layout) = changes.layout {
      settings.layout = layout
      form.value("default_forum_layout", layout, 0...2)
    }
    guard case .set(let drafts) = changes.tags else { return }
    form.length(["available_tags"], drafts.count, 0...Limits.forumTags)
    var tags: [ForumTag] = []
    for (index, draft) in drafts.prefix(Limits.forumTags).enumerated() {
      let path = ["available_tags", String(index)]
      let name = TextRules.trimmed(draft.name)
      form.length(path + ["name"], name.unicodeScalars.count, 1...Limits.tagNameLength)
      check(draft.emoji, path + ["emoji_name"], &form)
      if tags.contains(where: { $0.name == name }) {
        form.fail(path + ["name"], "TAG_NAMES_MUST_BE_UNIQUE", "Tag names must be unique")
      }
      let isKnown = forum.threadSettings.tags.contains { $0.id == draft.id }
      if draft.id != nil, !isKnown || tags.contains(where: { $0.id == draft.id }) {
        form.fail(path + ["id"], "TAG_UNKNOWN", "Not a tag of this forum, or named twice")
      }
      tags.append(
        ForumTag(
          id: draft.id ?? ids.next(at: forum.id.time), name: name, isModerated: draft.isModerated,
          emoji: draft.emoji))
    }
    settings.tags = tags
  }

  private func check(_ emoji: TagEmoji?, _ path: [String], _ form: inout FormCheck) {
    switch emoji {
    case .unicode(let text)? where !TextRules.isEmoji(text):
      form.fail(path, "STRING_TYPE_REGEX", "Not an emoji.")
    default: break
    }
  }

  /// Takes tags that a forum no longer has from its posts.
  mutating func dropTags(_ before: Channel, _ forum: Channel) throws(ChatError) {
    let gone = Set(before.threadSettings.tags.map(\.id)).subtracting(forum.threadSettings.tags.map(\.id))
    guard !gone.isEmpty else { return }
    for id in state.threads.children.sorted(forum.id) {
      guard var thread = state.channels[id],
        let tags = thread.thread?.appliedTags, tags.contains(where: gone.contains)
      else { continue }
      thread.thread?.appliedTags = tags.filter { !gone.contains($0) }
      try keep(.channel(thread))
      if thread.thread?.isArchived == false { emit(.thread(.update(thread)), to: viewers(thread)) }
    }
  }
}
