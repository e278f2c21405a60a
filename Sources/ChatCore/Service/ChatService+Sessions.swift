import Base

extension ChatService where Store: ~Copyable {
  mutating func identify(_ session: String, _ asker: Asker) throws(ChatError) -> ChatReply {
    let user = try ownView(asker)
    guard state.sessions.count < Limits.sessions || state.sessions[session] != nil else {
      throw .code(.overloaded)
    }
    if let other = state.sessions[session], other != user.user.id { throw .code(.unknownSession) }
    try noteUse(of: asker.issued, user.user.id, asker.at)
    state.openSession(session, user: user.user.id)
    var guilds: [GuildSnapshot] = []
    for id in state.userGuilds.sorted(user.user.id) {
      guilds.append(snapshot(try seat(asker, in: id)))
    }
    var ready = Ready(user: user, application: state.applications[user.user.id], guilds: guilds)
    if !user.user.isBot { addPersonal(to: &ready) }
    return .ready(ready)
  }

  private func addPersonal(to ready: inout Ready) {
    let user = ready.user.user.id
    ready.privateChannels = openChannels(of: user)
    ready.personal.readStates = readStates(of: user, ready.guilds, ready.privateChannels)
    ready.personal.notifications = notifications(of: user)
    ready.personal.relationships = relationships(of: user)
  }

  /// Ends a session, its voice and temporary memberships; one that is not known is ended already.
  mutating func endSession(_ session: String, _ asker: Asker) throws(ChatError) -> ChatReply {
    guard let user = state.sessions[session] else { return .done }
    guard asker.isSystem || asker.user == user else { throw .code(.unknownSession) }
    for guild in state.userVoice.sorted(user) {
      guard let voice = voice(guild, user), voice.sessionID == session else { continue }
      leaveVoice(voice)
    }
    state.closeSession(session)
    guard state.userSessions.count(user) == 0 else { return .done }
    for guild in state.userGuilds.sorted(user) {
      guard let member = member(guild, user), member.isTemporary, member.roles.isEmpty else { continue }
      try removeMember(member)
    }
    return .done
  }

  func requestMembers(
    _ guild: Snowflake, _ query: MemberQuery, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    switch query {
    case .users(let ids):
      let wanted = ids.prefix(Limits.memberQuery)
      let found = wanted.compactMap { member(guild, $0) }.map { view($0) }
      return .members(found, notFound: wanted.filter { member(guild, $0) == nil })
    case .prefix(let prefix, let limit):
      if prefix.isEmpty, limit == 0 {
        let isBot = try account(asker).user.isBot
        let mayList: Permissions = [.manageRoles, .kickMembers, .banMembers]
        guard isBot || !seat.permissions.isDisjoint(with: mayList) else {
          throw .code(.missingPermissions)
        }
        return .members(allMembers(guild), notFound: [])
      }
      let wanted = prefix.lowercased()
      let limit = min(max(limit, 1), Limits.memberQuery)
      let found = allMembers(guild).lazy.filter { view in
        [view.user.username, view.user.globalName, view.member.nick].contains { name in
          name?.lowercased().hasPrefix(wanted) ?? false
        }
      }
      return .members(Array(found.prefix(limit)), notFound: [])
    }
  }

  private func allMembers(_ guild: Snowflake) -> [MemberView] {
    state.guildMembers.sorted(guild).compactMap { member(guild, $0) }.map { view($0) }
  }
}
