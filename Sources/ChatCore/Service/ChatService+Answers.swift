import Base

/// What bots answer to interactions, by the token alone.
extension ChatService where Store: ~Copyable {
  /// The interaction of a token that still holds.
  ///
  /// - Throws: `code` when there is none.
  private func living(
    _ token: String, _ now: WallTime, _ error: ErrorCode
  ) throws(ChatError) -> Interaction {
    guard let found = state.interactions[token],
      now.milliseconds &- found.at.milliseconds < Limits.interactionAge
    else { throw .code(error) }
    return found
  }

  private func living(_ target: InteractionTarget, _ now: WallTime) throws(ChatError) -> Interaction {
    let found = try living(target.token, now, .unknownWebhook)
    guard found.request.applicationID == target.application else { throw .code(.unknownWebhook) }
    return found
  }

  /// The bot, which its token's holder speaks for.
  private func asker(_ interaction: Interaction, _ now: WallTime) -> Asker {
    Asker(
      user: interaction.request.applicationID, issued: nil, isSystem: false, at: now, reason: nil)
  }

  /// The bot's place at the interaction's channel, also where it may not look.
  func botSeat(_ interaction: Interaction, _ channel: Channel) -> ChannelSeat {
    let bot = interaction.request.applicationID
    let asker = asker(interaction, interaction.at)
    guard !channel.kind.isPrivate, let guild = state.guilds[channel.guildID],
      let member = member(channel.guildID, bot)
    else {
      let seat = try? privateSeat(asker, channel)
      let nowhere = Guild(id: .noGuild, name: "", ownerID: .noGuild, systemChannelID: nil, roles: [])
      return seat
        ?? ChannelSeat(
          seat: Seat(guild: nowhere, member: member(channel.guildID, bot), at: interaction.at),
          channel: channel, permissions: [])
    }
    let seat = Seat(guild: guild, member: member, at: interaction.at)
    return ChannelSeat(seat: seat, channel: channel, permissions: permissions(seat, in: channel))
  }

  mutating func respond(
    _ id: Snowflake, _ token: String, _ response: InteractionResponse, _ now: WallTime
  ) throws(ChatError) -> ChatReply {
    var interaction = try living(token, now, .unknownInteraction)
    guard interaction.id == id else { throw .code(.unknownInteraction) }
    guard interaction.phase == .open else { throw .code(.alreadyAcknowledged) }
    guard now.milliseconds &- interaction.at.milliseconds <= Limits.interactionAnswer else {
      throw .code(.unknownInteraction)
    }
    try checkFitting(response, interaction)
    interaction.phase = .answered
    var made: MessageView?
    switch response {
    case .message(let draft):
      made = try post(draft, isLoading: false, &interaction, now)
      interaction.originalID = made?.message.id
    case .deferredMessage(let flags):
      var draft = MessageDraft(content: "")
      draft.flags = flags.intersection(.ephemeral)
      made = try post(draft, isLoading: true, &interaction, now)
      interaction.originalID = made?.message.id
      interaction.phase = .loading
    case .deferredUpdate: interaction.originalID = interaction.request.messageID
    case .update(let changes):
      interaction.originalID = interaction.request.messageID
      made = try change(interaction.originalID, changes, &interaction, now)
    case .choices(let choices):
      emit(.autocompletion(choices, nonce: interaction.request.nonce), to: person(interaction))
    case .modal(let modal): try show(modal, interaction)
    }
    state.interactions[token] = interaction
    if interaction.request.kind != .autocomplete {
      emit(.interactionSuccess(id: id, nonce: interaction.request.nonce), to: person(interaction))
    }
    return .responded(
      InteractionResult(id: id, kind: interaction.request.kind, type: response.type, message: made))
  }

  /// Whether an answer is of a type that the interaction takes.
  private func checkFitting(
    _ response: InteractionResponse, _ interaction: Interaction
  ) throws(ChatError) {
    let isFitting =
      switch response {
      case .choices(let choices):
        interaction.request.kind == .autocomplete && choices.count <= Limits.commandChoices
      case .deferredUpdate, .update:
        interaction.request.kind != .autocomplete && interaction.request.messageID != nil
      case .modal: interaction.request.kind == .command || interaction.request.kind == .component
      case .message, .deferredMessage: interaction.request.kind != .autocomplete
      }
    guard !isFitting else { return }
    throw .form([
      FormProblem(
        path: ["type"], code: "INTERACTION_CALLBACK_TYPE_INVALID",
        message: "This kind of answer does not fit the interaction.")
    ])
  }

