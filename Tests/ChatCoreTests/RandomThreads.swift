import Base
import ChatCore
import ChatTesting

/// A random command on threads, also where there are none.
func randomThreadCommand(
  _ channel: Snowflake, _ message: Snowflake, _ user: Snowflake, _ random: inout SeededRandom
) -> ChatCommand {
  var draft = ThreadDraft(name: ["a", "", "B c"][random.below(3)])
  draft.archiveMinutes = [nil, 60, 4_320, 7][random.below(4)]
  draft.isInvitable = random.below(3) > 0
  switch random.below(14) {
  case 0, 1: return .thread(.createFromMessage(channel: channel, message: message, draft))
  case 2, 3, 4:
    let kinds: [ChannelKind] = [.publicThread, .privateThread, .privateThread, .announcementThread, .text]
    return .thread(.create(channel: channel, kind: kinds[random.below(5)], draft))
  case 5:
    return .thread(.createPost(channel: channel, draft, MessageDraft(content: ["x", ""][random.below(2)])))
  case 6: return .thread(random.below(2) == 0 ? .join(thread: channel) : .leave(thread: channel))
  case 7, 8: return .thread(.add(thread: channel, user: user))
  case 9: return .thread(.remove(thread: channel, user: user))
  case 10:
    return random.below(2) == 0
      ? .thread(.modifyMember(thread: channel, flags: random.below(300)))
      : .thread(.search(channel: channel, ThreadQuery(limit: random.below(27))))
  case 11: return .deleteChannel(channel)
  default:
    var changes = ChannelChanges()
    if random.below(3) == 0 { changes.name = .set("n\(random.below(3))") }
    if random.below(2) == 0 { changes.thread.isArchived = .set(random.below(2) == 0) }
    if random.below(4) == 0 { changes.thread.isLocked = .set(random.below(2) == 0) }
    if random.below(4) == 0 { changes.thread.archiveMinutes = .set([60, 1_440][random.below(2)]) }
    if random.below(4) == 0 { changes.flags = .set(ChannelFlags(rawValue: random.below(32))) }
    if random.below(4) == 0 {
      changes.threadSettings.tags = .set([
        TagDraft(id: nil, name: "t", isModerated: random.below(2) == 0, emoji: nil)
      ])
    }
    return .modifyChannel(channel, changes)
  }
}

extension World {
  /// Who may view a thread, told from what everybody can ask and the rules, and not from the core's own sets; nil
  /// when there is no such thread.
  mutating func threadViewers(_ id: Snowflake, _ guild: GuildSnapshot) throws -> Set<Snowflake>? {
    guard case .thread(.thread(let thread, _)) = ask(.system, .channel(id)),
      let parent = guild.channels.first(where: { $0.id == thread.parentID })
    else { return nil }
    var seen: Set<Snowflake> = []
    for view in guild.members {
      let mayView = PermissionRules.mayView(parent, in: guild.guild, member: view.member)
      // A time-out takes neither sight nor what it rests on.
      var awake = view.member
      awake.timedOutUntil = nil
      let permissions = PermissionRules.permissions(
        of: awake, in: parent, of: guild.guild, at: WallTime(milliseconds: now))
      let isInside = disk.isThreadMember(id, view.user.id) || permissions.contains(.manageThreads)
      if mayView, thread.kind != .privateThread || isInside { seen.insert(view.user.id) }
    }
    return seen
  }

  /// What a user is told of threads.
  mutating func threadReplies(_ user: Snowflake, _ channels: [Snowflake]) -> [ChatReply] {
    var replies = [ask(user, .thread(.active(guild: guild)))]
    for channel in Set(channels).sorted() {
      replies.append(ask(user, .channel(channel)))
      let page = ThreadPage(scope: .everybodys(before: nil), limit: 10)
      replies.append(ask(user, .thread(.archived(channel: channel, page))))
      replies.append(
        ask(user, .thread(.members(thread: channel, isWhole: true, after: nil, limit: 100))))
    }
    return replies
  }
}
