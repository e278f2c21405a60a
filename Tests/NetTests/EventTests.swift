import Base
import Foundation
import Net
import Testing

@Suite struct EventTests {
  @Test func `A deadline that has passed polls once`() throws {
    var poll = try EventPoll()
    let ready = try poll.wait(until: .zero)
    #expect(ready == 0)
  }

  @Test(arguments: [1_000, 250_000, 3_000_000] as [Int64])
  func `A wait never ends before its deadline`(_ nanoseconds: Int64) throws {
    var poll = try EventPoll()
    let deadline = MonotonicClock.now() + Interval(nanoseconds: nanoseconds)
    let ready = try poll.wait(until: deadline)
    let end = MonotonicClock.now()
    #expect(ready == 0 && end >= deadline)
  }

  @Test func `A signal makes its token ready until it is cleared`() throws {
    let wake = try WakeDescriptor()
    var poll = try EventPoll()
    try poll.add(wake.descriptor, token: 42, interest: .readable)
    var ready = try poll.wait(until: .zero)
    #expect(ready == 0)
    wake.signal()
    wake.signal()
    ready = try poll.wait(until: .distantFuture)
    #expect(ready == 1)
    let first = poll.ready(0)
    #expect(first.token == 42 && first.isReadable && !first.isWritable)
    ready = try poll.wait(until: .distantFuture)
    #expect(ready == 1)
    wake.clear()
    ready = try poll.wait(until: .zero)
    #expect(ready == 0)
  }

  @Test func `Clearing what is not signalled does not block`() throws {
    let wake = try WakeDescriptor()
    wake.clear()
    wake.signal()
    wake.clear()
    wake.clear()
  }

  @Test func `A descriptor is watched for writing when asked and not at all when removed`() throws {
    let address = SocketAddress(ip: .loopbackV4, port: 0)
    let socket = try UDPSocket(bind: address, receiveBuffer: 0, sendBuffer: 0)
    var poll = try EventPoll()
    try poll.add(socket.descriptor, token: 1, interest: .readable)
    var ready = try poll.wait(until: .zero)
    #expect(ready == 0)
    try poll.change(socket.descriptor, token: 2, interest: .readableAndWritable)
    ready = try poll.wait(until: .distantFuture)
    #expect(ready == 1)
    let first = poll.ready(0)
    #expect(first.token == 2 && first.isWritable && !first.isReadable)
    try poll.remove(socket.descriptor)
    ready = try poll.wait(until: .zero)
    #expect(ready == 0)
  }

  @Test func `Watching what is no descriptor is an error`() throws {
    var poll = try EventPoll()
    do throws(NetError) {
      try poll.add(-1, token: 1, interest: .readable)
      Issue.record("watched")
    } catch {
      #expect(error == NetError(.watch, "-1", code: 9))
      #expect(error.description == "cannot watch a descriptor -1: Bad file descriptor")
    }
  }
}

@Suite struct PinnedThreadTests {
  @Test func `Join waits for the end, and a second join returns at once`() throws {
    let wake = try WakeDescriptor()
    let result = Locked(0)
    let thread = try PinnedThread.start(name: "roost-test", cpu: nil) {
      guard var poll = try? EventPoll() else { return }
      try? poll.add(wake.descriptor, token: 1, interest: .readable)
      let ready = (try? poll.wait(until: .distantFuture)) ?? 0
      result.withLock { $0 = ready }
    }
    wake.signal()
    thread.join()
    #expect(result.withLock { $0 } == 1)
    thread.join()
  }

