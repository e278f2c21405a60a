import Base

extension ChatService where Store: ~Copyable {
  /// Sends a command to the method that does it.
  mutating func perform(_ command: ChatCommand, by asker: Asker) throws(ChatError) -> ChatReply {
    switch command {
    case .register(let registration): try register(registration, asker)
    case .credentials(let login): credentials(login)
    case .credentialsOf(let user): try credentials(of: user, asker)
    case .openSession(let opening): try openSession(opening, asker)
    case .account(let command): try perform(command, asker)
    case .order(let order): try perform(order, asker)
    case .setPassword(let user, let hash): try setPassword(user, hash, asker)
    case .createBot(let name): try createBot(name, asker)
    case .currentUser: .selfUser(try ownView(asker))
    case .modifyCurrentUser(let changes): try modifyCurrentUser(changes, asker)
    case .user(let id): try user(id, asker)
    case .currentApplication: try currentApplication(asker)
    case .application(let request): try perform(request, asker)
    case .identify(let session): try identify(session, asker)
    case .endSession(let session): try endSession(session, asker)
    case .requestMembers(let guild, let query): try requestMembers(guild, query, asker)
    case .readState(let command): try perform(command, asker)
    case .relationship(let command): try perform(command, asker)
    case .modifyNotifications(let guild, let changes): try modifyNotifications(guild, changes, asker)
    default: try performOnCommands(command, by: asker)
    }
  }

  private mutating func performOnCommands(
    _ command: ChatCommand, by asker: Asker
  ) throws(ChatError) -> ChatReply {
    switch command {
    case .commands(let scope): try commands(scope, asker)
    case .command(let scope, let id): .command(try self.command(scope, id, asker), isNew: false)
    case .createCommand(let scope, let changes): try createCommand(scope, changes, asker)
    case .modifyCommand(let scope, let id, let changes): try modifyCommand(scope, id, changes, asker)
    case .deleteCommand(let scope, let id): try deleteCommand(scope, id, asker)
    case .replaceCommands(let scope, let list): try replaceCommands(scope, list, asker)
    case .commandIndex(let channel): try commandIndex(channel: channel, asker)
    case .guildCommandIndex(let guild): try commandIndex(guild: guild, asker)
    case .interact(let request): try interact(request, asker)
    case .respond(let id, let token, let response): try respond(id, token, response, asker.at)
    case .followUp(let target, let draft): try followUp(target, draft, asker.at)
    case .interactionMessage(let target): try interactionMessage(target, asker.at)
    case .editInteractionMessage(let target, let changes):
      try editInteractionMessage(target, changes, asker.at)
    case .deleteInteractionMessage(let target): try deleteInteractionMessage(target, asker.at)
    default: try performInGuild(command, by: asker)
    }
  }

  private mutating func performInGuild(
    _ command: ChatCommand, by asker: Asker
  ) throws(ChatError) -> ChatReply {
    switch command {
    case .createGuild(let name, let owner): try createGuild(name, owner, asker)
    case .guild(let id): try guild(id, asker)
    case .modifyGuild(let id, let changes): try modifyGuild(id, changes, asker)
    case .deleteGuild(let id): try deleteGuild(id, asker)
    case .currentGuilds: try currentGuilds(asker)
    case .leaveGuild(let id): try leaveGuild(id, asker)
    case .roles(let guild): .roles(try seat(asker, in: guild).guild.roles)
    case .role(let guild, let role): try self.role(guild, role, asker)
    case .roleMemberCounts(let guild): try roleMemberCounts(guild, asker)
    case .moveRoles(let guild, let placements): try moveRoles(guild, placements, asker)
    case .moveChannels(let guild, let placements): try moveChannels(guild, placements, asker)
    case .createRole(let guild, let changes): try createRole(guild, changes, asker)
    case .modifyRole(let guild, let role, let changes): try modifyRole(guild, role, changes, asker)
    case .deleteRole(let guild, let role): try deleteRole(guild, role, asker)
    case .channels(let guild): try channels(guild, asker)
    case .channel(let id): try channel(id, asker)
    case .thread(let command): try perform(command, asker)
    case .openDirect(let user): try openDirect(user, asker)
    case .openGroup(let users): try openGroup(users, asker)
    case .addRecipient(let channel, let user): try addRecipient(channel, user, asker)
    case .removeRecipient(let channel, let user): try removeRecipient(channel, user, asker)
    case .privateChannels: try privateChannels(asker)
    case .createChannel(let guild, let kind, let changes):
      try createChannel(guild, kind, changes, asker)
    case .modifyChannel(let id, let changes): try modifyChannel(id, changes, asker)
    case .deleteChannel(let id): try deleteChannel(id, asker)
    case .setOverwrite(let channel, let overwrite): try setOverwrite(channel, overwrite, asker)
    case .deleteOverwrite(let channel, let target): try deleteOverwrite(channel, target, asker)
    case .createInvite(let channel, let parameters): try createInvite(channel, parameters, asker)
    case .invite(let code): try invite(code, asker)
    case .acceptInvite(let code): try acceptInvite(code, asker)
    case .deleteInvite(let code): try deleteInvite(code, asker)
    case .channelInvites(let channel): try channelInvites(channel, asker)
    case .guildInvites(let guild): try guildInvites(guild, asker)
    default: try performAmongMembers(command, by: asker)
    }
  }

