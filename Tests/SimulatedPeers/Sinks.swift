package import Base
package import MediaControl
internal import SFU

/// A datagram on its way.
package struct Datagram: Hashable, Sendable {
  package let address: SocketAddress
  package let octets: [UInt8]
  /// When that came which it forwards; `nil` when it forwards nothing.
  package let origin: Instant?
}

/// A frame on its way to another shard.
package struct RelayedFrame: Hashable, Sendable {
  package let shard: ShardID
  package let origin: Instant
  package let octets: [UInt8]
}

/// Keeps what an endpoint sends.
package struct Outbox: TransmitSink {
  package var datagrams: [Datagram] = []
  /// Frames for other shards; a test may give them to other endpoints.
  package var frames: [RelayedFrame] = []
  /// How many frames fit; beyond, there is no room.
  package var framesMax = Int.max
  /// How often the way to another shard has no room, as a share, and by what chance.
  package var refusal: (share: Double, random: SeededRandom)?

  package init() {}

  package mutating func transmit(
    to address: SocketAddress, origin: Instant?, _ write: (inout MutableSpan<UInt8>) -> Int
  ) {
    var slot = [UInt8](repeating: 0xEE, count: 1_500)
    var span = slot.mutableSpan
    let count = write(&span)
    guard count > 0 else { return }
    datagrams.append(Datagram(address: address, octets: Array(slot.prefix(count)), origin: origin))
  }

  package mutating func relay(
    to shard: ShardID, origin: Instant, _ write: (inout MutableSpan<UInt8>) -> Int
  ) -> Bool {
    guard frames.count < framesMax, !isRefused() else { return false }
    var slot = [UInt8](repeating: 0xEE, count: 1_500)
    var span = slot.mutableSpan
    let count = write(&span)
    if count > 0 {
      frames.append(RelayedFrame(shard: shard, origin: origin, octets: Array(slot.prefix(count))))
    }
    return true
  }

  private mutating func isRefused() -> Bool {
    guard let share = refusal?.share, let chance = refusal?.random.unit() else { return false }
    return chance < share
  }

  /// Takes the frames for other shards out.
  package mutating func takeFrames() -> [RelayedFrame] {
    defer { frames = [] }
    return frames
  }

  /// Takes everything out.
  package mutating func take() -> [Datagram] {
    defer { datagrams = [] }
    return datagrams
  }
}

/// Keeps what an endpoint reports.
package struct EventLog: MediaEventSink {
  package var events: [MediaEvent] = []

  package init() {}

  package mutating func emit(_ event: MediaEvent) {
    events.append(event)
  }

  package mutating func take() -> [MediaEvent] {
    defer { events = [] }
    return events
  }
}

/// Runs `body` on the octets as a span with `room` octets of space, and gives the first of them back.
///
/// `nil` when the body gives no count.
package func edited(
  _ octets: [UInt8], room: Int, _ body: (inout MutableSpan<UInt8>) -> Int?
) -> [UInt8]? {
  var buffer = octets + [UInt8](repeating: 0, count: max(room - octets.count, 0))
  var span = buffer.mutableSpan
  guard let count = body(&span) else { return nil }
  return Array(buffer.prefix(count))
}

/// An audio packet as a client decodes it.
package struct HeardPacket: Hashable, Sendable {
  package let ssrc: UInt32
  package let sequenceNumber: UInt16
  package let timestamp: UInt32
  package let payloadType: UInt8
  package let isMarked: Bool
  package let payload: [UInt8]
  package let audioLevel: UInt8?
  package let hasExtension: Bool
}
