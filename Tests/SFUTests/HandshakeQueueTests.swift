import Base
import Crypto
import MediaControl
import SFU
import SimulatedPeers
import Testing

/// Handshakes wait for a moment without media, in fair turns and within limits.
@Suite struct HandshakeQueueTests {
  /// A stage that never rests, with `count` browsers whose checks have passed.
  private func begin(
    _ count: Int, _ change: (inout EndpointConfiguration) -> Void = { _ in }
  ) throws -> Storm {
    var configuration = EndpointConfiguration()
    change(&configuration)
    let storm = Storm(try Stage(configuration))
    for number in 1...UInt64(count) { try storm.arrive(number) }
    return storm
  }

  @Test func `A datagram of a handshake costs nothing until its turn, and connectivity checks pass it`()
    throws
  {
    let storm = try begin(1)
    let hello = storm.datagrams(0)
    #expect(storm.give(hello, from: 0).isEmpty)
    #expect(storm.counts.waitingHandshakeDatagrams == hello.count)
    #expect(storm.counts.openHandshakes == 0)
    #expect(storm.stage.endpoint.deferredDeadline <= storm.stage.now)
    let check = storm.seats[0].client.check(isNominating: true)
    #expect(storm.stage.receive(check, from: storm.address(0)).count == 1)
    storm.stage.performDeferred()
    #expect(storm.counts.openHandshakes == 1)
    #expect(storm.counts.waitingHandshakeDatagrams == 0)
    #expect(!storm.stage.outbox.take().isEmpty)
    #expect(storm.stage.endpoint.deferredDeadline == .distantFuture)
  }

  @Test func `A unit is one datagram, and peers are served in turns`() throws {
    let storm = try begin(3)
    let flood = storm.datagrams(0)
    // The first peer repeats itself; the others say everything once.
    for _ in 0..<4 { storm.give(flood, from: 0) }
    for index in 1...2 {
      storm.give(storm.datagrams(index), from: index)
    }
    #expect(storm.counts.dropped(.handshakeQueueFull) == UInt64(4 * flood.count - 4))
    var open: [Int] = []
    while storm.counts.openHandshakes < 3 {
      let waiting = storm.counts.waitingHandshakeDatagrams
      storm.performOne()
      #expect(storm.counts.waitingHandshakeDatagrams == waiting - 1)
      open.append(storm.counts.openHandshakes)
    }
    // Beginners and those under way alternate: whoever has more waiting does not come first.
    #expect(open == [1, 1, 2, 2, 3])
  }

  @Test func `A flood of one peer does not crowd out the handshake of another`() throws {
    let storm = try begin(2) {
      $0.limits.handshakeDatagramsPerPeer = 2
      $0.limits.handshakeDatagrams = 4
    }
    let flood = storm.datagrams(0)
    for _ in 0..<1_000 { storm.give(flood, from: 0) }
    #expect(storm.counts.waitingHandshakeDatagrams == 2)
    var rounds = 0
    while !storm.seats[1].isConnected, rounds < 20 {
      rounds += 1
      for _ in 0..<50 { storm.give(flood, from: 0) }
      storm.give(storm.datagrams(1), from: 1)
      storm.performOne()
      storm.deliver()
    }
    #expect(storm.seats[1].isConnected)
    #expect(storm.stage.log.take().contains(.connected(PeerID(rawValue: 2))))
  }

  @Test func `No more handshakes begin than the bucket has tokens, and those that wait are not refused`()
    throws
  {
    let storm = try begin(12) {
      $0.limits.handshakeBurst = 4
      $0.limits.handshakesPerSecond = 10
    }
    for index in 0..<12 {
      storm.give(storm.datagrams(index), from: index)
    }
    storm.stage.performDeferred()
    #expect(storm.counts.openHandshakes == 4)
    // The next token comes after a tenth of a second, and that is when the endpoint asks for its turn.
    #expect(storm.stage.endpoint.deferredDeadline == storm.stage.now + .milliseconds(100))
    storm.stage.wait(.milliseconds(99))
    storm.stage.performDeferred()
    #expect(storm.counts.openHandshakes == 4)
    for expected in 5...12 {
      storm.stage.wait(.milliseconds(100))
      storm.stage.performDeferred()
      #expect(storm.counts.openHandshakes == expected)
    }
    #expect(storm.stage.endpoint.deferredDeadline == .distantFuture)
    #expect(storm.counts.dropped(.handshakeQueueFull) == 0)
  }

