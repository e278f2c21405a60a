internal import Base
internal import Glibc
internal import Net

extension Invocation {
  /// Could not start; `sysexits.h` calls it an internal software error.
  private static let startFailedStatus: Int32 = 70
  /// A second signal: 128 + SIGINT, as shells say.
  private static let interruptedStatus: Int32 = 130

  /// Runs a server until a signal says to stop; the process's exit status.
  func serve(_ configuration: Configuration) -> Int32 {
    var signals = Signals()
    let log = LogSink.log(configuration)
    let started = MonotonicClock.now()
    let server: RoostServer
    do {
      server = try RoostServer.start(configuration, isDev: isDev, log: log)
    } catch {
      log.write(.error, "Could not start", [("error", "\(error)")])
      return Invocation.startFailedStatus
    }
    log.write(
      .info, "Ready",
      [
        ("url", server.announcement.url), ("voice", server.announcement.voice),
        ("media", server.announcement.media.joined(separator: ",")),
        ("shards", "\(server.announcement.shards)"),
        ("milliseconds", "\((MonotonicClock.now() - started).milliseconds)"),
      ])
    if announcesJSON {
      writeAll(STDOUT_FILENO, server.announcement.json + "\n")
    } else if isDev {
      writeAll(STDOUT_FILENO, server.announcement.text)
    }
    run(server, &signals, log)
    log.write(.info, "Stopping")
    return stop(server, &signals, log)
  }

  /// Does what signals ask until one says to stop.
  private func run(_ server: RoostServer, _ signals: inout Signals, _ log: Log) {
    while true {
      switch signals.wait(limit: nil) {
      case .stop: return
      case .backUp: server.backUpDatabase()
      case .reload:
        do {
          try server.reloadCertificate()
          log.write(.info, "The certificate was read again")
        } catch {
          log.write(.error, "The old certificate stays", [("error", "\(error)")])
        }
      case .done, .timeout: break
      }
    }
  }

  /// Waits for the end, whatever else is asked meanwhile.
  private func waiting(signals: inout Signals) -> Signals.Event {
    while true {
      let event = signals.wait(limit: Limits.stopTimeout)
      if event != .reload, event != .backUp { return event }
    }
  }

  private func stop(_ server: RoostServer, _ signals: inout Signals, _ log: Log) -> Int32 {
    let waiter = signals
    do {
      _ = try PinnedThread.start(name: "roost-stop", cpu: nil) {
        server.stop()
        waiter.noteDone()
      }
    } catch {
      server.stop()
      return 0
    }
    switch waiting(signals: &signals) {
    case .done:
      log.write(.info, "Stopped")
      return 0
    case .stop:
      log.write(.warning, "Stopped at once by a second signal")
      return Invocation.interruptedStatus
    case .timeout, .reload, .backUp:
      log.write(.error, "Could not stop in time")
      return Invocation.startFailedStatus
    }
  }
}
