public import Base
internal import CCurl
internal import Synchronization

/// Asks other servers over HTTP, many at a time on one thread.
///
/// The one way out of this server to targets that others name: bots' endpoints, links in messages. Where a
/// connection may go is decided by ``AddressPolicy`` when the socket is made, so that a name which leads
/// elsewhere at the second look gains nothing. Redirections are not followed; whoever wants to
/// follow one makes another request of it, under the same policy. Proxies of the environment are ignored.
///
/// Any thread calls ``perform(_:)``; ``run()`` belongs to one thread until ``stop()``. Outcomes come in
/// ``outcomes``, one a request.
@safe
public final class HTTPClient: Sendable {
  /// What came of requests; whoever is woken drains it.
  ///
  /// Twice as long as what may wait, it never refuses.
  public let outcomes: Mailbox<OutgoingOutcome>
  private let requests: Mailbox<OutgoingRequest>
  private let policy: AddressPolicy
  private let capacity: Int
  private let isStopping = Atomic<Bool>(false)
  private let pending = Atomic<Int>(0)
  /// libcurl's multi handle: `curl_multi_wakeup` may be called from any thread, all else is called
  /// by `run`'s thread alone.
  private let multi: UInt

  /// Milliseconds after which a sleeping client looks again, should a wake be lost.
  private static let pollMax: Int32 = 1_000

  /// Makes a client for at most `capacity` requests at a time; `wake` runs when the first outcome waits.
  ///
  /// `nil` when libcurl cannot be set up.
  public init?(policy: AddressPolicy, capacity: Int, wake: @escaping @Sendable () -> Void) {
    guard HTTPClient.isReady, let multi = unsafe curl_multi_init() else { return nil }
    // Kept as a number, because an address is not Sendable; freed by deinit.
    let number = UInt(bitPattern: multi)
    self.multi = number
    self.policy = policy
    self.capacity = capacity
    outcomes = Mailbox(capacity: capacity * 2, wake: wake)
    requests = Mailbox(capacity: capacity) {
      // Allowed on any thread while the handle lives, which is as long as this client.
      unsafe curl_multi_wakeup(UnsafeMutableRawPointer(bitPattern: number))
    }
  }

  deinit {
    // Made in init, freed once; `run` has removed every transfer.
    unsafe curl_multi_cleanup(handle)
  }

  /// The one-time set-up of libcurl.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private var handle: UnsafeMutableRawPointer? {
    // The number that init made of it.
    unsafe UnsafeMutableRawPointer(bitPattern: multi)
  }

  /// Asks; `false` when too many wait already.
  public func perform(_ request: OutgoingRequest) -> Bool {
    guard pending.wrappingAdd(1, ordering: .relaxed).newValue <= capacity, requests.post(request) else {
      pending.wrappingSubtract(1, ordering: .relaxed)
      return false
    }
    return true
  }

  /// Works until ``stop()``; what is under way then ends without an outcome.
  public func run() {
    var transfers: [UInt: HTTPTransfer] = [:]
    while !isStopping.load(ordering: .acquiring) {
      for request in requests.drain() { begin(request, &transfers) }
      var running: Int32 = 0
      // Only this thread drives the handle.
      unsafe curl_multi_perform(handle, &running)
      finish(&transfers)
      // Sleeps until a socket, a timer or a wake; no further descriptors.
      unsafe curl_multi_poll(handle, nil, 0, HTTPClient.pollMax, nil)
    }
    for transfer in transfers.values {
      // Added by `begin`, and not removed since.
      unsafe curl_multi_remove_handle(handle, UnsafeMutableRawPointer(transfer.handle))
    }
  }

  /// Ends ``run()``, once.
  public func stop() {
    isStopping.store(true, ordering: .releasing)
    // Allowed on any thread while the handle lives.
    unsafe curl_multi_wakeup(handle)
  }

  private func begin(_ request: OutgoingRequest, _ transfers: inout [UInt: HTTPTransfer]) {
    guard let transfer = HTTPTransfer(request, policy) else {
      return tell(OutgoingOutcome(id: request.id, result: .failure(.overloaded)))
    }
    // The transfer is kept until its handle is removed.
    let code = unsafe curl_multi_add_handle(handle, UnsafeMutableRawPointer(transfer.handle))
    guard code == CURLM_OK else {
      return tell(OutgoingOutcome(id: request.id, result: .failure(.overloaded)))
    }
    unsafe transfers[UInt(bitPattern: transfer.handle)] = transfer
  }

  private func finish(_ transfers: inout [UInt: HTTPTransfer]) {
    var left: Int32 = 0
    // Each message lives until its handle is removed below.
    while let message = unsafe curl_multi_info_read(handle, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
      let code = unsafe roost_curl_result(message)
      let easy = unsafe message.pointee.easy_handle
      // Added by `begin`.
      unsafe curl_multi_remove_handle(handle, easy)
      guard let transfer = transfers.removeValue(forKey: UInt(bitPattern: easy)) else { continue }
      tell(transfer.outcome(code))
    }
  }

  private func tell(_ outcome: OutgoingOutcome) {
    pending.wrappingSubtract(1, ordering: .relaxed)
    outcomes.post(outcome)
  }
}
