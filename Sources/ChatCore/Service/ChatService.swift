public import Base

/// The chat core: commands in, replies and events out, everything durable before anybody learns of it.
///
/// One owner, one thread. It has no clock, no socket and no thread of its own; it calls nobody but its store.
///
///     batch ─▶ each request: check → change memory, note writes → events, reply
///           ─▶ one commit of all writes ─▶ outputs
///
/// A request that is refused leaves no trace. If the store fails, memory goes back to the state before
/// the batch, and the batch is done again without writing: what needs a write is answered with
/// ``ChatError/unavailable``, the rest goes on. So nothing acknowledged is ever lost, and nothing that was lost
/// is ever acknowledged.
public struct ChatService<Store: ChatStore & ~Copyable, Random: RandomSource>: ~Copyable {
  var state: ChatState
  var store: Store
  var random: Random
  var ids: SnowflakeGenerator
  let configuration: ChatConfiguration
  var voiceVersion: UInt64 = 0
  var pages = PageCache()

  /// Outputs of the running batch.
  var outputs: [ChatOutput] = []
  /// Writes of the running request.
  private var pending: [StoreWrite] = []
  private var isTransactionOpen = false
  private var refusesWrites = false

  /// The newest entry of the event log: what the outputs of the last batch are logged up to.
  public private(set) var logOffset: UInt64
  /// The last entry that the fan-out is done with, and what the store knows of it.
  var acknowledged: UInt64
  private var storedAcknowledged: UInt64?

  /// What happened so far.
  public internal(set) var statistics = ChatStatistics()

  /// Loads the store and goes on where it ended.
  ///
  /// - Throws: what the store throws when it cannot be read.
  public init(store: consuming Store, random: Random, configuration: ChatConfiguration, at now: WallTime)
    throws(StoreError)
  {
    var store = store
    let snapshot = try store.load()
    let oldest = Snowflake.first(at: WallTime(milliseconds: now.milliseconds - Limits.nonceAge))
    let nonces = try store.recentNonces(since: oldest, limit: Limits.rememberedNonces)
    let log = try store.logState()
    logOffset = log.newest
    storedAcknowledged = log.consumers[.gateway]
    acknowledged = storedAcknowledged ?? log.newest
    self.store = store
    self.random = random
    self.configuration = configuration
    ids = SnowflakeGenerator(node: configuration.node, newest: snapshot.newestID)
    state = ChatState()
    state.load(snapshot)
    for recent in nonces {
      let key = NonceKey(channel: recent.channelID, author: recent.authorID, nonce: recent.nonce)
      state.nonces[key] = recent.messageID
    }
    state.commit()
  }

  /// Performs requests in order; exactly one reply a request, after the request's events.
  ///
  /// Batches longer than ``Limits/batch`` are committed in parts. Blocks for as long as the store's commit.
  public mutating func perform(_ batch: [ChatRequest]) -> [ChatOutput] {
    var result: [ChatOutput] = []
    var start = 0
    while start < batch.count {
      let end = min(start + Limits.batch, batch.count)
      performTogether(batch[start..<end])
      result.append(contentsOf: outputs)
      outputs.removeAll(keepingCapacity: true)
      start = end
    }
    return result
  }

  /// Copies everything that was acknowledged to a new file at `path`.
  ///
  /// Blocks for as long as the copy takes.
  ///
  /// - Throws: what the store throws; then the file is worth nothing.
  public mutating func backUp(to path: String) throws(StoreError) {
    try store.backUp(to: path)
  }

  /// Does a bounded part of what the store can do later, a few milliseconds; whether more of it waits.
  ///
  /// Not while requests wait that are older: it blocks as they do.
  public mutating func maintain() -> Bool {
    do throws(StoreError) {
      return try store.maintain(.index)
    } catch {
      // What could not be done waits for the next time.
      statistics.maintenanceFailures &+= 1
      statistics.lastStoreError = error
      return false
    }
  }

  private mutating func performTogether(_ batch: ArraySlice<ChatRequest>) {
    let before = state.mark
    do throws(StoreError) {
      for request in batch {
        answer(request)
        try applyPending()
      }
      if isTransactionOpen {
        let entry = try log(at: batch.last?.at)
        try store.commit()
        if let entry { logOffset = entry }
        storedAcknowledged = acknowledged
        isTransactionOpen = false
        statistics.isRefused = false
        statistics.commits &+= 1
      }
    } catch {
      statistics.lastStoreError = error
      statistics.isRefused = true
      statistics.rollbacks &+= 1
      store.rollback()
      isTransactionOpen = false
      pending.removeAll()
      pages.removeAll()
      outputs.removeAll()
      state.rollback(to: before)
      refusesWrites = true
      for request in batch { answer(request) }
      refusesWrites = false
    }
    state.commit()
    if let newest = batch.last?.at { forgetOld(at: newest) }
  }

  /// Logs the batch's events in its own transaction; the new entry's offset, if there is one.
  private mutating func log(at now: WallTime?) throws(StoreError) -> UInt64? {
    if storedAcknowledged != acknowledged {
      try store.apply(.log(.acknowledge(.gateway, through: acknowledged)))
    }
    guard let now, let entry = logEntry(at: now) else { return nil }
    try store.apply(.log(.append(entry)))
    return entry.offset
  }

