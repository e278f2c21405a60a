import Base
import ChatCore
import Glibc
import Net
import Stores

/// A guild whose channels hold many messages, and what is asked of it.
struct ChatBench: ~Copyable {
  typealias Service = ChatService<SQLiteStore, SeededRandom>

  private static let channelCount = 64
  private static let authorCount = 1_000
  private let path: String
  private var random: SeededRandom
  private var service: Service?
  private var now: Int64 = 1_700_000_000_000
  private var owner = Snowflake(rawValue: 0)
  private var guild: Guild?
  private var channels: [Channel] = []
  private let words: [String]

  init(path: String, random: SeededRandom) throws {
    self.path = path
    var random = random
    let syllables = [
      "ka", "lo", "mi", "ren", "tas", "vo", "shu", "pel", "dri", "no", "ba", "zet", "el", "qua",
    ]
    words = (0..<20_000).map { _ in
      (0...(1 + random.below(3))).map { _ in syllables[random.below(syllables.count)] }.joined()
    }
    self.random = random
    try reopen()
    try settle()
  }

  /// The core started anew on what is on disk.
  mutating func reopen() throws {
    // The file is locked while a store lives.
    service = nil
    service = try Service(
      store: SQLiteStore(path: path), random: SeededRandom(seed: 1),
      configuration: ChatConfiguration(registration: .open, node: 0), at: WallTime(milliseconds: now))
  }

  /// Octets of the database file.
  var octets: Int {
    var status = stat()
    // stat fills the value.
    guard unsafe stat(path, &status) == 0 else { return 0 }
    return Int(status.st_size)
  }

  private mutating func ask(_ actor: Actor, _ commands: [ChatCommand]) -> [ChatReply] {
    now += 1
    let batch = commands.enumerated().map { index, command in
      ChatRequest(id: UInt64(index + 1), actor: actor, command: command, at: WallTime(milliseconds: now))
    }
    let outputs = service?.perform(batch) ?? []
    return outputs.compactMap { if case .reply(_, let reply) = $0 { reply } else { nil } }
  }

  private var reader: Actor { .user(owner, issued: WallTime(milliseconds: now)) }

  private mutating func settle() throws {
    let registration = Registration(
      username: "owner", globalName: nil, email: nil, passwordHash: "h", inviteCode: nil)
    guard case .authenticated(let user, _)? = ask(.system, [.register(registration)]).first,
      case .guild(let made)? = ask(.system, [.createGuild(name: "Bench", owner: user.user.id)]).first
    else { throw BenchError.file(path) }
    owner = user.user.id
    for index in 0..<Self.channelCount {
      var changes = ChannelChanges()
      changes.name = .set("channel-\(index)")
      let create = ChatCommand.createChannel(guild: made.guild.id, kind: .text, changes)
      guard case .channel(let channel)? = ask(reader, [create]).first else { throw BenchError.file(path) }
      channels.append(channel)
    }
    guild = made.guild
  }

  /// A few words are said all the time, most hardly ever.
  private mutating func text() -> String {
    let count = 3 + random.below(13)
    let said = (0..<count).map { _ in
      words[
        min(
          random.below(words.count), random.below(words.count), random.below(words.count), random.below(2_000)
        )]
    }
    return said.joined(separator: " ") + (random.below(20) == 0 ? " https://example.org/" : "")
  }

  /// Stores and indexes messages, 250 a transaction; nanoseconds.
  mutating func fill(_ count: Int) throws -> Double {
    service = nil
    var store = try SQLiteStore(path: path)
    let start = MonotonicClock.now()
    var id = UInt64(now - 1_420_070_400_000) << 22
    for first in stride(from: 0, to: count, by: 250) {
      try store.begin()
      for _ in first..<min(first + 250, count) {
        id += UInt64(1 + random.below(400)) << 22
        var message = Message(
          id: Snowflake(rawValue: id), channelID: channels[random.below(channels.count)].id,
          guildID: guild?.id ?? .noGuild,
          authorID: Snowflake(rawValue: 1_000_000 + UInt64(random.below(Self.authorCount))),
          kind: .ordinary, content: text())
        message.nonce = .integer(Int64(truncatingIfNeeded: id))
        try store.apply(.message(message))
      }
      try store.commit()
      while try store.maintain(.index) {}
    }
    now = Int64(id >> 22) + 1_420_070_400_000 + 1
    return Double((MonotonicClock.now() - start).nanoseconds)
  }

  /// The newest 50 messages of each channel; nanoseconds each.
  mutating func pages(isWarm: Bool) throws -> [Double] {
    var times: [Double] = []
    for _ in 0..<(isWarm ? 1_000 : 5 * channels.count) {
      if !isWarm, times.count % channels.count == 0 { try forgetFile() }
      let channel = channels[times.count % channels.count].id
      let asker = reader
      let start = MonotonicClock.now()
      let replies = ask(asker, [.messages(channel: channel, .newest, limit: 50)])
      times.append(Double((MonotonicClock.now() - start).nanoseconds))
      guard case .messages(let page)? = replies.first, page.count == 50 else { throw BenchError.file(path) }
    }
    return times
  }

  /// Starts anew with a file that the kernel has forgotten, too.
  private mutating func forgetFile() throws {
    service = nil
    // The descriptor is opened and closed here; the advice is about its own pages.
    let descriptor = unsafe open(path, O_RDONLY)
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    _ = close(descriptor)
    try reopen()
  }