  @Test func `Nothing is sent again while the peer's answer waits here`() throws {
    let storm = try begin(1)
    storm.give(storm.datagrams(0), from: 0)
    storm.stage.performDeferred()
    storm.deliver()
    // The answer arrives after 150 ms, just before ours would be repeated, and waits half a second.
    #expect(storm.stage.wait(.milliseconds(150)).isEmpty)
    storm.give(storm.datagrams(0), from: 0)
    #expect(storm.stage.wait(.milliseconds(500)).isEmpty)
    storm.stage.performDeferred()
    storm.deliver()
    #expect(storm.seats[0].isConnected)
    // Nothing is repeated afterwards either.
    #expect(storm.stage.wait(.seconds(5)).isEmpty)
  }

  @Test func `An answer that was lost on the way is asked for again`() throws {
    let storm = try begin(1)
    storm.give(storm.datagrams(0), from: 0)
    storm.stage.performDeferred()
    _ = storm.stage.outbox.take()
    #expect(!storm.stage.wait(.milliseconds(250)).isEmpty)
  }

  @Test func `What waits of a peer that leaves is dropped, counted, and nobody's turn is lost`() throws {
    let storm = try begin(3)
    for index in 0..<3 {
      storm.give(storm.datagrams(index), from: index)
    }
    let each = storm.counts.waitingHandshakeDatagrams / 3
    storm.stage.perform(.remove(PeerID(rawValue: 2)))
    #expect(storm.counts.waitingHandshakeDatagrams == 2 * each)
    #expect(storm.counts.dropped(.dtlsUnexpected) == UInt64(each))
    storm.stage.performDeferred()
    #expect(storm.counts.openHandshakes == 2)
    #expect(storm.stage.endpoint.deferredDeadline == .distantFuture)
  }

  @Test func `A datagram of no handshake is dropped before it is kept`() throws {
    let storm = try begin(1)
    let alert: [UInt8] = [21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 40]
    storm.stage.receive(alert, from: storm.address(0))
    #expect(storm.counts.waitingHandshakeDatagrams == 0)
    #expect(storm.counts.dropped(.dtlsUnexpected) == 1)
  }

  @Test func `The line keeps its order when somebody leaves it, and refuses when it is full`() {
    var line = PeerLine<Int>(capacity: 3)
    let handles = (0..<4).map { Handle<Int>(index: UInt32($0), generation: 1) }
    for round in 0..<5 {
      for handle in handles.prefix(3) { #expect(line.append(handle) == true) }
      #expect(line.append(handles[3]) == false)
      line.remove(handles[round % 3])
      let rest = handles.prefix(3).filter { $0 != handles[round % 3] }
      #expect(line.popFirst() == rest[0])
      #expect(line.append(handles[3]) == true)
      #expect(line.popFirst() == rest[1])
      #expect(line.popFirst() == handles[3])
      #expect(line.popFirst() == nil)
    }
  }
}

/// A stage and its browsers; classes, because neither can be copied into a tuple or an array.
private final class Storm {
  final class Seat {
    var client: WebRTCClient

    init(_ client: consuming WebRTCClient) {
      self.client = client
    }

    var isConnected: Bool { client.isConnected }
  }

  var stage: Stage
  var seats: [Seat] = []

  init(_ stage: consuming Stage) {
    self.stage = stage
    self.stage.isIdle = false
  }

  func arrive(_ number: UInt64) throws {
    var client = try stage.browser(number)
    stage.receive(client.check(isNominating: true), from: client.address)
    seats.append(Seat(client))
  }

  func address(_ index: Int) -> SocketAddress {
    seats[index].client.address
  }

  /// What seat `index` wants to send now.
  func datagrams(_ index: Int) -> [[UInt8]] {
    seats[index].client.handshakeDatagrams()
  }

  @discardableResult
  func give(_ datagrams: [[UInt8]], from index: Int) -> [Datagram] {
    datagrams.flatMap { stage.receive($0, from: address(index)) }
  }

  /// One unit of deferred work.
  func performOne() {
    stage.performOneDeferred()
  }

  /// Carries to the browsers what the endpoint has sent.
  func deliver() {
    for datagram in stage.outbox.take() {
      for seat in seats where seat.client.address == datagram.address {
        _ = seat.client.receive(datagram.octets, at: stage.now)
      }
    }
  }

  var counts: EndpointStatistics { stage.endpoint.statistics }
}
