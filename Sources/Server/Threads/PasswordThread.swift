internal import Crypto
internal import Net

/// What the password worker is asked: Argon2id takes 100 ms and 64 MiB, too long for any other thread.
enum PasswordJob: Sendable {
  case hash(id: UInt64, password: String)
  case verify(id: UInt64, password: String, hash: String)
}

/// What came of a ``PasswordJob``.
enum PasswordResult: Sendable {
  /// `nil` when there was no memory.
  case hashed(id: UInt64, String?)
  case verified(id: UInt64, Bool)
}

/// The thread that hashes and verifies passwords, one at a time, so that memory stays bounded.
typealias PasswordThread = WorkerThread<PasswordJob, PasswordResult>

extension PasswordThread {
  /// Makes the thread; `wakeLoop` runs when the first result waits.
  convenience init(wakeLoop: @escaping @Sendable () -> Void) throws(NetError) {
    try self.init(name: "roost-password", capacity: Limits.passwords, wakeLoop: wakeLoop) { job in
      switch job {
      case .hash(let id, let password): .hashed(id: id, PasswordHash.hash(password))
      case .verify(let id, let password, let hash):
        .verified(id: id, PasswordHash.verify(password, hash))
      }
    }
  }
}
