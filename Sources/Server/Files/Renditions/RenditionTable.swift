/// Pictures that were made or fetched and are kept, as many as fit, those first that were asked for last.
///
/// Two halves: what is asked for goes to the young one; when that is full, the old one is forgotten and the
/// young one becomes old. The blobs of what is forgotten are named by nobody, and the next sweep takes them.
/// A start begins with an empty table. Owned by the HTTP loop.
struct RenditionTable<Key: Hashable> {
  private let octetsMax: Int
  private let countMax: Int
  private var young: [Key: RenditionOutcome] = [:]
  private var old: [Key: RenditionOutcome] = [:]
  private var youngOctets = 0

  /// Makes an empty table for as many octets of files and as many renditions.
  init(octetsMax: Int, countMax: Int) {
    self.octetsMax = octetsMax
    self.countMax = countMax
  }

  /// What is known of `key`.
  mutating func find(_ key: Key) -> RenditionOutcome? {
    if let outcome = young[key] { return outcome }
    guard let outcome = old[key] else { return nil }
    keep(outcome, for: key)
    return outcome
  }

  /// Remembers `outcome`, unless it is one that another try may change.
  mutating func keep(_ outcome: RenditionOutcome, for key: Key) {
    guard outcome != .failed else { return }
    let octets = outcome.octets
    if young[key] == nil, youngOctets + octets > octetsMax / 2 || young.count >= countMax / 2 {
      old = young
      young = [:]
      youngOctets = 0
    }
    youngOctets += octets - (young[key]?.octets ?? 0)
    young[key] = outcome
    old[key] = nil
  }

  /// Forgets `key`, whose blob is gone.
  mutating func forget(_ key: Key) {
    if let outcome = young.removeValue(forKey: key) { youngOctets -= outcome.octets }
    old[key] = nil
  }

  /// The blobs that renditions are kept in.
  var blobs: Set<String> {
    var names = Set<String>()
    for outcomes in [young.values, old.values] {
      for case .made(let blob, _, _) in outcomes { names.insert(blob) }
    }
    return names
  }
}

extension RenditionOutcome {
  /// Octets of the kept file.
  fileprivate var octets: Int {
    if case .made(_, let count, _) = self { count } else { 0 }
  }
}
