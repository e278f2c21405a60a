import Base

extension ChatService where Store: ~Copyable {
  /// The asker's place at a channel that holds messages; in voice channels CONNECT is needed, too.
  func textSeat(_ asker: Asker, at id: Snowflake) throws(ChatError) -> (ChannelSeat, Snowflake) {
    let seat = try seat(asker, at: id)
    guard seat.channel.kind.holdsMessages else { throw .code(.nonTextChannel) }
    if seat.channel.kind.isVoice { try seat.require(.connect) }
    guard let user = asker.user else { throw .unauthorized }
    return (seat, user)
  }

  mutating func createMessage(
    _ id: Snowflake, _ draft: MessageDraft, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, author) = try textSeat(asker, at: id)
    try seat.requireSending()
    try checkAcquainted(seat.channel)
    return .message(try send(draft, as: nil, seat, author, asker))
  }

  /// Sends a message to a place where the author may; `id` is what a forum's post begins with.
  mutating func send(
    _ draft: MessageDraft, as id: Snowflake?, _ seat: ChannelSeat, _ author: Snowflake, _ asker: Asker
  ) throws(ChatError) -> MessageView {
    try checkVerification(seat.seat, author)
    let embeds = draft.embeds.filter { !$0.isEmpty }
    var draft = draft
    if !user(author).isBot { draft.components = [] }
    try check(draft, embeds)
    if !embeds.isEmpty { try seat.require(.embedLinks) }
    if !draft.attachments.isEmpty { try seat.require(.attachFiles) }
    if draft.flags.contains(.voiceMessage) { try seat.require(.sendVoiceMessages) }
    let place = seat.channel.id
    if let existing = try earlier(draft, author, place) { return existing }
    let reference = try findReference(draft, seat, asker)
    try checkSlowMode(seat, author, asker.at)

    var message = Message(
      id: id ?? ids.next(at: asker.at), channelID: place, guildID: seat.channel.guildID, authorID: author,
      kind: .ordinary, content: draft.content)
    message.isTTS = draft.isTTS && seat.permissions.contains(.sendTTSMessages)
    message.flags = draft.flags.intersection([
      .suppressEmbeds, .suppressNotifications, .componentsV2, .voiceMessage,
    ])
    message.components = draft.components
    message.nonce = draft.nonce
    message.embeds = embeds
    message.attachments = try attach(draft.attachments, kept: 0, asker)
    if let reference { refer(&message, to: reference, isForward: draft.isForward, asker) }
    let answered = draft.isForward ? nil : reference
    resolveMentions(&message, draft.allowedMentions, seat, answering: answered)
    if let nonce = draft.nonce {
      state.nonces[NonceKey(channel: place, author: author, nonce: nonce)] = message.id
    }
    let channel = try receive(from: author, in: seat.channel, asker.at)
    message.position = channel.thread?.totalMessageCount
    try admitMentioned(message, seat)
    try keep(.message(message))
    try note(message, in: channel)
    let referenced = answered.map { ReferencedMessage.message(freshView($0, referenced: .none)) }
    let view = freshView(message, referenced: referenced ?? .none)
    emit(.messageCreate(view), to: viewers(channel))
    announceLinks(of: message, seat)
    return view
  }

  func check(_ draft: MessageDraft, _ embeds: [Embed]) throws(ChatError) {
    var form = FormCheck()
    form.length("content", draft.content, 0...Limits.messageLength)
    if case .text(let nonce) = draft.nonce { form.length("nonce", nonce, 0...Limits.nonceLength) }
    EmbedRules.check(draft.embeds, &form)
    checkMentions(draft.allowedMentions, &form)
    ComponentRules.check(draft.components, isV2: draft.flags.contains(.componentsV2), &form)
    if draft.flags.contains(.componentsV2), !draft.content.isEmpty || !embeds.isEmpty {
      form.fail(
        ["content"], "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        "Components are the whole message.")
    }
    if draft.isForward, !draft.content.isEmpty || !embeds.isEmpty {
      form.fail(["content"], "MESSAGE_FORWARD_CANNOT_HAVE_CONTENT", "A forward has no content of its own.")
    }
    try form.finish()
    try AttachmentRules.checkRecording(draft)
    if !draft.isForward, TextRules.trimmed(draft.content).isEmpty, embeds.isEmpty,
      draft.attachments.isEmpty, draft.components.isEmpty
    {
      throw .code(.emptyMessage)
    }
  }

  private func checkMentions(_ allowed: AllowedMentions, _ form: inout FormCheck) {
    for (name, isParsed, ids) in [
      ("users", allowed.parsesUsers, allowed.users), ("roles", allowed.parsesRoles, allowed.roles),
    ] {
      if ids.count > Limits.allowedMentions {
        form.fail(
          ["allowed_mentions", name], "BASE_TYPE_MAX_LENGTH",
          "Must be \(Limits.allowedMentions) or fewer in length.")
      }
      if isParsed, !ids.isEmpty {
        form.fail(
          ["allowed_mentions"], "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
          "parse:[\"\(name)\"] and \(name): [ids...] are mutually exclusive.")
      }
    }
  }

  /// The message that the same author sent with the same nonce, if the draft asks for that and it still stands.
  private mutating func earlier(
    _ draft: MessageDraft, _ author: Snowflake, _ channel: Snowflake
  ) throws(ChatError) -> MessageView? {
    guard draft.enforcesNonce, let nonce = draft.nonce,
      let id = state.nonces[NonceKey(channel: channel, author: author, nonce: nonce)],
      let message = try read({ store throws(StoreError) in try store.message(channel: channel, id: id) })
    else { return nil }
    return try view(message, reader: author)
  }

  /// Who has no role must be known for a while, as the guild's verification level says.
  private func checkVerification(_ seat: Seat, _ author: Snowflake) throws(ChatError) {
    let level = seat.guild.settings.verificationLevel
    guard level >= 2, let member = seat.member, member.roles.isEmpty,
      seat.guild.ownerID != author, !user(author).isBot
    else { return }
    let age = seat.at.milliseconds &- author.time.milliseconds
    let stay = seat.at.milliseconds &- member.joinedAt.milliseconds
    guard age >= Limits.verifiedAccountAge, level == 2 || stay >= Limits.verifiedMemberAge else {
      throw .code(.verificationLevel)
    }
  }

  private mutating func checkSlowMode(
    _ seat: ChannelSeat, _ author: Snowflake, _ now: WallTime
  ) throws(ChatError) {
    let pause = Int64(seat.channel.rateLimitPerUser) * 1000
    let exempt: Permissions = [
      .manageMessages, .manageChannels, .bypassSlowmode, seat.channel.kind.isThread ? .manageThreads : [],
    ]
    guard pause > 0, seat.permissions.isDisjoint(with: exempt), !user(author).isBot else { return }
    let key = MemberKey(place: seat.channel.id, user: author)
    if let last = state.slowModePosts[key] {
      let passed = now.milliseconds &- last.milliseconds
      if passed >= 0, passed < pause { throw .slowMode(.milliseconds(pause - passed)) }
    }
    state.slowModePosts[key] = now
  }

  func resolveMentions(
    _ message: inout Message, _ allowed: AllowedMentions, _ seat: ChannelSeat,
    answering reference: Message?
  ) {
    let found = Mentions(scanning: message.content)
    let guild = seat.channel.guildID
    message.mentions = found.users.filter { id in
      (allowed.parsesUsers || allowed.users.contains(id)) && isReader(id, of: seat.channel)
    }
    message.mentionedRoles = found.roles.filter { id in
      guard id != guild, let role = seat.seat.guild.role(id) else { return false }
      return (allowed.parsesRoles || allowed.roles.contains(id))
        && (role.isMentionable || seat.permissions.contains(.mentionEveryone))
    }
    message.mentionsEveryone =
      found.everyone && allowed.parsesEveryone && seat.permissions.contains(.mentionEveryone)
    if let reference, allowed.repliedUser, reference.authorID != message.authorID,
      !message.mentions.contains(reference.authorID), isReader(reference.authorID, of: seat.channel)
    {
      message.mentions.append(reference.authorID)
    }
  }

  mutating func editMessage(
    _ channel: Snowflake, _ id: Snowflake, _ changes: MessageChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, editor) = try textSeat(asker, at: channel)
    try seat.requireActive()
    let before = try find(channel, id)
    guard !before.kind.isSystem, before.snapshot == nil else { throw .code(.systemMessage) }
    var message = before
    let isRewritten =
      changes.content != .keep || changes.embeds != .keep || changes.attachments != .keep
      || changes.components != .keep
    if isRewritten {
      guard !before.flags.contains(.voiceMessage) else { throw .code(.cannotEditVoiceMessage) }
      guard before.authorID == editor else { throw .code(.cannotEditOthersMessage) }
      try rewrite(&message, changes, seat, asker)
    }
    if case .set(let flags) = changes.flags {
      if before.authorID != editor { try seat.require(.manageMessages) }
      message.flags.remove(.suppressEmbeds)
      message.flags.formUnion(flags.intersection(.suppressEmbeds))
    }
    let reply = try view(message, as: before, reader: editor)
    guard message != before else { return .message(reply) }
    let event = try view(message, as: before, reader: nil)
    try keep(.updateMessage(message))
    emit(.messageUpdate(event), to: viewers(seat.channel))
    try updateCopies(of: message)
    if case .set = changes.content { announceLinks(of: message, seat) }
    return .message(reply)
  }

  /// The author's own changes: text, cards, files and components.
  mutating func rewrite(
    _ message: inout Message, _ changes: MessageChanges, _ seat: ChannelSeat, _ asker: Asker
  ) throws(ChatError) {
    var form = FormCheck()
    if case .set(let content) = changes.content {
      form.length("content", content, 0...Limits.messageLength)
      checkMentions(changes.allowedMentions, &form)
      message.content = content
      dropStaleCards(of: &message)
    }
    if case .set(let embeds) = changes.embeds {
      EmbedRules.check(embeds, &form)
      message.embeds = embeds.filter { !$0.isEmpty }
    }
    if case .set(let components) = changes.components, author(of: message).isBot {
      let isV2 = message.flags.contains(.componentsV2) || changes.flags.isV2
      ComponentRules.check(components, isV2: isV2, &form)
      message.components = components
    }
    try form.finish()
    if case .set(let rows) = changes.attachments {
      message.attachments = try attachments(of: message, after: rows, asker)
      if rows.contains(where: { if case .add = $0 { true } else { false } }) {
        try seat.require(.attachFiles)
      }
    }
    let isEmpty =
      TextRules.trimmed(message.content).isEmpty && message.embeds.isEmpty
      && message.attachments.isEmpty && message.components.isEmpty
    if isEmpty {
      throw .code(.emptyMessage)
    }
    if case .set = changes.embeds, !message.embeds.isEmpty { try seat.require(.embedLinks) }
    message.editedAt = asker.at
    guard case .set = changes.content else { return }
    let reference = message.kind == .reply ? message.reference : nil
    let answered = try reference.map { reference throws(ChatError) in try find(reference) }
    resolveMentions(&message, changes.allowedMentions, seat, answering: answered ?? nil)
  }

  mutating func deleteMessage(
    _ channel: Snowflake, _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let (seat, user) = try textSeat(asker, at: channel)
    let message = try find(channel, id)
    guard message.kind.isDeletable else { throw .code(.systemMessage) }
    if message.authorID != user { try seat.require(.manageMessages) }
    try loseSource([id], of: seat.channel)
    try keep(.deleteMessage(channel: channel, message: id))
    try forgetMentions(of: message, in: seat.channel)
    emit(
      .messageDelete(guild: seat.channel.guildID, channel: channel, message: id),
      to: viewers(seat.channel))
    if message.authorID != user {
      try audit(
        .messageDelete, in: seat.channel.guildID, of: message.authorID, [], .place(channel, count: 1),
        asker)
    }
    return .done
  }

  mutating func typing(_ channel: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let (seat, user) = try textSeat(asker, at: channel)
    try seat.requireSending()
    try seat.requireActive()
    let member = member(seat.channel.guildID, user).map { view($0) }
    emit(
      .typing(channel: channel, user: user, member: member, at: asker.at), to: viewers(seat.channel))
    return .done
  }
}

extension Change<MessageFlags> {
  /// Whether components become the whole message.
  fileprivate var isV2: Bool {
    guard case .set(let flags) = self else { return false }
    return flags.contains(.componentsV2)
  }
}
