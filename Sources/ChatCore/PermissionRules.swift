public import Base

/// The whole computation of permissions, as pure functions (Discord's documentation, "Permissions").
///
///     owner ───────────────────────────────▶ all
///     @everyone | roles ── ADMINISTRATOR ──▶ all
///           │ overwrite of @everyone   deny, then allow
///           │ overwrites of roles      all denies, then all allows
///           │ overwrite of the member  deny, then allow
///           │ implied: no VIEW_CHANNEL nothing; no SEND_MESSAGES, no CONNECT less
///           ▼ time-out: VIEW_CHANNEL and READ_MESSAGE_HISTORY at most (not owner, not administrators)
///
/// Categories' overwrites are copied when a channel is made, and not read here. Threads have none: give their
/// parent.
public enum PermissionRules {
  /// What the member may do in the guild, without any channel's overwrites, at `time`.
  public static func permissions(of member: Member, in guild: Guild, at time: WallTime) -> Permissions {
    let granted = granted(member, guild)
    if granted.contains(.administrator) { return .all }
    return isTimedOut(member, at: time) ? granted.intersection(.timedOut) : granted
  }

  /// What the member may do in the channel at `time`.
  public static func permissions(
    of member: Member, in channel: Channel, of guild: Guild, at time: WallTime
  ) -> Permissions {
    let granted = granted(member, guild)
    if granted.contains(.administrator) { return .all }
    var result = overwritten(granted, member, channel, guild)
    guard result.contains(.viewChannel) else { return [] }
    if !result.contains(.sendMessages) { result.subtract(.impliedBySending) }
    if channel.kind.isVoice, !result.contains(.connect) { result.subtract(.impliedByConnecting) }
    return isTimedOut(member, at: time) ? result.intersection(.timedOut) : result
  }

  /// What the member may do at `time` in the threads of `parent`, apart from who may view a private one.
  ///
  /// SEND_MESSAGES_IN_THREADS stands in for SEND_MESSAGES, whose bit stays as it is and means nothing there.
  public static func permissions(
    of member: Member, inThreadsOf parent: Channel, of guild: Guild, at time: WallTime
  ) -> Permissions {
    let granted = granted(member, guild)
    if granted.contains(.administrator) { return .all }
    var result = overwritten(granted, member, parent, guild)
    guard result.contains(.viewChannel) else { return [] }
    if !result.contains(.sendMessagesInThreads) { result.subtract(.impliedBySending) }
    return isTimedOut(member, at: time) ? result.intersection(.timedOut) : result
  }

  /// Whether the member sees all private threads of the channel; no time-out takes that away.
  public static func managesThreads(
    in channel: Channel, of guild: Guild, member: Member
  ) -> Bool {
    let granted = granted(member, guild)
    return granted.contains(.administrator)
      || overwritten(granted, member, channel, guild).isSuperset(of: [.viewChannel, .manageThreads])
  }

  /// Whether the member may view the channel; no time-out takes that away.
  public static func mayView(_ channel: Channel, in guild: Guild, member: Member) -> Bool {
    let granted = granted(member, guild)
    return granted.contains(.administrator)
      || overwritten(granted, member, channel, guild).contains(.viewChannel)
  }

  /// Whether every member may view the channel for sure, whoever they are: a quick test that errs on the
  /// side of false.
  public static func isOpen(_ channel: Channel, in guild: Guild) -> Bool {
    guard let everyone = guild.everyone else { return false }
    let denies = channel.overwrites.contains { $0.deny.contains(.viewChannel) }
    return everyone.permissions.contains(.viewChannel) && !denies
  }

  /// Whether the member is timed out at `time`.
  public static func isTimedOut(_ member: Member, at time: WallTime) -> Bool {
    guard let until = member.timedOutUntil else { return false }
    return time < until
  }

  /// Whether `actor` may act on `role`: it stands strictly below the actor's highest one, or the actor owns
  /// the guild.
  public static func outranks(_ actor: Member, _ role: Role, in guild: Guild) -> Bool {
    guild.ownerID == actor.userID || isBelow(role, highestRole(of: actor, in: guild))
  }

  /// Whether `actor` may act on `target`.
  ///
  /// The target's highest role stands strictly below the actor's, or the actor owns the guild. Nobody acts
  /// on the owner.
  public static func outranks(_ actor: Member, _ target: Member, in guild: Guild) -> Bool {
    if guild.ownerID == target.userID { return false }
    if guild.ownerID == actor.userID { return true }
    guard let role = highestRole(of: target, in: guild) else { return false }
    return isBelow(role, highestRole(of: actor, in: guild))
  }

  /// The member's highest role, @everyone when it has no other.
  public static func highestRole(of member: Member, in guild: Guild) -> Role? {
    var highest = guild.everyone
    for role in guild.roles where member.roles.contains(role.id) {
      if highest.map({ isBelow($0, role) }) ?? true { highest = role }
    }
    return highest
  }

  /// Order of roles: by position; of equal positions the lower id is the higher role.
  private static func isBelow(_ role: Role, _ other: Role?) -> Bool {
    guard let other else { return false }
    if role.position != other.position { return role.position < other.position }
    return other.id < role.id
  }

  private static func granted(_ member: Member, _ guild: Guild) -> Permissions {
    if guild.ownerID == member.userID { return .all }
    var result = guild.everyone?.permissions ?? []
    for role in guild.roles where member.roles.contains(role.id) {
      result.formUnion(role.permissions)
    }
    return result
  }

  private static func overwritten(
    _ granted: Permissions, _ member: Member, _ channel: Channel, _ guild: Guild
  ) -> Permissions {
    var result = granted
    var roleDeny: Permissions = []
    var roleAllow: Permissions = []
    var own: PermissionOverwrite?
    for overwrite in channel.overwrites {
      switch overwrite.target {
      case .role where overwrite.id == guild.id:
        result = result.subtracting(overwrite.deny).union(overwrite.allow)
      case .role where member.roles.contains(overwrite.id):
        roleDeny.formUnion(overwrite.deny)
        roleAllow.formUnion(overwrite.allow)
      case .member where overwrite.id == member.userID: own = overwrite
      default: break
      }
    }
    result = result.subtracting(roleDeny).union(roleAllow)
    if let own { result = result.subtracting(own.deny).union(own.allow) }
    // ADMINISTRATOR comes from roles alone.
    return result.subtracting(.administrator)
  }
}