  @Test func `A thread has the processor and the name it was given and blocks signals`() throws {
    let status = Locked("")
    let thread = try PinnedThread.start(name: "roost-test-with-a-long-name", cpu: 0) {
      let text = (try? String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)) ?? ""
      status.withLock { $0 = text }
    }
    thread.join()
    let lines = status.withLock { $0 }.split(separator: "\n")
    #expect(lines.contains("Name:\troost-test-with"))
    #expect(lines.contains("Cpus_allowed_list:\t0"))
    // Bit 14 is SIGTERM, number 15.
    let blocked = lines.first { $0.hasPrefix("SigBlk:") }?.split(separator: "\t").last
    #expect((blocked.flatMap { UInt64($0, radix: 16) } ?? 0) & 1 << 14 != 0)
  }

  @Test func `The processors that the process may use are known, and a thread can be pinned to each`() throws
  {
    let processors = PinnedThread.allowedProcessors()
    #expect(!processors.isEmpty && Set(processors).count == processors.count)
    for processor in processors {
      try PinnedThread.start(name: "roost-test", cpu: processor) {}.join()
    }
  }

  @Test func `A processor that the process may not use is an error`() {
    do throws(NetError) {
      _ = try PinnedThread.start(name: "roost-test", cpu: 1_000_000) {}
      Issue.record("started")
    } catch {
      #expect(error.description == "cannot start thread roost-test: Invalid argument")
    }
  }

  @Test func `A thread that nobody joins still runs`() throws {
    let wake = try WakeDescriptor()
    do { _ = try PinnedThread.start(name: "roost-test-with-a-long-name", cpu: nil) { wake.signal() } }
    var poll = try EventPoll()
    try poll.add(wake.descriptor, token: 1, interest: .readable)
    let ready = try poll.wait(until: .distantFuture)
    #expect(ready == 1)
  }

  @Test func `Mail from another thread wakes its receiver and is all there`() throws {
    let wake = try WakeDescriptor()
    let mailbox = Mailbox<Int>(capacity: 100_000) { wake.signal() }
    let thread = try PinnedThread.start(name: "roost-sender", cpu: nil) {
      for number in 0..<10_000 { mailbox.post(number) }
    }
    var poll = try EventPoll()
    try poll.add(wake.descriptor, token: 1, interest: .readable)
    var taken: [Int] = []
    let deadline = MonotonicClock.now() + .seconds(10)
    while taken.count < 10_000, try poll.wait(until: deadline) > 0 {
      wake.clear()
      taken += mailbox.drain()
    }
    thread.join()
    #expect(taken == Array(0..<10_000))
  }
}

@Suite struct ClockTests {
  @Test func `The monotonic clock never goes back`() {
    var last = MonotonicClock.now()
    var failures = 0
    for _ in 0..<10_000 {
      let now = MonotonicClock.now()
      if now < last { failures += 1 }
      last = now
    }
    #expect(failures == 0 && last > .zero)
  }

  @Test func `The wall clock is in this century`() {
    let now = WallClock.now().milliseconds
    #expect(now > 1_700_000_000_000 && now < 4_102_444_800_000)
  }
}

@Suite struct PriorityTests {
  @Test func `A thread goes before the others where the system permits it, and says where not`() throws {
    let outcome = Locked<Int32?>(nil)
    let thread = try PinnedThread.start(name: "roost-first", cpu: nil) {
      do throws(NetError) {
        try PinnedThread.becomeRealtime()
        outcome.withLock { $0 = sched_getscheduler(0) == SCHED_RR ? 0 : -1 }
      } catch {
        outcome.withLock { $0 = error.code }
      }
    }
    thread.join()
    let code = outcome.withLock { $0 }
    #expect(code == 0 || code == EPERM)
  }

  @Test func `A thread that asks for short slices stays an ordinary one`() throws {
    let seen = Locked<[Int32]>([])
    let thread = try PinnedThread.start(name: "roost-brief", cpu: nil) {
      PinnedThread.askForShortSlices()
      let policy = sched_getscheduler(0)
      let niceness = Int32(PinnedThread.niceness)
      seen.withLock { $0 = [policy, niceness] }
    }
    thread.join()
    #expect(seen.withLock { $0 } == [SCHED_OTHER, Int32(PinnedThread.niceness)])
  }

  @Test func `A thread that steps back does so alone`() throws {
    let seen = Locked<[Int]>([])
    let hasStepped = Locked<[Bool]>([])
    let thread = try PinnedThread.start(name: "roost-last", cpu: nil) {
      let before = PinnedThread.niceness
      let wasBack = PinnedThread.hasSteppedBack
      PinnedThread.stepBack(by: 10)
      let after = PinnedThread.niceness
      let isBack = PinnedThread.hasSteppedBack
      seen.withLock { $0 = [before, after] }
      hasStepped.withLock { $0 = [wasBack, isBack] }
    }
    thread.join()
    let mine = PinnedThread.niceness
    #expect(hasStepped.withLock { $0 } == [false, true])
    #expect(seen.withLock { $0 } == [mine, min(19, mine + 10)])
  }
}
