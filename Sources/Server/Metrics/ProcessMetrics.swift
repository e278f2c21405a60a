internal import Base
internal import Glibc

/// The process's own figures under the names that every Prometheus exporter uses.
enum ProcessMetrics {
  /// Files under /proc are short; what does not fit is not read.
  private static let fileMax = 64 * 1024

  /// What /proc tells; families whose file cannot be read are left out.
  static func families() -> [MetricFamily] {
    var families: [MetricFamily] = []
    let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    let pageSize = Double(max(1, sysconf(Int32(_SC_PAGESIZE))))
    if let stat = statFields() {
      // proc(5), counted after the command's name: 12 and 13 are times, 18 threads, 20 start, 21 and 22 memory.
      if let user = number(stat, 11), let system = number(stat, 12) {
        families.append(
          counter("process_cpu_seconds_total", "Processor time used.", (user + system) / ticks))
      }
      if let threads = number(stat, 17) {
        families.append(gauge("process_threads", "Threads.", threads))
      }
      if let start = number(stat, 19), let boot = bootTime() {
        families.append(
          gauge("process_start_time_seconds", "Start of the process, Unix time.", boot + start / ticks))
      }
      if let octets = number(stat, 20) {
        families.append(gauge("process_virtual_memory_bytes", "Address space in use.", octets))
      }
      if let pages = number(stat, 21) {
        families.append(gauge("process_resident_memory_bytes", "Memory in use.", pages * pageSize))
      }
    }
    if let open = openDescriptors() {
      families.append(gauge("process_open_fds", "Open descriptors.", Double(open)))
    }
    var limit = rlimit()
    // `limit` is on this stack frame and outlasts the call.
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      families.append(gauge("process_max_fds", "Most descriptors.", Double(limit.rlim_cur)))
    }
    return families
  }

  private static func statFields() -> [Substring]? {
    guard let octets = readFile("/proc/self/stat", limit: fileMax) else { return nil }
    let text = String(decoding: octets, as: UTF8.self)
    // The command's name may hold spaces; it ends with the last parenthesis.
    guard let end = text.lastIndex(of: ")") else { return nil }
    return text[text.index(after: end)...].split(separator: " ")
  }

  private static func number(_ fields: [Substring], _ index: Int) -> Double? {
    fields.indices.contains(index) ? Double(fields[index]) : nil
  }

  private static func bootTime() -> Double? {
    guard let octets = readFile("/proc/stat", limit: 1 << 20) else { return nil }
    for line in String(decoding: octets, as: UTF8.self).split(separator: "\n") where line.hasPrefix("btime ")
    {
      return Double(line.dropFirst(6))
    }
    return nil
  }

  private static func openDescriptors() -> Int? {
    // The directory stream is closed below; entries are only counted.
    guard let directory = unsafe opendir("/proc/self/fd") else { return nil }
    defer { unsafe closedir(directory) }
    var count = 0
    while unsafe readdir(directory) != nil { count += 1 }
    // Neither `.` and `..` nor the stream's own descriptor.
    return count - 3
  }

  private static func counter(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
    MetricFamily(name: name, help: help, kind: .counter, samples: [.init(value: value)])
  }

  private static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
    MetricFamily(name: name, help: help, kind: .gauge, samples: [.init(value: value)])
  }
}
