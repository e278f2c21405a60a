internal import Base
internal import Glibc

/// Reads a process's CPU time and memory from /proc.
struct ServerProbe {
  /// A reading.
  struct Reading: Hashable {
    /// CPU time of all threads.
    var cpu = Interval.zero
    /// CPU time of the threads that carry media.
    var mediaCPU = Interval.zero
    /// How long its threads were ready to run and had no processor.
    var wait = Interval.zero
    /// Resident octets.
    var resident = 0.0
  }

  private let pid: Int32
  private static let fileCountMax = 64 << 10

  /// Watches `pid`; `nil` when there is no such process or it may not be read.
  init?(pid: Int32) {
    self.pid = pid
    guard let reading = read(), reading.resident > 0 else { return nil }
  }

  /// The present reading; `nil` when the process is gone.
  ///
  /// The whole process's time is its own clock, which knows of threads that have ended. `schedstat` counts
  /// nanoseconds per thread where `stat` counts hundredths of a second; there, what has ended is lost.
  func read() -> Reading? {
    var reading = Reading()
    let threads = directoryEntries("/proc/\(pid)/task")
    guard !threads.isEmpty else { return nil }
    for thread in threads {
      let base = "/proc/\(pid)/task/\(thread)"
      guard let text = readFile(base + "/schedstat", limit: ServerProbe.fileCountMax),
        let usage = ServerProbe.usage(text)
      else { continue }
      reading.cpu = reading.cpu + usage.time
      reading.wait = reading.wait + usage.wait
      let name = readFile(base + "/comm", limit: ServerProbe.fileCountMax) ?? []
      if String(decoding: name, as: UTF8.self).contains("shard") {
        reading.mediaCPU = reading.mediaCPU + usage.time
      }
    }
    reading.cpu = ServerProbe.processTime(pid) ?? reading.cpu
    reading.resident = resident()
    return reading
  }

  private static func processTime(_ pid: Int32) -> Interval? {
    var clock = clockid_t()
    var time = timespec()
    // Both calls fill plain storage of this stack frame.
    guard unsafe clock_getcpuclockid(pid, &clock) == 0, unsafe clock_gettime(clock, &time) == 0 else {
      return nil
    }
    return Interval(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// The first two words of a `schedstat`: time on a processor, and time spent waiting for one.
  private static func usage(_ schedstat: [UInt8]) -> (time: Interval, wait: Interval)? {
    let words = String(decoding: schedstat, as: UTF8.self).split(separator: " ")
    guard words.count > 1, let time = Int64(words[0]), let wait = Int64(words[1]) else { return nil }
    return (Interval(nanoseconds: time), Interval(nanoseconds: wait))
  }

  private func resident() -> Double {
    let text = readFile("/proc/\(pid)/statm", limit: ServerProbe.fileCountMax) ?? []
    let words = String(decoding: text, as: UTF8.self).split(separator: " ")
    guard words.count > 1, let pages = Double(words[1]) else { return 0 }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
  }
}

/// The id of this process.
func ownProcess() -> Int32 {
  getpid()
}
