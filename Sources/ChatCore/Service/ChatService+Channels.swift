import Base

extension ChatService where Store: ~Copyable {
  func channels(_ guild: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    return .channels(
      sortedChannels(guild).filter { seat.permissions(in: $0).contains(.viewChannel) })
  }

  mutating func createChannel(
    _ guild: Snowflake, _ kind: ChannelKind, _ changes: ChannelChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, in: guild)
    try seat.require(.manageChannels)
    guard state.guildChannels.count(guild) < Limits.channelsPerGuild else {
      throw .code(.tooManyChannels)
    }
    var form = FormCheck()
    if kind.isPrivate || kind.isThread {
      form.fail(["type"], "BASE_TYPE_CHOICES", "Value must be one of {0, 2, 4, 5, 13, 15, 16}.")
    }
    if changes.name == .keep { form.fail(["name"], "BASE_TYPE_REQUIRED", "This field is required") }
    let last = sortedChannels(guild).last { $0.kind.isVoice == kind.isVoice }
    var channel = Channel(
      id: ids.next(at: asker.at), guildID: guild, kind: kind, name: "",
      position: (last?.position ?? -1) &+ 1)
    apply(changes, to: &channel, &form)
    try form.finish()
    if case .set(let overwrites) = changes.overwrites {
      try checkOverwrites(overwrites, of: &channel, seat, seat.permissions)
      if channel.overwrites.contains(where: { $0.allow.union($0.deny).contains(.manageRoles) }) {
        try seat.require(.administrator)
      }
    } else if let parent = channel.parentID {
      channel.overwrites = state.channels[parent]?.overwrites ?? []
    }
    try keep(.channel(channel))
    emit(.channelCreate(channel), to: viewers(channel))
    try audit(.channelCreate, in: guild, of: channel.id, AuditDiff.channel(nil, channel), [], asker)
    return .channel(channel)
  }

  mutating func modifyChannel(
    _ id: Snowflake, _ changes: ChannelChanges, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, at: id)
    if seat.channel.kind.isPrivate { return try modifyGroup(seat.channel, changes, asker) }
    if seat.channel.kind.isThread { return try modifyThread(seat, changes, asker) }
    try seat.require(.manageChannels)
    var channel = seat.channel
    var form = FormCheck()
    apply(changes, to: &channel, &form)
    try form.finish()
    if case .set(let overwrites) = changes.overwrites {
      try seat.require(.manageRoles)
      try checkOverwrites(overwrites, of: &channel, seat.seat, seat.permissions)
    }
    try replace(seat.channel, with: channel, asker)
    try dropTags(seat.channel, channel)
    return .channel(channel)
  }

  private func overwriteSeat(_ asker: Asker, at id: Snowflake) throws(ChatError) -> ChannelSeat {
    let seat = try seat(asker, at: id)
    guard !seat.channel.kind.isThread else { throw .code(.wrongChannelType) }
    try seat.require(.manageRoles)
    return seat
  }

  mutating func setOverwrite(
    _ id: Snowflake, _ overwrite: PermissionOverwrite, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try overwriteSeat(asker, at: id)
    var channel = seat.channel
    let others = channel.overwrites.filter { $0.id != overwrite.id }
    try checkOverwrites(others + [overwrite], of: &channel, seat.seat, seat.permissions)
    try replace(seat.channel, with: channel, asker)
    return .done
  }

  mutating func deleteOverwrite(
    _ id: Snowflake, _ target: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    let seat = try overwriteSeat(asker, at: id)
    var channel = seat.channel
    let others = channel.overwrites.filter { $0.id != target }
    guard others.count < channel.overwrites.count else { throw .code(.unknownOverwrite) }
    try checkOverwrites(others, of: &channel, seat.seat, seat.permissions)
    try replace(seat.channel, with: channel, asker)
    return .done
  }

  mutating func deleteChannel(_ id: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let seat = try seat(asker, at: id)
    if seat.channel.kind.isPrivate { return try close(seat.channel, asker) }
    if seat.channel.kind.isThread { return try deleteThread(seat, asker) }
    try seat.require(.manageChannels)
    let settings = seat.seat.guild.settings
    if settings.isCommunity, settings.rulesChannelID == id || settings.updatesChannelID == id {
      throw .code(.communityChannel)
    }
    let audience = viewers(seat.channel)
    for user in state.channelVoice.sorted(id) {
      if let voice = voice(seat.channel.guildID, user) { leaveVoice(voice) }
    }
    for var child in sortedChannels(seat.channel.guildID) where child.parentID == id {
      child.parentID = nil
      try keep(.channel(child))
      emit(.channelUpdate(child), to: viewers(child))
    }
    var guild = seat.seat.guild
    let isNamed = guild.settings.forget(id)
    if isNamed || guild.systemChannelID == id {
      if guild.systemChannelID == id { guild.systemChannelID = nil }
      try keep(.guild(guild))
      emit(.guildUpdate(guild), to: .guild(guild.id))
    }
    for thread in state.threads.children.sorted(id) { try keep(.deleteChannel(thread)) }
    try keep(.deleteChannel(id))
    emit(.channelDelete(seat.channel), to: audience)
    try audit(
      .channelDelete, in: guild.id, of: id, AuditDiff.channel(seat.channel, nil), [], asker)
    return .channel(seat.channel)
  }

  /// Keeps a changed channel: CHANNEL_UPDATE to those who saw it and still do, and what visibility asks for.
  mutating func replace(
    _ before: Channel, with channel: Channel, _ asker: Asker
  ) throws(ChatError) {
    if before == channel { return }
    let changes = AuditDiff.channel(before, channel)
    try show(before, as: channel, asker.at)
    if !changes.isEmpty {
      try audit(.channelUpdate, in: channel.guildID, of: channel.id, changes, [], asker)
    }
    try auditOverwrites(before, channel, asker)
  }

  private mutating func show(
    _ before: Channel, as channel: Channel, _ now: WallTime
  ) throws(ChatError) {
    if before.overwrites == channel.overwrites {
      try keep(.channel(channel))
      emit(.channelUpdate(channel), to: viewers(channel))
      return
    }
    let sight = sight(of: channel.guildID)
    let was = state.viewers(before)
    try keep(.channel(channel))
    let still = state.viewers(channel).map { now in was.map(now.intersection) ?? now } ?? was
    emit(
      .channelUpdate(channel),
      to: .viewers(guild: channel.guildID, channel: channel.id, only: still))
    showChanges(since: sight, at: now)
  }

  private mutating func apply(
    _ changes: ChannelChanges, to channel: inout Channel, _ form: inout FormCheck
  ) {
    if case .set(let kind) = changes.kind, kind != channel.kind {
      if !kind.isText || !channel.kind.isText {
        form.fail(["type"], "BASE_TYPE_CHOICES", "Only text and announcement channels change their type.")
      }
      channel.kind = kind
    }
    if case .set(let name) = changes.name {
      channel.name = TextRules.channelName(name, channel.kind)
      form.length("name", channel.name, 1...Limits.nameLength)
    }
    if case .set(let position) = changes.position {
      channel.position = position
      form.value("position", position, 0...Limits.channelsPerGuild)
    }
    if case .set(let parent) = changes.parentID {
      checkParent(parent, of: channel, &form)
      channel.parentID = parent
    }
    if case .set(let topic) = changes.topic, channel.kind.holdsThreads || channel.kind == .stage {
      channel.topic = topic.flatMap { $0.isEmpty ? nil : $0 }
      let most = channel.kind.isForum ? Limits.forumTopicLength : Limits.topicLength
      form.length("topic", topic ?? "", 0...most)
    }
    apply(changes.threadSettings, to: &channel, &form)
    if case .set(let flags) = changes.flags, channel.kind.isForum {
      channel.flags = flags.intersection(
        channel.kind == .media ? [.requiresTag, .hidesDownloads] : .requiresTag)
    }
    if case .set(let isNSFW) = changes.isNSFW { channel.isNSFW = isNSFW }
    if case .set(let seconds) = changes.rateLimitPerUser, channel.kind != .category {
      channel.rateLimitPerUser = seconds
      form.value("rate_limit_per_user", seconds, 0...Limits.slowModeMax)
    }
    guard channel.kind.isVoice else { return }
    if case .set(let bitrate) = changes.bitrate {
      channel.bitrate = bitrate
      form.value("bitrate", bitrate, Limits.channelBitrateMin...Limits.channelBitrateMax)
    }
    if case .set(let limit) = changes.userLimit {
      let most = channel.kind == .stage ? Limits.stageUserLimitMax : Limits.voiceUserLimitMax
      channel.userLimit = limit
      form.value("user_limit", limit, 0...most)
    }
  }

  func checkParent(_ parent: Snowflake?, of channel: Channel, _ form: inout FormCheck) {
    guard let parent else { return }
    guard channel.kind != .category, let category = state.channels[parent], category.kind == .category,
      category.guildID == channel.guildID
    else {
      return form.fail(
        ["parent_id"], "CHANNEL_PARENT_INVALID_TYPE", "Not a category of this guild")
    }
    let siblings = state.guildChannels.set(channel.guildID).filter {
      $0 != channel.id && state.channels[$0]?.parentID == parent
    }
    if siblings.count >= Limits.channelsPerCategory {
      form.fail(
        ["parent_id"], "CHANNEL_PARENT_MAX_CHANNELS",
        "Maximum number of channels in category reached (\(Limits.channelsPerCategory))")
    }
  }

  /// Sets a channel's overwrites if the asker may: roles must exist, and of what changes only bits that
  /// the asker has.
  func checkOverwrites(
    _ overwrites: [PermissionOverwrite], of channel: inout Channel, _ seat: Seat,
    _ permissions: Permissions
  ) throws(ChatError) {
    var known: [Snowflake: PermissionOverwrite] = [:]
    for overwrite in overwrites {
      if overwrite.target == .role, seat.guild.role(overwrite.id) == nil { throw .code(.unknownRole) }
      known[overwrite.id] = overwrite
    }
    guard known.count <= Limits.overwritesPerChannel else { throw .code(.tooManyOverwrites) }
    let before = channel.overwrites
    channel.overwrites = known.values.sorted { $0.id < $1.id }
    if permissions.contains(.administrator) { return }
    for overwrite in channel.overwrites + before {
      let old = before.first { $0.id == overwrite.id }
      let new = known[overwrite.id]
      let allow = (old?.allow ?? []).symmetricDifference(new?.allow ?? [])
      let deny = (old?.deny ?? []).symmetricDifference(new?.deny ?? [])
      guard permissions.isSuperset(of: allow.union(deny)) else { throw .code(.missingPermissions) }
    }
  }
}
