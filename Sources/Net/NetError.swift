internal import Glibc

/// A system call that failed, in words for an operator.
public struct NetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was tried.
  public enum Operation: String, Hashable, Sendable {
    case bind = "bind UDP socket to"
    case readLocalAddress = "read the local address of"
    case duplicate = "duplicate the descriptor of"
    case createPoll = "create an epoll descriptor"
    case watch = "watch a descriptor"
    case wait = "wait for descriptors"
    case createWake = "create an eventfd descriptor"
    case startThread = "start thread"
    case prioritise = "take real-time priority"
  }

  /// What was tried.
  public let operation: Operation
  /// The address or the name that it was tried with; empty when there is none.
  public let subject: String
  /// The value of `errno`.
  public let code: Int32

  /// Makes an error of its parts.
  public init(_ operation: Operation, _ subject: String, code: Int32) {
    self.operation = operation
    self.subject = subject
    self.code = code
  }

  /// One line: operation, subject and the system's text.
  public var description: String {
    // strerror answers with a static or thread-local C string for every number (glibc 2.32 and later).
    let text = unsafe String(cString: strerror(code))
    return subject.isEmpty
      ? "cannot \(operation.rawValue): \(text)" : "cannot \(operation.rawValue) \(subject): \(text)"
  }
}
