public import Base
import ChatCore
import JSON

/// Fan-out: who is sent an event, under which number.
extension Gateway {
  /// An event of the chat core.
  mutating func dispatch(_ event: ChatEvent, at now: Moment, into actions: inout GatewayActions) {
    switch event.payload {
    case .voiceServerNeeded, .linksPosted: return
    case .tokensRevoked(let user): return revoke(user, nil, at: now, into: &actions)
    case .tokenRevoked(let user, let issued): return revoke(user, issued, at: now, into: &actions)
    case .guildCreate(let snapshot):
      for handle in audience(event.audience) {
        join(handle, snapshot, at: now, into: &actions)
      }
    default:
      countDeparture(event.payload)
      guard var dispatch = Dispatch(event.payload) else { return }
      for handle in audience(event.audience) {
        guard let encoded = dispatch.event(for: sessions[handle]) else { continue }
        deliver(encoded, to: handle, at: now, into: &actions)
      }
    }
    if case .guildDelete(let guild) = event.payload {
      for handle in audience(event.audience) { leave(handle, guild) }
    }
  }

  /// Remembers that the user's sessions are told of its leaving.
  private mutating func countDeparture(_ payload: Payload) {
    guard case .voiceStateUpdate(let view) = payload, view.state.channelID == nil else { return }
    for handle in accounts[view.state.userID] ?? [] { sessions[handle].departures &+= 1 }
  }

  /// VOICE_SERVER_UPDATE to the session that joins voice; `endpoint` nil while there is no server.
  public mutating func dispatchVoiceServerUpdate(
    session: String, guild: Snowflake, token: String, endpoint: String?, at now: Moment,
    into actions: inout GatewayActions
  ) {
    guard let handle = sessionHandles[session] else { return }
    let event = EncodedEvent("VOICE_SERVER_UPDATE") {
      $0.field("token", token)
      $0.field("guild_id", guild)
      $0.field("endpoint", endpoint)
    }
    deliver(event, to: handle, at: now, into: &actions)
  }

  /// Numbers the event, keeps it for RESUME and sends it if the client is there.
  mutating func deliver(
    _ event: EncodedEvent, to handle: Handle<GatewaySession>, at now: Moment,
    into actions: inout GatewayActions
  ) {
    counts.dispatchCount += 1
    let number = sessions[handle].buffer.append(event, at: now.instant)
    guard let connection = sessions[handle].connection else { return }
    send(event.frame(number), to: connection, into: &actions)
  }

  /// The sessions of an audience, in the order in which they came.
  private func audience(_ audience: Audience) -> [Handle<GatewaySession>] {
    switch audience {
    case .guild(let guild): subscribers[guild] ?? []
    case .guildExcept(let guild, let user):
      (subscribers[guild] ?? []).filter { sessions[$0].user != user }
    case .members(let guild, let only):
      (subscribers[guild] ?? []).filter { only.contains(sessions[$0].user) }
    case .viewers(let guild, _, nil): subscribers[guild] ?? []
    case .viewers(let guild, _, let only?):
      (subscribers[guild] ?? []).filter { only.contains(sessions[$0].user) }
    case .users(let users):
      users.sorted().flatMap { accounts[$0] ?? [] }.filter { sessions[$0].shard?.index ?? 0 == 0 }
    case .user(let user): accounts[user] ?? []
    case .session(let id): sessionHandles[id].map { [$0] } ?? []
    }
  }

  private mutating func join(
    _ handle: Handle<GatewaySession>, _ snapshot: GuildSnapshot, at now: Moment,
    into actions: inout GatewayActions
  ) {
    guard sessions[handle].serves(snapshot.guild.id) else { return }
    subscribe(handle, to: snapshot.guild.id)
    guard sessions[handle].intents.contains(.guilds) else { return }
    deliver(guildCreate(snapshot, for: handle), to: handle, at: now, into: &actions)
  }

  private mutating func leave(_ handle: Handle<GatewaySession>, _ guild: Snowflake) {
    sessions[handle].guilds.remove(guild)
    unsubscribe(handle, from: guild)
  }

  /// GUILD_CREATE as this session sees it.
  func guildCreate(_ snapshot: GuildSnapshot, for handle: Handle<GatewaySession>) -> EncodedEvent {
    let view = sessions[handle].view(presences: presences(in: snapshot, for: handle))
    return EncodedEvent("GUILD_CREATE") {
      $0.guild(snapshot.guild)
      $0.guildState(snapshot, view: view)
    }
  }

  /// Puts a session among the guild's subscribers.
  mutating func subscribe(_ handle: Handle<GatewaySession>, to guild: Snowflake) {
    guard sessions[handle].serves(guild), sessions[handle].guilds.insert(guild).inserted else { return }
    subscribers[guild, default: []].append(handle)
  }

  /// Takes a session from the guild's subscribers, in O(subscribers).
  mutating func unsubscribe(_ handle: Handle<GatewaySession>, from guild: Snowflake) {
    subscribers[guild]?.removeAll { $0 == handle }
    if subscribers[guild]?.isEmpty == true { subscribers[guild] = nil }
  }

  /// Ends the sessions of a user, or those that began with one token.
  private mutating func revoke(
    _ user: Snowflake, _ issued: WallTime?, at now: Moment, into actions: inout GatewayActions
  ) {
    for handle in accounts[user] ?? [] where issued == nil || sessions[handle].issued == issued {
      if let connection = sessions[handle].connection {
        close(connection, .authenticationFailed, at: now, into: &actions)
      } else {
        end(handle, at: now, into: &actions)
      }
    }
  }
}
