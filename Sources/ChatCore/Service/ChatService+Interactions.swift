import Base

/// What people do with bots' commands, buttons and forms.
extension ChatService where Store: ~Copyable {
  /// What of a request is checked, as the bot is told.
  private struct Checked {
    var fields: [PlainValue.Field] = []
    var name: String?
    var commandKind: CommandKind?
    var resolved = ResolvedValues()
    var message: Message?
  }

  mutating func interact(
    _ request: InteractionRequest, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    guard !(try account(asker).user.isBot) else { throw .code(.botsNotAllowed) }
    let (seat, user) = try textSeat(asker, at: request.channelID)
    let bot = request.applicationID
    guard state.applications[bot] != nil else { throw .code(.unknownApplication) }
    guard isReader(bot, of: seat.channel) else { throw .code(.missingAccess) }
    let checked =
      switch request.kind {
      case .command, .autocomplete: try checkCall(request, seat)
      case .component: try checkComponent(request, seat)
      case .modal: try checkForm(request, user)
      }
    var request = request
    request.messageID = checked.message?.id
    let interaction = Interaction(
      id: ids.next(at: asker.at), request: request, token: random.text(64, of: .alphanumeric),
      userID: user, guildID: seat.channel.guildID, at: asker.at, name: checked.name,
      commandKind: checked.commandKind)
    state.interactions[interaction.token] = interaction
    state.interactionTokens[interaction.id] = interaction.token
    emit(.interactionStarted(id: interaction.id, nonce: request.nonce), to: person(interaction))
    let view = InteractionView(
      id: interaction.id, applicationID: bot, kind: request.kind, token: interaction.token,
      guild: state.guilds[seat.channel.guildID], channel: seat.channel, user: self.user(user),
      member: member(seat.channel.guildID, user), permissions: seat.permissions,
      botPermissions: botSeat(interaction, seat.channel).permissions, data: .object(checked.fields),
      resolved: checked.resolved, message: checked.message.map { freshView($0, referenced: .none) })
    let audience: Audience =
      seat.channel.kind.isPrivate
      ? .users([bot]) : .members(guild: seat.channel.guildID, only: [bot])
    if let endpoint = state.applications[bot]?.interactionsEndpoint {
      emit(.interaction(.posted(view, endpoint: endpoint)), to: audience)
    } else {
      emit(.interactionCreate(view), to: audience)
    }
    return .done
  }

  /// The session that asked, or all of the person's.
  func person(_ interaction: Interaction) -> Audience {
    guard let session = interaction.request.sessionID, state.sessions[session] == interaction.userID else {
      return .user(interaction.userID)
    }
    return .session(session)
  }

  /// A command's call: the command must be offered here, and its arguments fit.
  private mutating func checkCall(
    _ request: InteractionRequest, _ seat: ChannelSeat
  ) throws(ChatError) -> Checked {
    try seat.require(.useApplicationCommands)
    let data = request.data
    guard let command = data["id"]?.snowflake.flatMap({ state.commands[$0] }),
      command.applicationID == request.applicationID,
      command.guildID == nil || command.guildID == seat.channel.guildID,
      !seat.channel.kind.isPrivate || command.body.worksInPrivate
    else { throw .code(.unknownCommand) }
    guard seat.channel.kind.isPrivate || CommandRules.mayUse(command.body, seat.permissions) else {
      throw .code(.missingPermissions)
    }
    var checked = Checked()
    checked.name = command.body.name
    checked.commandKind = command.body.kind
    checked.fields = [
      .init("id", .id(command.id)), .init("name", .text(command.body.name)),
      .init("type", .integer(Int64(command.body.kind.rawValue))),
    ]
    if let guild = command.guildID { checked.fields.append(.init("guild_id", .id(guild))) }
    switch command.body.kind {
    case .chat:
      var form = FormCheck()
      var named: [(Int, Snowflake)] = []
      let options = CommandRules.given(
        data["options"]?.list ?? [], to: command.body.options, isWhole: request.kind == .command, &named,
        &form)
      try form.finish()
      if !options.isEmpty { checked.fields.append(.init("options", .list(options))) }
      for (type, id) in named { resolve(id, type, seat, &checked.resolved) }
    case .user:
      guard let id = data["target_id"]?.snowflake, state.accounts[id] != nil else {
        throw .code(.unknownUser)
      }
      resolve(id, 6, seat, &checked.resolved)
      checked.fields.append(.init("target_id", .id(id)))
    case .message:
      guard let id = data["target_id"]?.snowflake else { throw .code(.unknownMessage) }
      let message = try find(seat.channel.id, id)
      checked.resolved.messages = [try view(message, reader: nil)]
      checked.fields.append(.init("target_id", .id(id)))
    }
    return checked
  }

