import Base
import ChatCore
import Testing

extension World {
  /// A thread that `user` makes in the text channel.
  mutating func makeThread(
    _ user: Snowflake, _ kind: ChannelKind, _ name: String, minutes: Int? = nil
  ) throws -> Channel {
    var draft = ThreadDraft(name: name)
    draft.archiveMinutes = minutes
    return try thread(ask(user, .thread(.create(channel: text, kind: kind, draft))))
  }

  mutating func modify(
    _ user: Snowflake, _ channel: Snowflake, _ body: (inout ChannelChanges) -> Void
  ) -> ChatReply {
    var changes = ChannelChanges()
    body(&changes)
    return ask(user, .modifyChannel(channel, changes))
  }

  mutating func say(_ user: Snowflake, in channel: Snowflake, _ content: String) -> ChatReply {
    ask(user, .createMessage(channel: channel, MessageDraft(content: content)))
  }

  mutating func known(_ id: Snowflake) throws -> Channel {
    try thread(ask(.system, .channel(id)))
  }

  mutating func members(of id: Snowflake) throws -> [Snowflake] {
    let reply = ask(
      ann, .thread(.members(thread: id, isWhole: false, after: nil, limit: 100)))
    guard case .thread(.members(let views)) = reply else { throw Unexpected(reply: reply) }
    return views.map(\.member.userID)
  }

  /// The thread events of the last request with those whom they reached.
  var threadEvents: [(ThreadEvent, Set<Snowflake>?)] {
    events.compactMap { event in
      guard case .thread(let happened) = event.payload else { return nil }
      switch event.audience {
      case .viewers(_, _, let only): return (happened, only)
      case .members(_, let only): return (happened, only)
      default: return (happened, nil)
      }
    }
  }

  /// The kinds of what happened in the last request, in order.
  var happened: [String] {
    events.map { event in
      switch event.payload {
      case .thread(.create): "create"
      case .thread(.update): "update"
      case .thread(.delete): "delete"
      case .thread(.listSync): "sync"
      case .thread(.memberUpdate): "member"
      case .thread(.membersUpdate(_, let added, _)): added == nil ? "left" : "joined"
      case .messageCreate(let view): "said \(view.message.kind.rawValue)"
      case .messageUpdate: "edited"
      case .channelCreate: "channel"
      case .channelUpdate: "changed"
      case .channelDelete: "gone"
      default: "other"
      }
    }
  }
}

func thread(_ reply: ChatReply) throws -> Channel {
  switch reply {
  case .thread(.thread(let thread, _)), .thread(.post(let thread, _, _)): return thread
  default: throw World.Unexpected(reply: reply)
  }
}

func list(_ reply: ChatReply) throws -> ThreadList {
  guard case .thread(.list(let list)) = reply else { throw World.Unexpected(reply: reply) }
  return list
}
