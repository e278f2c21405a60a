internal import Base
internal import Crypto

/// The lite side of ICE (RFC 8445 §2.5) for one WebRTC peer: a plain value that answers no packet itself.
///
/// It is told of each *valid* check, after its integrity was proved, and decides which address is selected:
///
/// ```
///   no address ──check──▶ checked ──USE-CANDIDATE──▶ selected ──USE-CANDIDATE elsewhere──▶ selected (new)
///        └──────────── no valid check for consentTimeout: the owner ends the transport ────────────┘
/// ```
///
/// Regular and aggressive nomination need no distinction: a nomination takes over unless it has a lower
/// priority than a pair that is still being nominated (``EndpointConfiguration/nominationHold``). After
/// an ICE restart the old credentials go on until a pair checked with the new ones is nominated.
struct ICEAgent: Sendable {
  /// What incoming checks are keyed by.
  struct Credentials: Sendable {
    let ufrag: Ufrag
    /// What the responder proves a check with.
    let check: STUNCredentials
  }

  /// An address of the peer from which valid checks came (peer-reflexive, RFC 8445 §7.3.1.3).
  struct Candidate: Sendable {
    let address: SocketAddress
    fileprivate(set) var priority: UInt32
    fileprivate(set) var lastCheck: Instant
    fileprivate(set) var lastNomination: Instant?
    /// Which credentials the last check used.
    fileprivate(set) var isOfPrevious: Bool
  }

  /// What a valid check changed, for the owner's tables.
  struct Effect {
    /// The selected address is another one now.
    var selectionChanged = false
    /// The previous credentials are no longer valid.
    var retiredUfrag: Ufrag?
  }

  private(set) var credentials: Credentials
  private(set) var previous: Credentials?
  private(set) var candidates: [Candidate] = []
  private(set) var selected: SocketAddress?
  /// The last valid check, or the start.
  private(set) var lastConsent: Instant

  init(_ credentials: Credentials, at now: Instant) {
    self.credentials = credentials
    lastConsent = now
  }

  /// What proves checks under `ufrag`; `nil` when it is no longer ours.
  func check(for ufrag: Ufrag) -> STUNCredentials? {
    if ufrag == credentials.ufrag { return credentials.check }
    return previous?.ufrag == ufrag ? previous?.check : nil
  }

  /// Whether valid checks came from `address`.
  func isChecked(_ address: SocketAddress) -> Bool {
    candidates.contains { $0.address == address }
  }

  /// Begins an ICE restart; gives the fragment of an earlier, unfinished one, which ends.
  mutating func restart(_ credentials: Credentials) -> Ufrag? {
    let unfinished = previous == nil ? nil : self.credentials.ufrag
    // An unfinished restart is abandoned; the pair in use keeps the credentials it has.
    if previous == nil { previous = self.credentials }
    self.credentials = credentials
    return unfinished
  }

  /// Makes room for a new address by forgetting the one that was checked longest ago; never the selected.
  ///
  /// Gives the address that left; `nil` when all were checked within `age`.
  mutating func evict(at now: Instant, olderThan age: Interval) -> SocketAddress? {
    var oldest: Int?
    for index in candidates.indices where candidates[index].address != selected {
      guard now - candidates[index].lastCheck >= age else { continue }
      if let known = oldest, candidates[known].lastCheck <= candidates[index].lastCheck { continue }
      oldest = index
    }
    return oldest.map { candidates.remove(at: $0).address }
  }

  /// A check under `ufrag` from `address` was valid and is being answered.
  mutating func checked(_ check: ValidCheck, at now: Instant, hold: Interval) -> Effect {
    lastConsent = now
    let isOfPrevious = check.ufrag != credentials.ufrag
    let index: Int
    if let known = candidates.firstIndex(where: { $0.address == check.address }) {
      candidates[known].priority = check.priority
      candidates[known].lastCheck = now
      candidates[known].isOfPrevious = isOfPrevious
      index = known
    } else {
      candidates.append(
        Candidate(
          address: check.address, priority: check.priority, lastCheck: now, lastNomination: nil,
          isOfPrevious: isOfPrevious))
      index = candidates.count - 1
    }
    guard check.isNominating else { return Effect() }
    candidates[index].lastNomination = now
    return nominate(candidates[index], at: now, hold: hold)
  }

  private mutating func nominate(_ candidate: Candidate, at now: Instant, hold: Interval) -> Effect {
    var effect = Effect()
    let endsRestart = previous != nil && !candidate.isOfPrevious
    // While a restart runs, the new generation's first nomination decides, whatever its priority.
    guard endsRestart || takesOver(candidate, at: now, hold: hold) else { return effect }
    if endsRestart {
      effect.retiredUfrag = previous?.ufrag
      previous = nil
    }
    effect.selectionChanged = selected != candidate.address
    selected = candidate.address
    return effect
  }

  private func takesOver(_ candidate: Candidate, at now: Instant, hold: Interval) -> Bool {
    guard let selected, let present = candidates.first(where: { $0.address == selected }) else { return true }
    if candidate.priority >= present.priority { return true }
    guard let nomination = present.lastNomination else { return true }
    return now - nomination >= hold
  }

  /// Takes `address`, over which the handshake was completed, until the peer nominates a pair.
  mutating func selectUnlessNominated(_ address: SocketAddress) {
    if selected == nil { selected = address }
  }
}

/// A connectivity check whose integrity was proved.
struct ValidCheck {
  let ufrag: Ufrag
  let address: SocketAddress
  let priority: UInt32
  let isNominating: Bool
}