  /// Performs one request against memory; its writes are left in `pending`.
  private mutating func answer(_ request: ChatRequest) {
    let mark = state.mark
    let outputMark = outputs.count
    statistics.requests &+= 1
    let reply: ChatReply
    do throws(ChatError) {
      reply = try perform(request.command, by: try authenticate(request))
    } catch {
      state.rollback(to: mark)
      outputs.removeSubrange(outputMark...)
      pending.removeAll()
      statistics.failures &+= 1
      reply = .failure(error)
    }
    outputs.append(.reply(id: request.id, reply))
  }

  private mutating func applyPending() throws(StoreError) {
    guard !pending.isEmpty else { return }
    if !isTransactionOpen {
      try store.begin()
      isTransactionOpen = true
    }
    for write in pending {
      try store.apply(write)
      pages.apply(write)
    }
    pending.removeAll(keepingCapacity: true)
  }

  private func authenticate(_ request: ChatRequest) throws(ChatError) -> Asker {
    switch request.actor {
    case .nobody: return Asker(user: nil, issued: nil, isSystem: false, at: request.at, reason: nil)
    case .system: return Asker(user: nil, issued: nil, isSystem: true, at: request.at, reason: request.reason)
    case .user(let id, let issued):
      guard let account = state.accounts[id], issued >= account.tokensValidAfter,
        !state.personal.revokedTokens.contains(id, issued)
      else {
        throw .unauthorized
      }
      return Asker(user: id, issued: issued, isSystem: false, at: request.at, reason: request.reason)
    }
  }
}

/// Who asks, once it is known that the token holds.
struct Asker {
  let user: Snowflake?
  /// What the user's token claims.
  let issued: WallTime?
  let isSystem: Bool
  let at: WallTime
  /// Why, for the audit log.
  let reason: String?
}

/// Counters of the chat core, for metrics.
public struct ChatStatistics: Hashable, Sendable {
  /// Requests performed, also again after a failed commit.
  public var requests: UInt64 = 0
  /// Requests refused.
  public var failures: UInt64 = 0
  /// Questions that the store was asked while requests were answered.
  public var reads: UInt64 = 0
  /// Transactions made durable.
  public var commits: UInt64 = 0
  /// Batches that the store could not keep.
  public var rollbacks: UInt64 = 0
  /// Whether the store failed at its latest commit.
  public var isRefused = false
  /// Nonces and slow-mode posts forgotten before their time because the table was full.
  public var forgotten: UInt64 = 0
  /// How often the store could not do what it does when it has time.
  public var maintenanceFailures: UInt64 = 0
  /// Why the store last failed.
  public var lastStoreError: StoreError?

  /// Nothing counted yet.
  public init() {}
}

extension ChatService where Store: ~Copyable {
  /// Keeps one write: in memory at once, in the store with the batch.
  mutating func keep(_ write: StoreWrite) throws(ChatError) {
    if refusesWrites { throw .unavailable }
    state.apply(write)
    pending.append(write)
  }

  mutating func emit(_ payload: Payload, to audience: Audience) {
    outputs.append(.event(ChatEvent(audience: audience, payload: payload)))
  }

  /// Reads from the store; a failure refuses the running request only.
  mutating func read<Value>(
    _ body: (inout Store) throws(StoreError) -> Value
  ) throws(ChatError) -> Value {
    // Writes of the running request are not in the store yet: commands read first, then write.
    statistics.reads &+= 1
    do throws(StoreError) {
      return try body(&store)
    } catch {
      statistics.lastStoreError = error
      throw .unavailable
    }
  }

  /// Forgets nonces and posts that matter no more.
  private mutating func forgetOld(at now: WallTime) {
    if state.nonces.count > Limits.rememberedNonces {
      let oldest = Snowflake.first(at: WallTime(milliseconds: now.milliseconds - Limits.nonceAge))
      state.nonces.prune { _, message in message < oldest }
      if state.nonces.count > Limits.rememberedNonces {
        statistics.forgotten &+= UInt64(state.nonces.count)
        state.nonces.prune { _, _ in true }
      }
    }
    forgetInteractions(at: now)
    if state.slowModePosts.count > Limits.slowModePosts {
      let oldest = now.milliseconds - Int64(Limits.slowModeMax) * 1000
      state.slowModePosts.prune { _, at in at.milliseconds < oldest }
      if state.slowModePosts.count > Limits.slowModePosts {
        statistics.forgotten &+= UInt64(state.slowModePosts.count)
        state.slowModePosts.prune { _, _ in true }
      }
    }
  }
}

extension Snowflake {
  /// The smallest id of its millisecond.
  static func first(at time: WallTime) -> Snowflake {
    let elapsed = UInt64(clamping: time.milliseconds.subtractingReportingOverflow(epoch).partialValue)
    return Snowflake(rawValue: min(elapsed, 0x3FF_FFFF_FFFF) << 22)
  }
}

extension ChatState {
  /// Fills an empty state.
  mutating func load(_ snapshot: ChatSnapshot) {
    for account in snapshot.accounts { apply(.account(account)) }
    for application in snapshot.applications { apply(.application(application)) }
    for command in snapshot.commands { apply(.command(command)) }
    for guild in snapshot.guilds {
      apply(.guild(guild))
      for role in guild.roles { apply(.role(guild: guild.id, role)) }
    }
    for channel in snapshot.channels { apply(.channel(channel)) }
    for member in snapshot.members { apply(.member(member)) }
    for member in snapshot.threadMembers { apply(.thread(.member(member))) }
    for ban in snapshot.bans { apply(.ban(ban)) }
    for invite in snapshot.invites { apply(.invite(invite)) }
    loadPersonal(snapshot.personal)
    for webhook in snapshot.webhooks { apply(.webhook(.put(webhook))) }
  }
}
