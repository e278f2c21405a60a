import Base

/// Who may view which channel, as far as it was asked since the guild last changed.
struct VisibilityCache: Sendable {
  /// An answer: nil within means everybody.
  struct Answer: Sendable {
    let only: Set<Snowflake>?
  }

  private var guilds: [Snowflake: [Snowflake: Answer]] = [:]
  private var holders: [Snowflake: [Permissions: Set<Snowflake>]] = [:]
  /// Who manages threads in a channel.
  private var managers: [Snowflake: [Snowflake: Set<Snowflake>]] = [:]

  func viewers(of channel: Channel) -> Answer? {
    guilds[channel.guildID]?[channel.id]
  }

  mutating func remember(_ only: Set<Snowflake>?, of channel: Channel) {
    guilds[channel.guildID, default: [:]][channel.id] = Answer(only: only)
  }

  func holders(of permissions: Permissions, in guild: Snowflake) -> Set<Snowflake>? {
    holders[guild]?[permissions]
  }

  mutating func remember(_ users: Set<Snowflake>, of permissions: Permissions, in guild: Snowflake) {
    holders[guild, default: [:]][permissions] = users
  }

  func managers(of channel: Channel) -> Set<Snowflake>? {
    managers[channel.guildID]?[channel.id]
  }

  mutating func remember(managers users: Set<Snowflake>, of channel: Channel) {
    managers[channel.guildID, default: [:]][channel.id] = users
  }

  /// Forgets who may view one private thread.
  mutating func forget(_ thread: Channel) {
    guilds[thread.guildID]?[thread.id] = nil
  }

  mutating func forget(guild: Snowflake) {
    guilds[guild] = nil
    managers[guild] = nil
    holders[guild] = nil
  }

  mutating func forgetEverything() {
    guilds = [:]
    holders = [:]
    managers = [:]
  }
}
