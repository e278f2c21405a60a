import Base
import ChatCore
import JSON

/// READY and what follows it.
extension Gateway {
  /// READY, then the guilds: one GUILD_CREATE each for a bot; within READY for a person.
  mutating func sendReady(
    _ ready: Ready, _ identify: Identify, _ session: Handle<GatewaySession>, at now: Moment,
    into actions: inout GatewayActions
  ) {
    let guilds = ready.guilds.filter { sessions[session].serves($0.guild.id) }
    let isBot = sessions[session].isBot
    let version = sessions[session].connection.map { connections[$0].version } ?? 10
    let event = EncodedEvent("READY") {
      $0.field("v", version)
      $0.object("user") { $0.selfUser(ready.user) }
      $0.field("session_id", sessions[session].id)
      $0.field("session_type", "normal")
      $0.field("resume_gateway_url", configuration.resumeURL)
      if let shard = identify.shard {
        $0.array("shard") {
          $0.element(shard.index)
          $0.element(shard.count)
        }
      }
      $0.array("_trace") { $0.element("[\"roost\"]") }
      if isBot {
        botReady(ready, guilds, to: &$0)
      } else {
        personReady(ready, guilds, identify.capabilities, session, to: &$0)
      }
    }
    deliver(event, to: session, at: now, into: &actions)
    guard isBot else {
      return sendSupplement(guilds, identify.capabilities, session, at: now, into: &actions)
    }
    guard sessions[session].intents.contains(.guilds) else { return }
    for snapshot in guilds {
      deliver(guildCreate(snapshot, for: session), to: session, at: now, into: &actions)
    }
  }

  private func botReady(_ ready: Ready, _ guilds: [GuildSnapshot], to writer: inout JSONWriter) {
    writer.array("guilds") {
      for snapshot in guilds {
        $0.object {
          $0.field("id", snapshot.guild.id)
          $0.field("unavailable", true)
        }
      }
    }
    writer.object("application") {
      $0.field("id", ready.application?.id ?? ready.user.user.id)
      $0.field("flags", ready.application?.flags ?? 0)
    }
    for key in ReadyKeys.botLists { writer.array(key) { _ in } }
    writer.object("user_settings") { _ in }
  }

  private func personReady(
    _ ready: Ready, _ guilds: [GuildSnapshot], _ capabilities: Capabilities,
    _ session: Handle<GatewaySession>, to writer: inout JSONWriter
  ) {
    writer.array("private_channels") {
      for view in ready.privateChannels {
        $0.object {
          $0.privateChannel(view)
          guard capabilities.contains(.dedupedUsers) else { return }
          $0.array("recipient_ids") { for user in view.recipients { $0.element(user.id) } }
        }
      }
    }
    writer.array("guilds") {
      for snapshot in guilds {
        let view = sessions[session].view(presences: presences(in: snapshot, for: session))
        $0.object { $0.personGuild(snapshot, view: view, capabilities) }
      }
    }
    for key in ReadyKeys.personLists { writer.array(key) { _ in } }
    if capabilities.contains(.dedupedUsers) {
      let users = ReadyKeys.users(guilds, ready.privateChannels, ready.personal.relationships)
      writer.array("users") { for user in users { $0.object { $0.user(user) } } }
      writer.array("merged_members") {
        for snapshot in guilds {
          let own = snapshot.members.filter { $0.user.id == sessions[session].user }
          $0.array { for member in own { $0.object { $0.mergedMember(member) } } }
        }
      }
    }
    personalReady(ready.personal, capabilities, to: &writer)
    if capabilities.contains(.settingsProto) {
      writer.field("user_settings_proto", "")
    } else {
      writer.object("user_settings") {
        $0.field("locale", "en-US")
        $0.field("theme", "dark")
      }
    }
    writer.object("notification_settings") { $0.field("flags", 0) }
    writer.object("consents") { $0.object("personalization") { $0.field("consented", false) } }
    writer.object("auth") {
      // 2 is Discord's number for time-based codes.
      $0.array("authenticator_types") { if ready.user.hasSecondFactor { $0.element(2) } }
    }
    writer.array("sessions") {
      $0.object {
        $0.field("session_id", sessions[session].id)
        $0.field("status", sessions[session].status.rawValue)
        $0.array("activities") { _ in }
        $0.object("client_info") {
          $0.field("client", "web")
          $0.field("os", "other")
          $0.field("version", 0)
        }
      }
    }
    writer.field("friend_suggestion_count", 0)
    writer.field("country_code", "XX")
    writer.field("analytics_token", "")
    writer.field("auth_session_id_hash", "")
    writer.field("static_client_session_id", "00000000-0000-4000-8000-000000000000")
    writer.field("api_code_version", 1)
    writer.field("explicit_content_scan_version", 0)
    writer.null("tutorial")
  }