  private mutating func show(_ modal: PlainValue, _ interaction: Interaction) throws(ChatError) {
    var form = FormCheck()
    let customID = modal["custom_id"]?.text ?? ""
    form.length(["data", "custom_id"], customID.unicodeScalars.count, 1...Limits.customIDLength)
    form.length(
      ["data", "title"], modal["title"]?.text?.unicodeScalars.count ?? 0, 1...Limits.modalTitleLength)
    form.length(
      ["data", "components"], modal["components"]?.list?.count ?? 0, 1...Limits.componentRows)
    try form.finish()
    let bot = interaction.request.applicationID
    guard let application = state.applications[bot] else { throw .code(.unknownApplication) }
    state.modals[MemberKey(place: bot, user: interaction.userID)] = ShownModal(
      customID: customID, messageID: interaction.request.messageID)
    emit(
      .modal(
        id: interaction.id, channel: interaction.request.channelID, application, modal,
        nonce: interaction.request.nonce), to: person(interaction))
  }

  /// Writes a message in the bot's name: to all, or only to the person, and then it is never stored.
  private mutating func post(
    _ draft: MessageDraft, isLoading: Bool, _ interaction: inout Interaction, _ now: WallTime
  ) throws(ChatError) -> MessageView {
    guard let channel = state.channels[interaction.request.channelID] else {
      throw .code(.unknownChannel)
    }
    let embeds = draft.embeds.filter { !$0.isEmpty }
    if !isLoading { try check(draft, embeds) }
    let kind: MessageKind =
      interaction.commandKind.map { $0 == .chat ? .chatCommand : .contextCommand } ?? .ordinary
    var message = Message(
      id: ids.next(at: now), channelID: channel.id, guildID: channel.guildID,
      authorID: interaction.request.applicationID, kind: kind, content: draft.content)
    message.isTTS = draft.isTTS
    message.flags = draft.flags.intersection([
      .suppressEmbeds, .suppressNotifications, .ephemeral, .componentsV2,
    ])
    if isLoading { message.flags.insert(.loading) }
    message.embeds = embeds
    message.components = draft.components
    message.interaction = interaction.metadata
    resolveMentions(&message, draft.allowedMentions, botSeat(interaction, channel), answering: nil)
    message.attachments = try attach(draft.attachments, kept: 0, asker(interaction, now))
    var view = freshView(message, referenced: .none)
    if message.flags.contains(.ephemeral) {
      interaction.ephemeral.append(message)
      remember(message, of: interaction)
      emit(.messageCreate(view), to: both(interaction, channel))
      return view
    }
    let opened = try receive(from: message.authorID, in: channel, now)
    message.position = opened.thread?.totalMessageCount
    view.message.position = message.position
    try keep(.message(message))
    try note(message, in: opened)
    emit(.messageCreate(view), to: viewers(opened))
    return view
  }

  /// Notes whose answer a message that is stored nowhere is, and its files.
  private mutating func remember(_ message: Message, of interaction: Interaction) {
    state.interactionTokens[message.id] = interaction.token
    for file in message.attachments { state.interactionTokens[file.id] = interaction.token }
  }

  /// The person and the bot.
  private func both(_ interaction: Interaction, _ channel: Channel) -> Audience {
    let users: Set<Snowflake> = [interaction.userID, interaction.request.applicationID]
    return channel.kind.isPrivate ? .users(users) : .members(guild: channel.guildID, only: users)
  }

  mutating func followUp(
    _ target: InteractionTarget, _ draft: MessageDraft, _ now: WallTime
  ) throws(ChatError) -> ChatReply {
    var interaction = try living(target, now)
    guard interaction.phase != .open else { throw .code(.unknownWebhook) }
    guard interaction.ephemeral.count < Limits.historyPage else { throw .code(.overloaded) }
    let view: MessageView
    if interaction.phase == .loading {
      var changes = MessageChanges()
      changes.content = .set(draft.content)
      changes.embeds = .set(draft.embeds)
      changes.components = .set(draft.components)
      if !draft.attachments.isEmpty { changes.attachments = .set(draft.attachments.map { .add($0) }) }
      changes.allowedMentions = draft.allowedMentions
      view = try change(interaction.originalID, changes, &interaction, now)
    } else {
      view = try post(draft, isLoading: false, &interaction, now)
    }
    state.interactions[interaction.token] = interaction
    return .message(view)
  }

