/// A bounded queue from any thread into the one thread that owns the receiving state.
///
/// `post` never blocks: a full mailbox refuses, and the sender counts or answers "overloaded". The
/// receiver takes everything at once. `wake` runs on the posting thread, outside the lock, when the
/// mailbox was empty before: an eventfd write or a loop's activation.
public final class Mailbox<Element: Sendable>: Sendable {
  private let queue: Locked<[Element]>
  private let capacity: Int
  private let wake: @Sendable () -> Void

  /// Makes a mailbox for `capacity` waiting elements.
  public init(capacity: Int, wake: @escaping @Sendable () -> Void) {
    self.capacity = capacity
    self.wake = wake
    queue = Locked([])
  }

  /// Adds `element`; `false` when the mailbox is full and the element was refused.
  @discardableResult
  public func post(_ element: Element) -> Bool {
    let before: Int? = queue.withLock { waiting in
      guard waiting.count < capacity else { return nil }
      waiting.append(element)
      return waiting.count - 1
    }
    guard let before else { return false }
    if before == 0 { wake() }
    return true
  }

  /// Takes all waiting elements, oldest first.
  public func drain() -> [Element] {
    queue.withLock { waiting in
      guard !waiting.isEmpty else { return [] }
      let taken = waiting
      waiting = []
      return taken
    }
  }
}
