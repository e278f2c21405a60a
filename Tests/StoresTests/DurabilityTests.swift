import Base
import ChatCore
import Glibc
import Stores
import Testing

/// What was acknowledged must be there after the process was killed at any point.
@Suite("Durability")
struct DurabilityTests {
  typealias Service = ChatService<SQLiteStore, SeededRandom>

  private static func open(_ path: String) throws -> Service {
    try Service(
      store: SQLiteStore(path: path), random: SeededRandom(seed: 1),
      configuration: ChatConfiguration(registration: .open, node: 0), at: StoreConformance.at)
  }

  private static func ask(
    _ service: inout Service, _ actor: Actor, _ command: ChatCommand, _ at: Int64
  ) -> ChatReply {
    let request = ChatRequest(
      id: 1, actor: actor, command: command, at: WallTime(milliseconds: at))
    guard case .reply(_, let reply)? = service.perform([request]).last else {
      return .failure(.unavailable)
    }
    return reply
  }

  /// A person with a guild; its text channel.
  private static func settle(_ service: inout Service) throws -> (user: Snowflake, channel: Snowflake) {
    let at = StoreConformance.at.milliseconds
    let registration = Registration(
      username: "ann", globalName: nil, email: nil, passwordHash: "h", inviteCode: nil)
    guard case .authenticated(let user, _) = ask(&service, .system, .register(registration), at),
      case .guild(let guild) = ask(
        &service, .system, .createGuild(name: "Roost", owner: user.user.id), at),
      let channel = guild.channels.first
    else { throw StoreError.other(0) }
    return (user.user.id, channel.id)
  }

  private static func say(
    _ service: inout Service, _ user: Snowflake, _ channel: Snowflake, _ number: Int
  ) -> Message? {
    let at = StoreConformance.at.milliseconds + Int64(number)
    let draft = MessageDraft(content: "message \(number)")
    let actor = Actor.user(user, issued: WallTime(milliseconds: at))
    guard
      case .message(let view) = ask(
        &service, actor, .createMessage(channel: channel, draft), at)
    else { return nil }
    return view.message
  }

  /// The child notes each acknowledged message in a log; the parent finds all of them.
  ///
  /// It dies by a timer's signal, whose default action ends the process on the spot like kill -9.
  @Test("no acknowledged message is lost when the process is killed", arguments: [60, 110, 200, 350])
  func killed(milliseconds: Int) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    try await #require(processExitsWith: .signal(SIGALRM)) {
      [path = path as String, milliseconds = milliseconds as Int] in
      let log = unsafe Glibc.open(path + "/log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
      var service = try DurabilityTests.open(path + "/chat.db")
      let (user, channel) = try DurabilityTests.settle(&service)
      var timer = itimerval()
      timer.it_value.tv_usec = milliseconds * 1000
      // The value is read during the call only.
      unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
      var number = 0
      while true {
        number += 1
        guard let message = DurabilityTests.say(&service, user, channel, number) else { exit(1) }
        let line = Array("\(channel) \(message.id)\n".utf8)
        // One write a line: it is in the kernel's hands before the next message.
        guard unsafe write(log, line, line.count) == line.count else { exit(2) }
      }
    }
    let lines = String(decoding: readFile(path + "/log"), as: UTF8.self).split(separator: "\n")
    var store = try SQLiteStore(path: folder.database)
    for line in lines {
      let ids = line.split(separator: " ").compactMap { Snowflake($0) }
      try #require(ids.count == 2)
      #expect(try store.message(channel: ids[0], id: ids[1]) != nil, "lost \(line)")
    }
    #expect(!lines.isEmpty, "the child lived long enough to say something")
  }

  /// Copies of the file and its log, cut at every place where a crash may leave them, open and hold every
  /// message whose commit had returned when the log was that long.
  @Test("a log cut anywhere opens and holds what was acknowledged by then")
  func cutLog() throws {
    let folder = try TemporaryFolder()
    var service = try DurabilityTests.open(folder.database)
    let (user, channel) = try DurabilityTests.settle(&service)
    var acknowledged: [(message: Message, logCount: Int)] = []
    for number in 1...12 {
      let message = try #require(DurabilityTests.say(&service, user, channel, number))
      acknowledged.append((message, readFile(folder.database + "-wal").count))
    }
    let log = readFile(folder.database + "-wal")
    let file = readFile(folder.database)
    let start = try #require(acknowledged.first).logCount
    #expect(log.count > start, "commits grow the log")
    for count in stride(from: start, through: log.count, by: 701) {
      let copy = try TemporaryFolder()
      writeFile(copy.database, file)
      writeFile(copy.database + "-wal", Array(log[..<count]))
      var store = try SQLiteStore(path: copy.database)
      for (message, needed) in acknowledged where needed <= count {
        #expect(try store.message(channel: channel, id: message.id) == message, "cut at \(count)")
      }
      _ = try store.load()
    }
  }

  @Test("a log with a flipped bit opens and holds what was acknowledged before the damage")
  func damagedLog() throws {
    let folder = try TemporaryFolder()
    var service = try DurabilityTests.open(folder.database)
    let (user, channel) = try DurabilityTests.settle(&service)
    let first = try #require(DurabilityTests.say(&service, user, channel, 1))
    let safe = readFile(folder.database + "-wal").count
    for number in 2...6 { _ = DurabilityTests.say(&service, user, channel, number) }
    let log = readFile(folder.database + "-wal")
    let file = readFile(folder.database)
    let seed: UInt64 = 0x5EED_0004
    var random = SeededRandom(seed: seed)
    for run in 0..<20 {
      var damaged = log
      damaged[safe + random.below(log.count - safe)] ^= 1 << UInt8(random.below(8))
      let copy = try TemporaryFolder()
      writeFile(copy.database, file)
      writeFile(copy.database + "-wal", damaged)
      var store = try SQLiteStore(path: copy.database)
      let kept = try store.message(channel: channel, id: first.id)
      #expect(kept == first, "seed \(seed) run \(run)")
      _ = try store.load()
    }
  }

  @Test("when the disk takes no more the message is refused, and goes through once there is room")
  func fullDisk() async throws {
    let folder = try TemporaryFolder()
    let path = folder.database
    try await #require(processExitsWith: .success) { [path = path as String] in
      var service = try DurabilityTests.open(path)
      let (user, channel) = try DurabilityTests.settle(&service)
      // Beyond the limit the kernel refuses to write, as it does on a full disk.
      signal(SIGXFSZ, SIG_IGN)
      let room = rlim_t(readFile(path + "-wal").count + 60_000)
      var narrow = rlimit(rlim_cur: room, rlim_max: rlim_t.max)
      // The value is read during the call only.
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &narrow) == 0 else { exit(3) }
      var kept: [Message] = []
      while let message = DurabilityTests.say(&service, user, channel, kept.count + 1) {
        kept.append(message)
        guard kept.count < 1_000 else { exit(4) }
      }
      guard service.statistics.rollbacks == 1, !kept.isEmpty else { exit(5) }
      narrow.rlim_cur = rlim_t.max
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &narrow) == 0 else { exit(6) }
      guard let last = DurabilityTests.say(&service, user, channel, 2_000) else { exit(7) }
      let at = WallTime(milliseconds: StoreConformance.at.milliseconds + 3_000)
      let actor = Actor.user(user, issued: at)
      let history = DurabilityTests.ask(
        &service, actor, .messages(channel: channel, .newest, limit: 2), at.milliseconds)
      guard case .messages(let page) = history,
        page.map(\.message) == [last, kept[kept.count - 1]]
      else { exit(8) }
      exit(0)
    }
  }
}