  private mutating func performAmongMembers(
    _ command: ChatCommand, by asker: Asker
  ) throws(ChatError) -> ChatReply {
    switch command {
    case .member(let guild, let user): .member(try memberView(guild, user, asker))
    case .members(let guild, let limit, let after): try members(guild, limit, after, asker)
    case .modifyMember(let guild, let user, let changes):
      try modifyMember(guild, user, changes, asker)
    case .addMemberRole(let guild, let user, let role):
      try changeMemberRole(guild, user, role, isAdded: true, asker)
    case .removeMemberRole(let guild, let user, let role):
      try changeMemberRole(guild, user, role, isAdded: false, asker)
    case .kick(let guild, let user): try kick(guild, user, asker)
    case .banMember(let guild, let user, let parameters):
      try banMember(guild, user, parameters, asker)
    case .banMembers(let guild, let users, let parameters):
      try banMembers(guild, users, parameters, asker)
    case .unban(let guild, let user): try unban(guild, user, asker)
    case .ban(let guild, let user): try ban(guild, user, asker)
    case .bans(let guild, let page): try bans(guild, page, asker)
    case .auditLog(let guild, let query): try auditLog(guild, query, asker)
    case .addBot(let guild, let bot): try addBot(guild, bot, asker)
    case .updateVoiceState(let update): try updateVoiceState(update, asker)
    case .modifyVoiceState(let guild, let user, let changes):
      try modifyVoiceState(guild, user, changes, asker)
    case .voiceState(let guild, let user): try voiceState(guild, user, asker)
    default: try performOnMessages(command, by: asker)
    }
  }

  private mutating func performOnMessages(
    _ command: ChatCommand, by asker: Asker
  ) throws(ChatError) -> ChatReply {
    switch command {
    case .createMessage(let channel, let draft): try createMessage(channel, draft, asker)
    case .showLinks(let channel, let message, let cards): try showLinks(channel, message, cards, asker)
    case .mayAttach(let channel): try mayAttach(channel, asker)
    case .editMessage(let channel, let message, let changes):
      try editMessage(channel, message, changes, asker)
    case .deleteMessage(let channel, let message): try deleteMessage(channel, message, asker)
    case .deleteMessages(let channel, let messages): try deleteMessages(channel, messages, asker)
    case .message(let channel, let message): try self.message(channel, message, asker)
    case .messages(let channel, let anchor, let limit): try history(channel, anchor, limit, asker)
    case .addReaction(let channel, let message, let emoji):
      try addReaction(channel, message, emoji, asker)
    case .removeReaction(let channel, let message, let emoji, let user):
      try removeReaction(channel, message, emoji, user, asker)
    case .clearReactions(let channel, let message, let emoji):
      try clearReactions(channel, message, emoji, asker)
    case .pins(let channel, let before, let limit): try pins(channel, before, limit, asker)
    case .pin(let channel, let message): try pin(channel, message, asker)
    case .unpin(let channel, let message): try unpin(channel, message, asker)
    case .crosspost(let channel, let message): try crosspost(channel, message, asker)
    case .reactionUsers(let channel, let message, let emoji, let limit, let after):
      try reactionUsers(channel, message, emoji, limit, after, asker)
    case .typing(let channel): try typing(channel, asker)
    case .search(let command): try search(command, asker)
    case .webhook(let command): try perform(command, asker)
    case .attachment(let channel, let id): try attachment(channel, id, asker)
    case .picture(let place): try picture(place, asker)
    case .referencedBlobs(let blobs): try referencedBlobs(blobs, asker)
    default: throw .code(.general)
    }
  }
}