  /// A component of one of the bot's messages, which must be there and enabled.
  private mutating func checkComponent(
    _ request: InteractionRequest, _ seat: ChannelSeat
  ) throws(ChatError) -> Checked {
    guard let id = request.messageID else { throw .code(.unknownMessage) }
    let own = ephemeral(id, request.applicationID, seat)
    let message: Message
    if let own { message = own } else { message = try find(seat.channel.id, id) }
    guard message.isOf(application: request.applicationID) else { throw .code(.unknownMessage) }
    guard let customID = request.data["custom_id"]?.text,
      let component = ComponentRules.find(customID, in: message.components),
      let type = component["type"]?.int, component["disabled"]?.bool != true
    else {
      throw .form([
        FormProblem(
          path: ["data", "custom_id"], code: "COMPONENT_VALIDATION_FAILED", message: "No such component")
      ])
    }
    var checked = Checked()
    checked.message = message
    checked.fields = [
      .init("component_type", .integer(Int64(type))), .init("custom_id", .text(customID)),
    ]
    guard type != 2 else { return checked }
    let values = (request.data["values"]?.list ?? []).compactMap(\.text)
    let known = (component["options"]?.list ?? []).compactMap { $0["value"]?.text }
    let most = component["max_values"]?.int ?? 1
    guard values.count <= most, values.count >= min(component["min_values"]?.int ?? 1, most),
      type != 3 || values.allSatisfy(known.contains)
    else {
      throw .form([
        FormProblem(
          path: ["data", "values"], code: "COMPONENT_VALIDATION_FAILED", message: "Not to be chosen")
      ])
    }
    checked.fields.append(.init("values", .list(values.map(PlainValue.text))))
    // Lists of users, roles, both and channels resolve as options 6, 8, 9 and 7 do.
    let kinds = [5: 6, 6: 8, 7: 9, 8: 7]
    for id in values.compactMap({ Snowflake($0) }) {
      if let kind = kinds[type] { resolve(id, kind, seat, &checked.resolved) }
    }
    return checked
  }

  /// A message that only this person sees.
  private func ephemeral(_ id: Snowflake, _ bot: Snowflake, _ seat: ChannelSeat) -> Message? {
    guard let interaction = state.interactionTokens[id].flatMap({ state.interactions[$0] }),
      interaction.request.applicationID == bot, interaction.userID == seat.seat.member?.userID
    else { return nil }
    return interaction.ephemeral.first { $0.id == id }
  }

  /// A form that the person was shown, once.
  private mutating func checkForm(
    _ request: InteractionRequest, _ user: Snowflake
  ) throws(ChatError) -> Checked {
    let key = MemberKey(place: request.applicationID, user: user)
    guard let modal = state.modals[key], modal.customID == request.data["custom_id"]?.text else {
      throw .code(.unknownInteraction)
    }
    state.modals[key] = nil
    var checked = Checked()
    checked.fields = [
      .init("custom_id", .text(modal.customID)),
      .init("components", .list(request.data["components"]?.list ?? [])),
    ]
    if let id = modal.messageID {
      checked.message = try read { store throws(StoreError) in
        try store.message(channel: request.channelID, id: id)
      }
    }
    return checked
  }

  /// Adds what an id stands for; what the person cannot see is left out.
  private func resolve(
    _ id: Snowflake, _ type: Int, _ seat: ChannelSeat, _ resolved: inout ResolvedValues
  ) {
    if type == 6 || type == 9, let user = state.accounts[id]?.user, !resolved.users.contains(user) {
      resolved.users.append(user)
      if let member = member(seat.channel.guildID, id) { resolved.members.append(member) }
    }
    if type == 8 || type == 9, let role = state.guilds[seat.channel.guildID]?.role(id),
      !resolved.roles.contains(role)
    {
      resolved.roles.append(role)
    }
    if type == 7, let channel = state.channels[id], channel.guildID == seat.channel.guildID,
      !channel.kind.isPrivate, permissions(seat.seat, in: channel).contains(.viewChannel),
      !resolved.channels.contains(channel)
    {
      resolved.channels.append(channel)
    }
  }

  /// Forgets interactions whose token is void, when there are too many.
  mutating func forgetInteractions(at now: WallTime) {
    guard state.interactions.count > Limits.interactions else { return }
    let oldest = now.milliseconds - Limits.interactionAge
    state.interactions.prune { _, interaction in interaction.at.milliseconds < oldest }
    if state.interactions.count > Limits.interactions {
      statistics.forgotten &+= UInt64(state.interactions.count)
      state.interactions.prune { _, _ in true }
    }
    let living = state.interactions
    state.interactionTokens.prune { _, token in living[token] == nil }
    if state.modals.count > Limits.interactions { state.modals.prune { _, _ in true } }
  }
}
