/// A dictionary that can go back to a mark.
///
/// Every change notes the value from before, so that going back costs what the changes did, and not a copy
/// of the dictionary. `commit` forgets the notes.
struct Table<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private var rows: [Key: Value] = [:]
  private var undo: [(key: Key, before: Value?)] = []

  init() {}

  subscript(key: Key) -> Value? {
    get { rows[key] }
    set {
      let before =
        if let newValue { rows.updateValue(newValue, forKey: key) } else { rows.removeValue(forKey: key) }
      undo.append((key, before))
    }
  }

  var count: Int { rows.count }

  /// Keys in no order: sort before anything leaves the core.
  var keys: Dictionary<Key, Value>.Keys { rows.keys }

  /// All rows in no order: sort before anything leaves the core.
  var all: [Key: Value] { rows }

  var mark: Int { undo.count }

  mutating func rollback(to mark: Int) {
    while undo.count > mark, let last = undo.popLast() {
      rows[last.key] = last.before
    }
  }

  mutating func commit() {
    if !undo.isEmpty { undo.removeAll(keepingCapacity: undo.count < 1024) }
  }

  /// Removes rows outside any transaction.
  mutating func prune(_ isObsolete: (Key, Value) -> Bool) {
    rows = rows.filter { !isObsolete($0.key, $0.value) }
  }
}

/// Pairs that can go back to a mark: which `Right`s belong to a `Left`.
struct Relation<Left: Hashable & Sendable, Right: Hashable & Comparable & Sendable>: Sendable {
  private var sets: [Left: Set<Right>] = [:]
  private var undo: [(left: Left, right: Right, wasInserted: Bool)] = []

  init() {}

  /// The members of `left`, ascending.
  func sorted(_ left: Left) -> [Right] {
    sets[left]?.sorted() ?? []
  }

  /// The members of `left` in no order: sort before anything leaves the core.
  func set(_ left: Left) -> Set<Right> {
    sets[left] ?? []
  }

  func count(_ left: Left) -> Int {
    sets[left]?.count ?? 0
  }

  func contains(_ left: Left, _ right: Right) -> Bool {
    sets[left]?.contains(right) ?? false
  }

  mutating func insert(_ left: Left, _ right: Right) {
    guard sets[left, default: []].insert(right).inserted else { return }
    undo.append((left, right, true))
  }

  mutating func remove(_ left: Left, _ right: Right) {
    guard take(left, right) else { return }
    undo.append((left, right, false))
  }

  private mutating func take(_ left: Left, _ right: Right) -> Bool {
    guard sets[left]?.remove(right) != nil else { return false }
    if sets[left]?.isEmpty == true { sets[left] = nil }
    return true
  }

  var mark: Int { undo.count }

  mutating func rollback(to mark: Int) {
    while undo.count > mark, let last = undo.popLast() {
      if last.wasInserted {
        _ = take(last.left, last.right)
      } else {
        sets[last.left, default: []].insert(last.right)
      }
    }
  }

  mutating func commit() {
    if !undo.isEmpty { undo.removeAll(keepingCapacity: undo.count < 1024) }
  }
}
