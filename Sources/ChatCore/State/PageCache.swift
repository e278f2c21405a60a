import Base

/// The newest messages of channels that were read lately, with what is shown beside them.
///
/// It follows the writes that the store has applied, and is emptied when a transaction fails. As one thread reads
/// and writes, a page that many ask for at once is read once. Bounded in octets; the page that nobody asked for
/// the longest goes first.
struct PageCache: Sendable {
  private struct Page: Sendable {
    /// The newest first.
    var messages: [Message]
    /// Whether the channel has no older ones.
    var isWhole: Bool
    /// Messages that those of the page answer; nil within for those that are gone.
    var answered: [Snowflake: Message?] = [:]
    var octets: Int
    var lastUse: UInt64

    /// Puts a message in its place; how many there are now, nil when it has no place here.
    mutating func insert(_ message: Message) -> Int? {
      let index = messages.firstIndex { $0.id < message.id } ?? messages.count
      // Older than the page: it has a place only when nothing is older.
      guard index < messages.count || isWhole else { return nil }
      messages.insert(message, at: index)
      return messages.count
    }
  }

  private var pages: [Snowflake: Page] = [:]
  private var tallies: [Snowflake: ReactionTally] = [:]
  /// On which page a message is, or is answered.
  private var homes: [Snowflake: Snowflake] = [:]
  private var octets = 0
  private var uses: UInt64 = 0

  /// What is remembered of a page's messages beside the text: structs, arrays, table rows.
  private static let octetsPerMessage = 600

  /// Whether a channel's newest messages are remembered.
  func holds(_ channel: Snowflake) -> Bool { pages[channel] != nil }

  /// Messages older than `bound`, newest first; nil when the store must be asked.
  mutating func messages(
    _ channel: Snowflake, before bound: Snowflake?, limit: Int
  ) -> [Message]? {
    guard let page = use(channel) else { return nil }
    let older = bound.map { bound in page.messages.drop { $0.id >= bound } } ?? page.messages[...]
    guard older.count >= limit || page.isWhole else { return nil }
    return Array(older.prefix(limit))
  }

  /// The first messages newer than `bound`, oldest first; nil when the store must be asked.
  mutating func messages(
    _ channel: Snowflake, after bound: Snowflake, limit: Int
  ) -> [Message]? {
    guard let page = use(channel) else { return nil }
    let newer = page.messages.prefix { $0.id > bound }
    guard newer.count < page.messages.count || page.isWhole else { return nil }
    return newer.suffix(limit).reversed()
  }

  /// A message; nil when the store must be asked.
  mutating func message(_ channel: Snowflake, _ id: Snowflake) -> Message? {
    guard homes[id] == channel, let page = use(channel) else { return nil }
    return page.messages.first { $0.id == id }
  }

  /// Reactions of a message; nil when the store must be asked.
  func tally(_ message: Snowflake) -> ReactionTally? { tallies[message] }

  /// What a message of the page answers; nil when the store must be asked, nil within when it is gone.
  func answered(_ channel: Snowflake, _ id: Snowflake) -> Message?? { pages[channel]?.answered[id] }

  /// Remembers a channel's newest messages.
  mutating func remember(_ channel: Snowflake, _ messages: [Message], isWhole: Bool) {
    forget(channel)
    uses += 1
    pages[channel] = Page(messages: messages, isWhole: isWhole, octets: 0, lastUse: uses)
    for message in messages { homes[message.id] = channel }
    grow(channel, by: messages.reduce(0) { $0 + Self.octets($1) })
  }

  /// Remembers reactions of messages that are on a page.
  mutating func remember(_ tally: ReactionTally, of message: Snowflake) {
    guard let channel = homes[message], tallies[message] == nil else { return }
    tallies[message] = tally
    grow(channel, by: tally.octets)
  }

  /// Remembers what a message of the page answers.
  mutating func remember(_ channel: Snowflake, answered id: Snowflake, _ message: Message?) {
    guard pages[channel] != nil else { return }
    pages[channel]?.answered[id] = .some(message)
    if message != nil, homes[id] == nil { homes[id] = channel }
    grow(channel, by: message.map(Self.octets) ?? 16)
  }

  mutating func removeAll() {
    self = PageCache()
  }

  /// Follows a write that the store has applied.
  mutating func apply(_ write: StoreWrite) {
    switch write {
    case .message(let message): add(message)
    case .updateMessage(let message):
      if pages[message.channelID]?.answered[message.id] != nil {
        pages[message.channelID]?.answered[message.id] = .some(message)
      }
      guard homes[message.id] != nil,
        let index = pages[message.channelID]?.messages.firstIndex(where: { $0.id == message.id })
      else { return }
      pages[message.channelID]?.messages[index] = message
      grow(message.channelID, by: message.content.utf8.count)
    case .deleteMessage(let channel, let id):
      pages[channel]?.messages.removeAll { $0.id == id }
      if pages[channel]?.answered[id] != nil { pages[channel]?.answered[id] = .some(nil) }
      homes[id] = nil
      tallies[id] = nil
    case .reaction(let message, _, _, _), .deleteReactions(let message, _),
      .deleteReaction(let message, _, _):
      tallies[message] = nil
    case .deleteChannel(let channel): forget(channel)
    case .deleteGuild: removeAll()
    default: break
    }
  }

  private mutating func add(_ message: Message) {
    // Within the table: a page that is held beside it would be copied whole for each message.
    guard let count = pages[message.channelID]?.insert(message) else { return }
    homes[message.id] = message.channelID
    // Nobody has reacted yet.
    tallies[message.id] = ReactionTally()
    grow(message.channelID, by: Self.octets(message))
    // Shortened by half at a time.
    guard count > 2 * Limits.historyPage, let kept = pages[message.channelID]?.messages else { return }
    remember(message.channelID, Array(kept.prefix(Limits.historyPage)), isWhole: false)
  }

  private mutating func use(_ channel: Snowflake) -> Page? {
    uses += 1
    pages[channel]?.lastUse = uses
    return pages[channel]
  }

  private mutating func grow(_ channel: Snowflake, by count: Int) {
    pages[channel]?.octets += count
    octets += count
    while octets > Limits.pageOctets, pages.count > 1,
      let oldest = pages.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
    {
      forget(oldest)
    }
  }

  private mutating func forget(_ channel: Snowflake) {
    guard let page = pages.removeValue(forKey: channel) else { return }
    octets -= page.octets
    for id in page.messages.map(\.id) + page.answered.keys {
      homes[id] = nil
      tallies[id] = nil
    }
  }

  private static func octets(_ message: Message) -> Int {
    let embeds = message.embeds.count * 2_000 + message.components.count * 1_000
    return octetsPerMessage + message.content.utf8.count + embeds + message.attachments.count * 300
      + (message.snapshot.map { $0.content.utf8.count + $0.embeds.count * 2_000 } ?? 0)
  }
}
