public import Base

/// Everything a peer can make the server hold or wait for, with the value that operators start from.
public struct HTTPLimits: Sendable {
  /// Octets of a request target; more is answered 414.
  ///
  /// The longest of Discord's URLs are below 2 KiB.
  public var urlCountMax = 8 * 1024
  /// Octets of a header block; more is answered 431.
  public var headerCountMax = 16 * 1024
  /// Header fields of a request; more is answered 431.
  public var headerFieldsMax = 100
  /// Octets of a body unless the application says otherwise; more is answered 413.
  public var bodyCountMax = 1024 * 1024
  /// From the first octet of a request (or the connection) to the end of its head; then 408.
  public var headerTimeout = Interval.seconds(10)
  /// From the end of the head to the end of the body, prolonged by what arrives at ``bodyRateMin``; then 408.
  public var bodyTimeout = Interval.seconds(30)
  /// Octets a second that keep an upload alive beyond ``bodyTimeout``.
  public var bodyRateMin = 8 * 1024
  /// How long the application may take to answer; then 503.
  public var responseTimeout = Interval.seconds(60)
  /// How long unsent output may stand still; then the connection is dropped.
  public var stallTimeout = Interval.seconds(30)
  /// How long a connection may stay without a request between two requests.
  public var idleTimeout = Interval.seconds(75)
  /// From accepting to the end of the TLS handshake.
  public var handshakeTimeout = Interval.seconds(10)
  /// Connections whose first request head has not arrived; at this many accepting pauses.
  public var halfOpenMax = 1024
  /// Half-open connections of one address; one more is dropped at once.
  ///
  /// So one peer cannot use up ``halfOpenMax``. Raise it to `halfOpenMax` behind a reverse proxy.
  public var halfOpenPerAddressMax = 256
  /// Connections altogether; at this many accepting pauses.
  public var connectionsMax = 16 * 1024
  /// Waiting connections in the kernel's queue.
  public var backlog = 1024
  /// Unsent octets of a WebSocket connection; a message beyond them drops the connection.
  public var outputCountMax = 4 * 1024 * 1024
  /// Unsent octets above which the next pipelined request waits.
  public var outputCountLow = 64 * 1024
  /// Silence after which a WebSocket peer is pinged.
  public var pingInterval = Interval.seconds(45)
  /// Silence after a ping before the peer is taken for dead.
  public var pongTimeout = Interval.seconds(20)
  /// From our Close frame to the peer's.
  public var closeTimeout = Interval.seconds(5)
  /// From the last octet sent to the peer's end of stream, while what it still sends is discarded.
  public var lingerTimeout = Interval.seconds(2)
  /// Octets discarded while lingering: more than a peer sends in one go, or a reset may outrun our last words.
  public var lingerCountMax = 16 * 1024 * 1024
  /// From ``HTTPServer/stop()`` to the end of ``HTTPServer/run()``.
  public var stopTimeout = Interval.seconds(5)
  /// How long accepting pauses after the system refused a connection (no descriptors, no memory).
  public var acceptPause = Interval.milliseconds(200)

  /// The limits that operators start from.
  public init() {}
}
