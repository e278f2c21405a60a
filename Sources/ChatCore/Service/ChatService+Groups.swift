import Base

/// Private channels of several people: everybody may name the group and bring friends, the owner may also send
/// people away.
extension ChatService where Store: ~Copyable {
  mutating func openGroup(_ others: [Snowflake], _ asker: Asker) throws(ChatError) -> ChatReply {
    let user = try person(asker)
    let others = Set(others).subtracting([user]).sorted()
    guard others.count < Limits.groupRecipients else { throw .code(.tooManyRecipients) }
    for other in others { try checkInvitable(other, by: user) }
    let channel = try makeGroup(of: [user] + others, owner: user, asker.at)
    return .privateChannel(view(channel, for: user))
  }

  private mutating func makeGroup(
    of users: [Snowflake], owner: Snowflake, _ now: WallTime
  ) throws(ChatError) -> Channel {
    var channel = Channel(
      id: ids.next(at: now), guildID: .noGuild, kind: .group, name: "", position: 0)
    channel.recipients = Set(users).sorted()
    channel.group = Channel.Group(ownerID: owner, icon: nil)
    try keep(.channel(channel))
    for user in channel.recipients {
      emit(.privateChannelCreate(view(channel, for: user)), to: .users([user]))
    }
    return channel
  }

  /// A person may bring friends only, and nobody who is no person.
  private func checkInvitable(_ other: Snowflake, by user: Snowflake) throws(ChatError) {
    guard state.accounts[other] != nil else { throw .code(.unknownUser) }
    guard isPerson(other), areFriends(user, other) else { throw .code(.cannotMessageUser) }
  }

  /// PUT of a recipient; a message channel of two becomes a new group of three.
  mutating func addRecipient(
    _ id: Snowflake, _ other: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (channel, user) = try privatePlace(id, asker)
    if channel.kind == .direct {
      let group = Set(channel.recipients + [other])
      for one in group where one != user { try checkInvitable(one, by: user) }
      return .privateChannel(view(try makeGroup(of: Array(group), owner: user, asker.at), for: user))
    }
    guard !channel.recipients.contains(other) else { return .done }
    try checkInvitable(other, by: user)
    guard channel.recipients.count < Limits.groupRecipients else { throw .code(.tooManyRecipients) }
    var after = channel
    after.recipients = (channel.recipients + [other]).sorted()
    try keep(.channel(after))
    emit(.privateChannelCreate(view(after, for: other)), to: .users([other]))
    emit(
      .personal(.recipientAdd(channel: id, self.user(other))), to: .users(Set(channel.recipients)))
    try tell(.recipientAdd, of: other, "", by: user, in: after, asker.at)
    return .done
  }

  mutating func removeRecipient(
    _ id: Snowflake, _ other: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (channel, user) = try privatePlace(id, asker)
    guard let group = channel.group else { throw .code(.wrongChannelType) }
    guard other == user || group.ownerID == user else { throw .code(.missingPermissions) }
    guard channel.recipients.contains(other) else { throw .code(.unknownUser) }
    try leaveGroup(channel, other, by: user, asker.at)
    return .done
  }

  /// Takes somebody from a group; the last one takes the group along, an owner leaves it to the oldest account.
  mutating func leaveGroup(
    _ channel: Channel, _ leaver: Snowflake, by user: Snowflake, _ now: WallTime
  ) throws(ChatError) {
    let before = view(channel, for: leaver)
    var after = channel
    after.recipients.removeAll { $0 == leaver }
    guard let heir = after.recipients.first else {
      try keep(.deleteChannel(channel.id))
      return emit(.privateChannelDelete(before), to: .users([leaver]))
    }
    if state.personal.readState(channel.id, leaver) != nil {
      try keep(.personal(.deleteReadState(channel: channel.id, user: leaver)))
    }
    let hasNewOwner = after.group?.ownerID == leaver
    if hasNewOwner { after.group?.ownerID = heir }
    try keep(.channel(after))
    emit(.privateChannelDelete(before), to: .users([leaver]))
    emit(
      .personal(.recipientRemove(channel: channel.id, self.user(leaver))),
      to: .users(Set(after.recipients)))
    if hasNewOwner { tellOfChange(after) }
    try tell(.recipientRemove, of: leaver, "", by: user, in: after, now)
  }

  /// PATCH of a group: name, icon, and by the owner a new owner.
  mutating func modifyGroup(
    _ channel: Channel, _ changes: ChannelChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let user = try person(asker)
    guard let group = channel.group else { throw .code(.missingPermissions) }
    var after = channel
    var form = FormCheck()
    if case .set(let name) = changes.name {
      after.name = TextRules.trimmed(name)
      form.length("name", after.name, 0...Limits.groupNameLength)
    }
    if changes.takesNameAway { after.name = "" }
    if case .set(let icon) = changes.icon { after.group?.icon = icon }
    try form.finish()
    if case .set(let owner) = changes.ownerID, owner != group.ownerID {
      guard group.ownerID == user else { throw .code(.missingPermissions) }
      guard channel.recipients.contains(owner) else { throw .code(.unknownUser) }
      after.group?.ownerID = owner
    }
    guard after != channel else { return .privateChannel(view(channel, for: user)) }
    try keep(.channel(after))
    tellOfChange(after)
    if after.name != channel.name {
      try tell(.nameChange, of: nil, after.name, by: user, in: after, asker.at)
    }
    if after.group?.icon != group.icon { try tell(.iconChange, of: nil, "", by: user, in: after, asker.at) }
    return .privateChannel(view(state.channels[after.id] ?? after, for: user))
  }

  private func privatePlace(
    _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> (Channel, Snowflake) {
    let user = try person(asker)
    let channel = try seat(asker, at: id).channel
    guard channel.kind.isPrivate else { throw .code(.wrongChannelType) }
    return (channel, user)
  }

  /// CHANNEL_UPDATE, which is another one for each recipient.
  private mutating func tellOfChange(_ channel: Channel) {
    for user in channel.recipients {
      emit(.personal(.groupUpdate(view(channel, for: user))), to: .users([user]))
    }
  }

  /// The message that tells those who stay.
  private mutating func tell(
    _ kind: MessageKind, of subject: Snowflake?, _ content: String, by user: Snowflake, in channel: Channel,
    _ now: WallTime
  ) throws(ChatError) {
    var message = Message(
      id: ids.next(at: now), channelID: channel.id, guildID: .noGuild, authorID: user, kind: kind,
      content: content)
    message.mentions = subject.map { [$0] } ?? []
    try keep(.message(message))
    emit(.messageCreate(freshView(message, referenced: .none)), to: viewers(channel))
  }
}
