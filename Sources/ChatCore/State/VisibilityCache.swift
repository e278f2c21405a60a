import Base

/// Who may view which channel, as far as it was asked since the guild last changed.
struct VisibilityCache: Sendable {
  /// An answer: nil within means everybody.
  struct Answer: Sendable {
    let only: Set<Snowflake>?
  }

  private var guilds: [Snowflake: [Snowflake: Answer]] = [:]
  private var holders: [Snowflake: [Permissions: Set<Snowflake>]] = [:]

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

  mutating func forget(guild: Snowflake) {
    guilds[guild] = nil
    holders[guild] = nil
  }

  mutating func forgetEverything() {
    guilds = [:]
    holders = [:]
  }
}