  /// Many who read one page that is not in memory; nanoseconds for all, and what the store was asked.
  mutating func readers(_ count: Int) throws -> (took: Double, reads: UInt64) {
    try reopen()
    let before = service?.statistics.reads ?? 0
    let command = ChatCommand.messages(channel: channels[0].id, .newest, limit: 50)
    let asker = reader
    let start = MonotonicClock.now()
    let replies = ask(asker, Array(repeating: command, count: count))
    let took = Double((MonotonicClock.now() - start).nanoseconds)
    let pages = replies.filter { if case .messages(let page) = $0 { page.count == 50 } else { false } }
    guard pages.count == count else { throw BenchError.file(path) }
    return (took, (service?.statistics.reads ?? 0) - before)
  }

  /// Kinds of searches; each is made of common and of rare words.
  typealias SearchMaker = @Sendable (inout SearchFilter, String, String) -> Void
  static let searches: [(name: String, make: SearchMaker)] = [
    ("a common word", { filter, common, _ in filter.content = common }),
    ("a rare word", { filter, _, rare in filter.content = rare }),
    ("two words", { filter, common, rare in filter.content = common + " " + rare }),
    (
      "a common word of an author with a link",
      { filter, common, _ in
        filter.content = common
        filter.has = [.link]
        filter.authors = [Snowflake(rawValue: 1_000_007)]
      }
    ),
  ]

  /// Whole searches, part after part, and the longest part; nanoseconds.
  mutating func search(_ count: Int, _ make: SearchMaker) throws -> (whole: [Double], longestPart: Double) {
    var times: [Double] = []
    var longest = 0.0
    for _ in 0..<count {
      var request = SearchRequest(place: .guild(guild?.id ?? .noGuild))
      make(&request.filter, words[random.below(50)], words[2_000 + random.below(10_000)])
      var progress: SearchProgress?
      var whole = 0.0
      repeat {
        let asker = reader
        let start = MonotonicClock.now()
        let reply = ask(asker, [.search(.messages(request, from: progress))]).first
        let took = Double((MonotonicClock.now() - start).nanoseconds)
        (whole, longest, progress) = (whole + took, max(longest, took), nil)
        guard case .search(let found)? = reply else { throw BenchError.file(path) }
        if case .partial(let next) = found { progress = next }
      } while progress != nil
      times.append(whole)
    }
    return (times, longest)
  }

  /// Batches of new messages through the core, synced; nanoseconds each.
  mutating func post(_ count: Int, _ size: Int) throws -> [Double] {
    var times: [Double] = []
    for _ in 0..<count {
      let commands = (0..<size).map { _ in
        ChatCommand.createMessage(
          channel: channels[random.below(channels.count)].id, MessageDraft(content: text()))
      }
      let asker = reader
      let start = MonotonicClock.now()
      guard case .message? = ask(asker, commands).first else { throw BenchError.file(path) }
      times.append(Double((MonotonicClock.now() - start).nanoseconds))
      while service?.maintain() ?? false {}
    }
    return times
  }

  /// What a member with three roles may do in a channel with overwrites; nanoseconds.
  func permissionCheck() -> Double {
    guard var guild, var channel = channels.first else { return 0 }
    // None of them an administrator, whose rights need no sum.
    let roles = (1...20 as ClosedRange<UInt64>).map { index in
      Role(
        id: Snowflake(rawValue: index), name: "", color: 0, isHoisted: false, position: Int(index),
        permissions: Permissions(rawValue: 1 << (index + 10)), isManaged: false, isMentionable: false,
        botID: nil)
    }
    guild.roles += roles
    channel.overwrites = roles.prefix(4).map { role in
      PermissionOverwrite(id: role.id, target: .role, allow: .sendMessages, deny: .attachFiles)
    }
    let member = Member(
      guildID: guild.id, userID: Snowflake(rawValue: 9), nick: nil, roles: roles.prefix(3).map(\.id),
      joinedAt: WallTime(milliseconds: now), isMuted: false, isDeafened: false, timedOutUntil: nil,
      isTemporary: false)
    let rounds = 200_000
    var sum: UInt64 = 0
    let start = MonotonicClock.now()
    for round in 0..<rounds {
      let at = WallTime(milliseconds: now + Int64(round))
      sum &+= PermissionRules.permissions(of: member, in: channel, of: guild, at: at).rawValue
    }
    let took = Double((MonotonicClock.now() - start).nanoseconds)
    // Used, so that nothing is left out.
    return sum == 1 ? 0 : took / Double(rounds)
  }

  /// Whether somebody is among the remembered viewers of a channel, as the gateway asks for each event and
  /// session; nanoseconds.
  func viewerCheck() -> Double {
    let viewers = Set((0..<UInt64(Self.authorCount)).map { Snowflake(rawValue: 1_000_000 + 2 * $0) })
    let rounds = 1_000_000
    var seen = 0
    let start = MonotonicClock.now()
    for round in 0..<rounds {
      let user = Snowflake(rawValue: 1_000_000 + UInt64(round * 7 % (2 * Self.authorCount)))
      seen += viewers.contains(user) ? 1 : 0
    }
    let took = Double((MonotonicClock.now() - start).nanoseconds)
    // Used, so that nothing is left out.
    return seen == 0 ? 0 : took / Double(rounds)
  }
}
