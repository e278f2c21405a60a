internal import Base

/// CPU time and memory of the server and of the tool itself, read at the edges of the measured time and
/// once a second.
struct Usage {
  /// What a second used.
  struct Second {
    var serverCPU: Double?
    var resident: Double?
    var toolCPU: Double
  }

  private let probe: ServerProbe?
  /// Whether a process was named that cannot be read.
  let isBlind: Bool
  private(set) var before: ServerProbe.Reading?
  /// When everybody had joined.
  private(set) var joined: ServerProbe.Reading?
  private(set) var marked: ServerProbe.Reading?
  private(set) var stopped: ServerProbe.Reading?
  private(set) var residentMax = 0.0
  /// The tool itself.
  private(set) var toolMarked = ServerProbe.Reading()
  private(set) var toolStopped = ServerProbe.Reading()
  private let own: ServerProbe?
  private var last: (at: Instant, server: ServerProbe.Reading?, tool: ServerProbe.Reading)

  init(pid: Int32?) {
    probe = pid.flatMap { ServerProbe(pid: $0) }
    isBlind = pid != nil && probe == nil
    own = ServerProbe(pid: ownProcess())
    last = (.zero, nil, ServerProbe.Reading())
  }

  mutating func start(at now: Instant) {
    before = probe?.read()
    last = (now, before, own?.read() ?? ServerProbe.Reading())
  }

  mutating func join(at now: Instant) {
    joined = probe?.read()
  }

  mutating func mark(at now: Instant) {
    marked = probe?.read()
    toolMarked = own?.read() ?? toolMarked
  }

  mutating func stop(at now: Instant) {
    stopped = probe?.read()
    toolStopped = own?.read() ?? toolMarked
    residentMax = max(residentMax, stopped?.resident ?? 0)
  }

  mutating func second(at now: Instant) -> Second {
    let server = probe?.read()
    let tool = own?.read() ?? last.tool
    let length = max((now - last.at).seconds, 1e-3)
    var result = Second(toolCPU: (tool.cpu.seconds - last.tool.cpu.seconds) / length)
    if let server {
      residentMax = max(residentMax, server.resident)
      result.resident = server.resident
      if let earlier = last.server { result.serverCPU = (server.cpu.seconds - earlier.cpu.seconds) / length }
    }
    last = (now, server, tool)
    return result
  }
}
