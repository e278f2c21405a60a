import Base
import ChatCore
import JSON

/// What an identified client asks for.
extension Gateway {
  mutating func request(
    _ payload: ClientPayload, of session: Handle<GatewaySession>, on connection: Handle<GatewayConnection>,
    at now: Moment, into actions: inout GatewayActions
  ) {
    switch payload {
    case .presenceUpdate(let status):
      guard connections[connection].presences.admits(at: now.instant, limits.presenceRate) else {
        counts.presenceDropCount += 1
        return
      }
      sessions[session].status = status
      presenceChanged(of: sessions[session].user, at: now, into: &actions)
    case .voiceStateUpdate(let request): move(session, request, at: now, into: &actions)
    case .requestMembers(let request): list(request, for: session, at: now, into: &actions)
    case .requestSoundboardSounds(let guilds):
      for guild in guilds where sessions[session].guilds.contains(guild) {
        let event = EncodedEvent("SOUNDBOARD_SOUNDS") {
          $0.field("guild_id", guild)
          $0.array("soundboard_sounds") { _ in }
        }
        deliver(event, to: session, at: now, into: &actions)
      }
    case .requestChannelInfo(let guild):
      guard sessions[session].guilds.contains(guild) else { return }
      let event = EncodedEvent("CHANNEL_INFO") {
        $0.field("guild_id", guild)
        $0.array("channels") { _ in }
      }
      deliver(event, to: session, at: now, into: &actions)
    case .heartbeat, .identify, .resume, .ignored: break
    }
  }

  /// Op 4: the chat core decides and tells everybody, this session included.
  private mutating func move(
    _ session: Handle<GatewaySession>, _ request: VoiceStateRequest, at now: Moment,
    into actions: inout GatewayActions
  ) {
    // Without a guild it is a private call, which this server does not have.
    guard let guild = request.guild else { return }
    let update = VoiceUpdate(
      session: sessions[session].id, guild: guild, channel: request.channel,
      isSelfMuted: request.isSelfMuted, isSelfDeafened: request.isSelfDeafened,
      isSelfVideo: request.isSelfVideo)
    let waiting: Pending =
      request.channel == nil
      ? .leave(session, request, departures: sessions[session].departures) : .unneeded
    ask(.updateVoiceState(update), as: actor(of: session), waiting, at: now, into: &actions)
  }

  /// Tells a client that it has left although it was not there: libraries wait for that word.
  mutating func confirmLeave(
    _ session: Handle<GatewaySession>, _ request: VoiceStateRequest, departures: UInt64, at now: Moment,
    into actions: inout GatewayActions
  ) {
    guard sessions.contains(session), sessions[session].departures == departures,
      let guild = request.guild
    else { return }
    var state = VoiceState(
      guildID: guild, userID: sessions[session].user, channelID: nil, sessionID: sessions[session].id)
    state.isSelfMuted = request.isSelfMuted
    state.isSelfDeafened = request.isSelfDeafened
    let event = EncodedEvent("VOICE_STATE_UPDATE") {
      $0.field("guild_id", guild)
      $0.voiceState(state)
    }
    deliver(event, to: session, at: now, into: &actions)
  }

  /// Op 8.
  private mutating func list(
    _ request: MemberRequest, for session: Handle<GatewaySession>, at now: Moment,
    into actions: inout GatewayActions
  ) {
    let isEverybody = request.selection == .prefix("") && request.limit == 0
    if isEverybody {
      let outcome = sessions[session].memberLists.count(request.guild, limits.memberListRate, at: now.instant)
      guard outcome.isAllowed else {
        let event = rateLimited(request, retryAfter: outcome.resetAfter)
        return deliver(event, to: session, at: now, into: &actions)
      }
      guard sessions[session].intents.contains(.guildMembers) else {
        return sendChunks(of: [], notFound: [], request, to: session, at: now, into: &actions)
      }
    }
    let query: MemberQuery =
      switch request.selection {
      case .prefix(let text): .prefix(text, limit: request.limit)
      case .users(let users): .users(users)
      }
    ask(
      .requestMembers(guild: request.guild, query), as: actor(of: session),
      .members(session, request), at: now, into: &actions)
  }

  private func rateLimited(_ request: MemberRequest, retryAfter: Interval) -> EncodedEvent {
    EncodedEvent("RATE_LIMITED") {
      $0.field("opcode", GatewayOpcode.requestGuildMembers.rawValue)
      $0.field("retry_after", retryAfter.seconds)
      $0.object("meta") {
        $0.field("guild_id", request.guild)
        if let nonce = request.nonce { $0.field("nonce", nonce) }
      }
    }
  }

  /// GUILD_MEMBERS_CHUNK, at least one.
  mutating func sendChunks(
    of members: [MemberView], notFound: [Snowflake], _ request: MemberRequest,
    to session: Handle<GatewaySession>, at now: Moment, into actions: inout GatewayActions
  ) {
    guard sessions.contains(session) else { return }
    let size = limits.chunkMemberCountMax
    let count = max(1, (members.count + size - 1) / size)
    for index in 0..<count {
      let chunk = members.dropFirst(index * size).prefix(size)
      let online =
        request.wantsPresences
        ? chunk.compactMap { member in
          statuses[member.user.id].map { Presence(user: member.user.id, status: $0) }
        } : []
      let event = EncodedEvent("GUILD_MEMBERS_CHUNK") {
        $0.field("guild_id", request.guild)
        $0.array("members") { for member in chunk { $0.object { $0.member(member) } } }
        $0.field("chunk_index", index)
        $0.field("chunk_count", count)
        if case .users = request.selection {
          $0.array("not_found") { for id in notFound { $0.element(id) } }
        }
        if request.wantsPresences {
          $0.array("presences") { for presence in online { $0.object { $0.presence(presence, guild: nil) } } }
        }
        if let nonce = request.nonce { $0.field("nonce", nonce) }
      }
      deliver(event, to: session, at: now, into: &actions)
    }
  }

  /// Who the session speaks for.
  private func actor(of session: Handle<GatewaySession>) -> Actor {
    .user(sessions[session].user, issued: sessions[session].issued)
  }
}