  mutating func interactionMessage(
    _ target: InteractionTarget, _ now: WallTime
  ) throws(ChatError) -> ChatReply {
    let interaction = try living(target, now)
    let (message, isEphemeral) = try message(target.message, of: interaction)
    return .message(
      isEphemeral ? freshView(message, referenced: .none) : try view(message, reader: message.authorID))
  }

  /// One of the bot's own messages, the first answer when `id` is nil; whether only the person sees it.
  private mutating func message(
    _ id: Snowflake?, of interaction: Interaction
  ) throws(ChatError) -> (Message, isEphemeral: Bool) {
    guard let id = id ?? interaction.originalID else { throw .code(.unknownMessage) }
    // A component's message may be private to the person under the token of an earlier interaction.
    let earlier = state.interactionTokens[id].flatMap { state.interactions[$0] }
    let own = interaction.ephemeral + (earlier?.ephemeral ?? [])
    if let kept = own.first(where: { $0.id == id }),
      earlier?.userID ?? interaction.userID == interaction.userID
    {
      return (kept, true)
    }
    let kept = try find(interaction.request.channelID, id)
    guard kept.isOf(application: interaction.request.applicationID),
      id == interaction.originalID || kept.interaction?.id == interaction.id
    else { throw .code(.unknownMessage) }
    return (kept, false)
  }

  mutating func editInteractionMessage(
    _ target: InteractionTarget, _ changes: MessageChanges, _ now: WallTime
  ) throws(ChatError) -> ChatReply {
    var interaction = try living(target, now)
    let view = try change(target.message ?? interaction.originalID, changes, &interaction, now)
    state.interactions[interaction.token] = interaction
    return .message(view)
  }

  /// Changes a message of the bot; what was loading is filled, and counts as not edited.
  private mutating func change(
    _ id: Snowflake?, _ changes: MessageChanges, _ interaction: inout Interaction, _ now: WallTime
  ) throws(ChatError) -> MessageView {
    let (before, isEphemeral) = try message(id, of: interaction)
    guard let channel = state.channels[interaction.request.channelID] else {
      throw .code(.unknownChannel)
    }
    let bot = botSeat(interaction, channel)
    // Answers need no permission to link or to bring files, only to mention.
    let seat = ChannelSeat(
      seat: bot.seat, channel: channel, permissions: bot.permissions.union([.embedLinks, .attachFiles]))
    var message = before
    try rewrite(&message, changes, seat, asker(interaction, now))
    if case .set(let flags) = changes.flags {
      message.flags.remove(.suppressEmbeds)
      message.flags.formUnion(flags.intersection([.suppressEmbeds, .componentsV2]))
    }
    if message.flags.contains(.loading) {
      message.flags.remove(.loading)
      message.editedAt = nil
      if before.id == interaction.originalID { interaction.phase = .answered }
    }
    if isEphemeral {
      replace(message, in: &interaction)
      let view = freshView(message, referenced: .none)
      emit(.messageUpdate(view), to: both(interaction, channel))
      return view
    }
    let event = try view(message, as: before, reader: nil)
    try keep(.updateMessage(message))
    emit(.messageUpdate(event), to: viewers(channel))
    return event
  }

  /// Puts a message that only the person sees where it is remembered.
  private mutating func replace(_ message: Message, in interaction: inout Interaction) {
    interaction.ephemeral = interaction.ephemeral.map { $0.id == message.id ? message : $0 }
    guard let token = state.interactionTokens[message.id], token != interaction.token,
      var earlier = state.interactions[token]
    else { return remember(message, of: interaction) }
    remember(message, of: earlier)
    earlier.ephemeral = earlier.ephemeral.map { $0.id == message.id ? message : $0 }
    state.interactions[token] = earlier
  }

  mutating func deleteInteractionMessage(
    _ target: InteractionTarget, _ now: WallTime
  ) throws(ChatError) -> ChatReply {
    var interaction = try living(target, now)
    let (gone, isEphemeral) = try message(target.message, of: interaction)
    guard let channel = state.channels[gone.channelID] else { throw .code(.unknownChannel) }
    let event = Payload.messageDelete(guild: gone.guildID, channel: gone.channelID, message: gone.id)
    if isEphemeral {
      interaction.ephemeral.removeAll { $0.id == gone.id }
      for id in [gone.id] + gone.attachments.map(\.id) { state.interactionTokens[id] = nil }
      state.interactions[interaction.token] = interaction
      emit(event, to: both(interaction, channel))
    } else {
      try keep(.deleteMessage(channel: gone.channelID, message: gone.id))
      emit(event, to: viewers(channel))
    }
    return .done
  }
}
