import Base

/// Bots' applications, and interactions that nobody answered.
extension ChatService where Store: ~Copyable {
  mutating func perform(
    _ request: ApplicationRequest, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    switch request {
    case .modify(let changes): try modifyApplication(changes, asker)
    case .failInteraction(let id): try failInteraction(id, asker)
    }
  }

  func currentApplication(_ asker: Asker) throws(ChatError) -> ChatReply {
    let account = try account(asker)
    guard let application = state.applications[account.user.id] else { throw .code(.onlyBots) }
    let owner = application.ownerID.flatMap { state.accounts[$0]?.user }
    return .application(application, owner: owner)
  }

  private mutating func modifyApplication(
    _ changes: ApplicationChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let account = try account(asker)
    guard var application = state.applications[account.user.id] else { throw .code(.onlyBots) }
    let before = application
    var form = FormCheck()
    if case .set(let description) = changes.description {
      application.description = description
      form.length("description", description, 0...Limits.applicationDescriptionLength)
    }
    if case .set(let endpoint) = changes.interactionsEndpoint {
      application.interactionsEndpoint = endpoint
      form.length(["interactions_endpoint_url"], endpoint?.utf8.count ?? 0, 0...Limits.endpointLength)
    }
    try form.finish()
    if application != before { try keep(.application(application)) }
    return try currentApplication(asker)
  }

  private mutating func failInteraction(
    _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    guard asker.isSystem else { throw .code(.general) }
    guard let token = state.interactionTokens[id], var interaction = state.interactions[token],
      interaction.id == id, interaction.phase == .open
    else { return .done }
    interaction.phase = .failed
    state.interactions[token] = interaction
    if interaction.request.kind != .autocomplete {
      emit(.interaction(.failure(id: id, nonce: interaction.request.nonce)), to: person(interaction))
    }
    return .done
  }
}
