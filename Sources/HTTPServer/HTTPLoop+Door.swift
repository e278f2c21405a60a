import Base
import Glibc

/// Who may come in: the counts behind the limits on connections.
struct Door {
  var isAccepting = false
  var halfOpenCount = 0
  /// Half-open connections by address; an address without any has no entry.
  var halfOpenByAddress: [IPAddress: Int] = [:]
  /// When to accept again after the system refused.
  var pausedUntil = Instant.distantFuture
  var isPaused: Bool { pausedUntil < .distantFuture }
}

/// Accepting, and the table of connections.
extension HTTPLoop {
  func accepted(_ descriptor: Int32, from remote: SocketAddress, through listener: Listener) {
    turn {
      guard let connection = admit(descriptor, from: remote, through: listener) else { return }
      statistics.accepted.add()
      connection.start()
      updateAccepting()
    }
  }

  private func admit(_ descriptor: Int32, from remote: SocketAddress, through listener: Listener)
    -> Connection?
  {
    guard proxies?.trusts(remote.ip) != false else {
      statistics.count(.untrusted)
      Glibc.close(descriptor)
      return nil
    }
    // A proxy's address is that of all its clients.
    let halfOpenMax = proxies == nil ? limits.halfOpenPerAddressMax : limits.halfOpenMax
    guard door.halfOpenByAddress[remote.ip, default: 0] < halfOpenMax else {
      statistics.count(.halfOpenPerAddress)
      Glibc.close(descriptor)
      return nil
    }
    let tls = listener.tls?.withLock { $0 }
    let made = Transport.make(base: base, descriptor: descriptor, tls: tls, ciphers: ciphers)
    guard let transport = made else {
      statistics.count(.acceptFailed)
      return nil
    }
    let connection = Connection(
      loop: self, transport: transport, remote: remote, isTLS: tls != nil, listener: listener.index)
    guard let handle = connections.insert(connection) else {
      statistics.count(.connections)
      return nil
    }
    connection.id = ConnectionID(index: handle.index, generation: handle.generation)
    door.halfOpenCount += 1
    door.halfOpenByAddress[remote.ip, default: 0] += 1
    return connection
  }

  /// The system has no descriptor or no memory: wait until something ends, or a little.
  func acceptFailed() {
    turn {
      statistics.count(.acceptFailed)
      door.pausedUntil = now + limits.acceptPause
      updateAccepting()
    }
  }

  /// The first head of `connection` is whole.
  func headArrived(_ connection: Connection) {
    guard connection.isHalfOpen else { return }
    connection.isHalfOpen = false
    door.halfOpenCount -= 1
    let count = door.halfOpenByAddress[connection.remote.ip, default: 1] - 1
    door.halfOpenByAddress[connection.remote.ip] = count > 0 ? count : nil
    updateAccepting()
  }

  func remove(_ connection: Connection) {
    headArrived(connection)
    let handle = Handle<Connection>(index: connection.id.index, generation: connection.id.generation)
    guard connections.remove(handle) != nil else { return }
    statistics.ended.add()
    updateAccepting()
  }

  /// Opens or closes the door as the counts say; closed, connections wait in the kernel.
  func updateAccepting() {
    let hasRoom = connections.count < connections.capacity
    let isCalm = door.halfOpenCount < limits.halfOpenMax
    let isAccepting = hasRoom && isCalm && !door.isPaused && !isStopping
    guard isAccepting != door.isAccepting else { return }
    if !hasRoom { statistics.count(.connections) }
    if !isCalm { statistics.count(.halfOpen) }
    door.isAccepting = isAccepting
    for listener in listeners { listener.setAccepting(isAccepting) }
  }
}
