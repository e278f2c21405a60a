public import Base

/// Names one WebSocket connection of the HTTP server.
///
/// Chosen by the composition root, unique while the process lives; the main and the voice gateway only
/// compare it.
public struct ConnectionID: Hashable, Sendable {
  /// The number.
  public let rawValue: UInt64

  /// Makes an id of its number.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }
}

/// One whole WebSocket message.
public enum SocketMessage: Hashable, Sendable {
  /// UTF-8, already validated when it was received.
  case text([UInt8])
  /// Any octets.
  case binary([UInt8])

  /// The message's octets, whatever its type.
  public var octets: [UInt8] {
    switch self {
    case .text(let octets), .binary(let octets): octets
    }
  }
}

/// Which part of signaling asked, written in the two highest bits of a chat request's id.
///
/// The composition root hands each reply back by it.
public enum ChatRequestOrigin: UInt64, Sendable {
  case gateway = 0
  case voiceGateway = 1
  case rest = 2
  /// Files: links that are served, and the sweep of what nobody names.
  case files = 3

  private static let shift: UInt64 = 62

  /// Who made the request `id`; `nil` when nobody here did.
  public init?(of id: UInt64) {
    self.init(rawValue: id >> ChatRequestOrigin.shift)
  }

  /// The request id of this origin with `number`, whose two highest bits are ignored.
  public func id(_ number: UInt64) -> UInt64 {
    rawValue << ChatRequestOrigin.shift | (number & (UInt64.max >> 2))
  }
}

/// One reading of both clocks, made by the loop when it hands something in.
public struct Moment: Hashable, Sendable {
  /// For timers and windows.
  public let instant: Instant
  /// For what people and other machines see.
  public let wall: WallTime

  /// Makes a moment of its parts.
  public init(instant: Instant, wall: WallTime) {
    self.instant = instant
    self.wall = wall
  }
}
