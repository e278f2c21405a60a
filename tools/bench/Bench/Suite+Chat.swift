import Base
import ChatCore
import Glibc
import Net
import Stores

/// The chat core over its real store on disk: what is kept, read back and found, without HTTP.
///
/// A million messages in 64 channels of one guild, of some nine words each that are as unevenly used as a
/// language's, by 1,000 people.
extension Suite {
  mutating func measureChat() throws {
    let count = options.repetitions < 7 ? 50_000 : 1_000_000
    let folder = try BenchFolder()
    var world = try ChatBench(path: folder.path + "/chat.db", random: SeededRandom(seed: 4))
    let filled = try world.fill(count)
    let place = " (\(count) messages stored)"
    add("chat: a message kept and indexed", "µs", Samples(filled / Double(count) / 1_000))
    add(
      "chat: hot message with its indexes", "octets", Samples(Double(world.octets) / Double(count)),
      goal: "≤ 250")
    try world.reopen()
    addPercentiles("chat: last 50, not in memory" + place, try world.pages(isWarm: false), goal: "≤ 10")
    addPercentiles("chat: last 50, in memory" + place, try world.pages(isWarm: true), goal: "≤ 1")
    let readers = try world.readers(10_000)
    add("chat: 10,000 readers of one page", "reads", Samples(Double(readers.reads)), goal: "≤ 10")
    add("chat: one page for each of 10,000 readers", "µs", Samples(readers.took / 10_000 / 1_000))
    for (name, search) in ChatBench.searches {
      addPercentiles("chat: search, \(name)" + place, try world.search(100, search).whole, goal: "≤ 20")
    }
    let parts = try world.search(200, ChatBench.searches[0].make).longestPart
    add("chat: what a search holds others up at most", "ms", Samples(parts / 1e6))
    for size in [1, 10, 256] {
      let batches = try world.post(size == 256 ? 100 : 300, size)
      addPercentiles("chat: a batch of \(size), kept and synced", batches, goal: "")
      let mean = batches.reduce(0, +) / Double(batches.count)
      add("chat: messages kept, \(size) at a time", "per second", Samples(Double(size) * 1e9 / mean))
    }
    add("chat: may they view it, remembered", "ns", Samples(world.viewerCheck()), goal: "≤ 50")
    add("chat: a member's permissions in a channel, computed", "ns", Samples(world.permissionCheck()))
  }

  private mutating func addPercentiles(_ name: String, _ times: [Double], goal: String) {
    let sorted = times.sorted()
    guard !sorted.isEmpty else { return }
    add(name + ", p50", "ms", Samples(sorted[sorted.count / 2] / 1e6))
    add(name + ", p99", "ms", Samples(sorted[sorted.count * 99 / 100] / 1e6), goal: goal)
  }
}

/// A folder that is gone with the value.
struct BenchFolder: ~Copyable {
  let path: String

  init() throws {
    path = "/var/tmp/roost-bench-\(getpid())"
    // The path lives for the call.
    guard unsafe mkdir(path, 0o700) == 0 else { throw BenchError.file(path) }
  }

  deinit {
    // The paths live for the calls; what is not there need not be removed.
    for name in ["/chat.db", "/chat.db-wal", "/chat.db-shm"] { _ = unsafe unlink(path + name) }
    _ = unsafe rmdir(path)
  }
}
