import Base
import CFloor

/// Sockets that are never read.
final class Sinks {
  private var descriptors: [Int32]
  private(set) var ports: [UInt16]

  init(count: Int) throws {
    descriptors = .init(repeating: -1, count: count)
    ports = .init(repeating: 0, count: count)
    // Both arrays have `count` elements, which the function fills.
    let code = unsafe floor_open_sinks(Int32(count), &descriptors, &ports)
    guard code == 0 else { throw BenchError.sinks(-code) }
  }

  deinit {
    // As many as were opened.
    unsafe floor_close_sinks(Int32(descriptors.count), descriptors)
  }

  /// Whether a segmented send reaches a sink whole, or datagram by datagram.
  func joinSegments(_ isJoined: Bool) throws {
    // As many as were opened.
    let code = unsafe floor_join_segments(Int32(descriptors.count), descriptors, isJoined ? 1 : 0)
    guard code == 0 else { throw BenchError.sinks(-code) }
  }

  /// The address of listener `index`: every socket has many, because all of 127.0.0.0/8 is local.
  func address(_ index: Int) -> SocketAddress {
    let ip = IPAddress(v4: 0x7F00_0001 + UInt32(index / ports.count))
    return SocketAddress(ip: ip, port: ports[index % ports.count])
  }
}

/// The tightest loop, in C.
@safe
final class Floor {
  private let sender: OpaquePointer
  private let destinations: Int

  init(_ sinks: Sinks, destinations: Int) throws {
    // Reads as many ports as there are destinations; the result is freed by deinit.
    guard let made = unsafe floor_make(Int32(destinations), sinks.ports) else { throw BenchError.floor(0) }
    unsafe sender = made
    self.destinations = destinations
  }

  deinit {
    // Made by init.
    unsafe floor_free(sender)
  }

  /// Processor time for each packet, in nanoseconds.
  func measure(rounds: Int, perRun: Int, size: Int) throws -> Double {
    // The sender is this object's own.
    let busy = unsafe floor_run(sender, Int32(rounds), Int32(perRun), Int32(size))
    guard busy > 0 else { throw BenchError.floor(busy) }
    return Double(busy) / Double(rounds * perRun * destinations)
  }
}