  private func personalReady(
    _ ready: PersonalReady, _ capabilities: Capabilities, to writer: inout JSONWriter
  ) {
    writer.versioned(
      "read_state", capabilities.contains(.versionedReadStates),
      version: ready.readStates.map(\.state.version).max()
    ) { for view in ready.readStates { $0.object { $0.readState(view) } } }
    writer.versioned(
      "user_guild_settings", capabilities.contains(.versionedGuildSettings),
      version: ready.notifications.map(\.version).max()
    ) { for settings in ready.notifications { $0.object { $0.notifications(settings) } } }
    writer.array("relationships") {
      for view in ready.relationships {
        $0.object {
          $0.relationship(view.relationship)
          if capabilities.contains(.dedupedUsers) {
            $0.field("user_id", view.user.id)
          } else {
            $0.object("user") { $0.user(view.user) }
          }
        }
      }
    }
  }

  private mutating func sendSupplement(
    _ guilds: [GuildSnapshot], _ capabilities: Capabilities, _ session: Handle<GatewaySession>,
    at now: Moment, into actions: inout GatewayActions
  ) {
    guard capabilities.contains([.dedupedUsers, .prioritizedReady]) else { return }
    let event = EncodedEvent("READY_SUPPLEMENTAL") {
      $0.array("guilds") {
        for snapshot in guilds {
          $0.object {
            $0.field("id", snapshot.guild.id)
            $0.array("voice_states") {
              for state in snapshot.voiceStates { $0.object { $0.voiceState(state) } }
            }
            $0.array("activity_instances") { _ in }
          }
        }
      }
      $0.array("merged_members") {
        for snapshot in guilds {
          $0.array { for member in snapshot.members { $0.object { $0.mergedMember(member) } } }
        }
      }
      $0.object("merged_presences") {
        $0.array("friends") { _ in }
        $0.array("guilds") {
          for snapshot in guilds {
            let present = presences(in: snapshot, for: session)
            $0.array { for presence in present { $0.object { $0.mergedPresence(presence) } } }
          }
        }
      }
      for key in ReadyKeys.supplementLists { $0.array(key) { _ in } }
    }
    deliver(event, to: session, at: now, into: &actions)
  }
}

/// What READY carries empty until later issues fill it.
private enum ReadyKeys {
  static let botLists: [StaticString] = [
    "private_channels", "relationships", "presences", "geo_ordered_rtc_regions",
  ]
  static let personLists: [StaticString] = [
    "game_relationships", "presences", "geo_ordered_rtc_regions",
    "guild_join_requests", "connected_accounts", "linked_users", "experiments", "guild_experiments",
    "broadcaster_user_ids",
  ]
  static let supplementLists: [StaticString] = ["lazy_private_channels", "disclose", "game_invites"]

  /// Everybody in the guilds, private channels and relationships, once, in the order in which they first appear.
  static func users(
    _ guilds: [GuildSnapshot], _ channels: [PrivateChannelView], _ relationships: [RelationshipView]
  ) -> [User] {
    var seen: Set<Snowflake> = []
    let all =
      guilds.flatMap { $0.members.map(\.user) } + channels.flatMap(\.recipients)
      + relationships.map(\.user)
    return all.filter { seen.insert($0.id).inserted }
  }
}

extension JSONWriter {
  /// A guild in a person's READY: flat as in GUILD_CREATE, or with its attributes under `properties`.
  fileprivate mutating func personGuild(
    _ snapshot: GuildSnapshot, view: GuildView, _ capabilities: Capabilities
  ) {
    if capabilities.contains(.clientStateV2) {
      field("id", snapshot.guild.id)
      object("properties") {
        $0.field("id", snapshot.guild.id)
        $0.guildAttributes(snapshot.guild)
      }
      field("data_mode", "full")
      field("version", 0)
      field("premium_subscription_count", 0)
      array("roles") { for role in snapshot.guild.roles { $0.object { $0.role(role) } } }
      array("emojis") { _ in }
      array("stickers") { _ in }
    } else {
      guild(snapshot.guild)
    }
    guildState(snapshot, view: view)
  }

  /// A member whose user stands elsewhere.
  fileprivate mutating func mergedMember(_ view: MemberView) {
    field("user_id", view.user.id)
    partialMember(view.member)
  }

  fileprivate mutating func mergedPresence(_ presence: Presence) {
    field("user_id", presence.user)
    self.presence(presence, guild: nil)
  }

  /// A list, or the object that stands for it with its version.
  fileprivate mutating func versioned(
    _ key: StaticString, _ isVersioned: Bool, version: Int?, _ entries: (inout JSONWriter) -> Void
  ) {
    guard isVersioned else { return array(key, entries) }
    object(key) {
      $0.array("entries", entries)
      $0.field("partial", false)
      $0.field("version", version ?? 0)
    }
  }
}
