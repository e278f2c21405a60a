import Base
import ChatCore
import JSON
import MediaControl
import Signaling
import Testing

@Suite struct VoicePresenceTests {
  private func speaking(_ bench: VoiceBench, to member: VoiceBench.Member) throws -> [[Int?]] {
    try bench.messages(5, to: member.connection).map {
      [$0["d"]?["ssrc"]?.int, $0["d"]?["speaking"]?.int]
    }
  }

  @Test func `Members learn of each other's arrival, SSRC and departure`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    _ = bench.take()
    let b = try bench.join(2)
    let connected = try bench.messages(11, to: a.connection)
    #expect(connected.map { $0["d"]?["user_ids"]?.array } == [[.string(b.user.description)]])
    #expect(try speaking(bench, to: a) == [[Int(b.ssrc), 0]])
    #expect(try speaking(bench, to: b) == [[Int(a.ssrc), 0]])
    _ = bench.take()
    bench.close(b.connection, code: 1000)
    bench.pass(.milliseconds(100))
    let gone = try bench.messages(13, to: a.connection)
    #expect(gone.map { $0["d"]?["user_id"]?.string } == [b.user.description])
    #expect(bench.texts(to: b.connection).isEmpty)
  }

  @Test func `A member without a transport is not announced`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let state = VoiceBench.state(2)
    let token = try bench.admit(state)
    let socket = bench.open()
    _ = bench.take()
    bench.say(socket, VoiceBench.identify(state, token: token))
    bench.say(socket, #"{"op":5,"d":{"speaking":1}}"#)
    bench.close(socket, code: 1000)
    #expect(bench.texts(to: a.connection).isEmpty)
  }

  @Test func `Speaking reaches the others with the SSRC of READY, whatever the client says`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let b = try bench.join(2)
    _ = bench.take()
    bench.say(a.connection, #"{"op":5,"d":{"speaking":5,"delay":0,"ssrc":999}}"#)
    bench.say(a.connection, #"{"op":5,"d":{"speaking":5,"delay":0}}"#)
    bench.say(a.connection, #"{"op":5,"d":{"speaking":0,"delay":0}}"#)
    #expect(try speaking(bench, to: b) == [[Int(a.ssrc), 5], [Int(a.ssrc), 0]])
    #expect(bench.texts(to: a.connection).isEmpty)
  }

  @Test func `Audio announces a client that said nothing, once`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let b = try bench.join(2)
    _ = bench.take()
    bench.media(.audioStarted(a.peer, ssrc: 77))
    bench.media(.audioStarted(a.peer, ssrc: 77))
    bench.say(a.connection, #"{"op":5,"d":{"speaking":1}}"#)
    #expect(try speaking(bench, to: b) == [[Int(a.ssrc), 1]])
  }

  @Test func `A newcomer is told who is speaking`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    bench.say(a.connection, #"{"op":5,"d":{"speaking":1}}"#)
    let b = try bench.join(2)
    #expect(try speaking(bench, to: b) == [[Int(a.ssrc), 1]])
  }

  @Test func `Channels do not hear of each other`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    var state = VoiceBench.state(2, channel: Snowflake(rawValue: 99))
    state.sessionID = "elsewhere"
    let token = try bench.admit(state)
    let socket = bench.open()
    _ = bench.take()
    bench.say(socket, VoiceBench.identify(state, token: token))
    bench.say(socket, VoiceBench.selectUDP)
    bench.say(socket, #"{"op":5,"d":{"speaking":1}}"#)
    #expect(bench.texts(to: a.connection).isEmpty)
  }

  @Test func `Every change of standing reaches the media plane with a higher version`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let first = try #require(bench.admissions.first).permissions
    _ = bench.take()
    var expected: [(Bool, Bool)] = []
    var state = a.state
    for change in [
      \VoiceState.isSelfMuted, \.isMuted, \.isSuppressed, \.isSelfDeafened, \.isDeafened,
    ] as [WritableKeyPath<VoiceState, Bool>] {
      state[keyPath: change] = true
      bench.change(state)
      expected.append((state.maySpeak && !state.isSelfMuted, !state.isSelfDeafened && !state.isDeafened))
      state[keyPath: change] = false
      bench.change(state)
      expected.append((true, true))
    }
    let permissions = bench.commands.compactMap { command -> MediaPermissions? in
      guard case .permit(a.peer, let permissions) = command else { return nil }
      return permissions
    }
    #expect(permissions.map(\.maySpeak) == expected.map(\.0))
    #expect(permissions.map(\.mayHear) == expected.map(\.1))
    let versions = [first.version] + permissions.map(\.version)
    #expect(zip(versions, versions.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `A muted member is announced as silent and stays so`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let b = try bench.join(2)
    bench.say(a.connection, #"{"op":5,"d":{"speaking":1}}"#)
    _ = bench.take()
    var state = a.state
    state.isMuted = true
    bench.change(state)
    bench.say(a.connection, #"{"op":5,"d":{"speaking":1}}"#)
    #expect(try speaking(bench, to: b) == [[Int(a.ssrc), 0]])
  }

  @Test func `A mute before IDENTIFY holds from the first packet`() throws {
    let bench = VoiceBench()
    var state = VoiceBench.state(1)
    let token = try bench.admit(state)
    state.isMuted = true
    bench.change(state)
    let socket = bench.open()
    bench.say(socket, VoiceBench.identify(state, token: token))
    #expect(bench.admissions.map(\.permissions.maySpeak) == [false])
  }

  @Test(arguments: [nil, Snowflake(rawValue: 4)])
  func `Being disconnected or moved closes with 4014 and frees the media`(_ channel: Snowflake?) throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    let b = try bench.join(2)
    _ = bench.take()
    var state = a.state
    state.channelID = channel
    bench.change(state)
    #expect(bench.code(of: a.connection) == .disconnected)
    #expect(bench.commands == [.remove(a.peer)])
    #expect(bench.departures.isEmpty, "the chat core knows already")
    bench.pass(.milliseconds(100))
    #expect(try bench.messages(13, to: b.connection).count == 1)
    let again = bench.open()
    bench.say(again, VoiceBench.resume(a.state, token: a.token, acknowledged: -1))
    #expect(bench.code(of: again) == .sessionInvalid)
  }

  @Test func `Leaving makes a waiting ticket void`() throws {
    let bench = VoiceBench()
    var state = VoiceBench.state(1)
    let token = try bench.admit(state)
    state.channelID = nil
    bench.change(state)
    let socket = bench.open()
    bench.say(socket, VoiceBench.identify(VoiceBench.state(1), token: token))
    #expect(bench.code(of: socket) == .authenticationFailed)
  }

  @Test func `A reloaded page takes over from the session that lingers`() throws {
    let bench = VoiceBench()
    let old = try bench.join(1)
    let other = try bench.join(2)
    bench.close(old.connection, code: nil)
    _ = bench.take()
    let new = try bench.join(1)
    #expect(bench.commands.contains(.remove(old.peer)))
    #expect(bench.admissions.map(\.peer) == [new.peer])
    bench.pass(.milliseconds(100))
    #expect(new.peer != old.peer)
    let ops = try bench.messages(to: other.connection).compactMap { $0["op"]?.int }
    #expect(ops == [13, 11, 5])
    _ = bench.take()
    bench.pass(.seconds(120))
    #expect(bench.departures.allSatisfy { $0.user != new.user || $0.sessionID == "main-1" })
  }

  @Test func `A second IDENTIFY of the user replaces the first`() throws {
    let bench = VoiceBench()
    let first = try bench.join(1)
    _ = bench.take()
    let second = try bench.join(1)
    #expect(bench.code(of: first.connection) == .disconnected)
    #expect(bench.code(of: second.connection) == nil)
    #expect(bench.departures.isEmpty)
    #expect(bench.sessionCount == 1)
  }

  @Test func `Another main session of the user ends the voice session of the first`() throws {
    let bench = VoiceBench()
    let first = try bench.join(1)
    _ = bench.take()
    bench.change(VoiceBench.state(1, session: "main-1b"))
    #expect(bench.code(of: first.connection) == .disconnected)
    #expect(bench.commands == [.remove(first.peer)])
  }

  @Test(
    arguments: [
      (TransportFailure.handshakeFailed, VoiceCloseCode.transportFailed),
      (.fingerprintMismatch, .transportFailed), (.capacityExceeded, .serverCrashed),
    ])
  func `A transport that failed for good ends the session`(
    _ failure: TransportFailure, _ code: VoiceCloseCode
  ) throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    _ = bench.take()
    bench.media(.failed(a.peer, failure))
    #expect(bench.code(of: a.connection) == code)
    #expect(bench.commands == [.remove(a.peer)])
    #expect(bench.departures.count == 1)
  }

  @Test func `Lost consent ends a session only when its socket is lost too`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    _ = bench.take()
    bench.media(.failed(a.peer, .consentExpired))
    #expect(bench.take().isEmpty)
    bench.close(a.connection, code: nil)
    bench.media(.failed(a.peer, .consentExpired))
    #expect(bench.commands == [.remove(a.peer)])
    #expect(bench.departures.map(\.user) == [a.user])
    bench.media(.failed(a.peer, .consentExpired))
    bench.media(.connected(a.peer))
    bench.media(.audioStarted(a.peer, ssrc: 1))
    #expect(bench.statistics.strayMediaEvents == 3)
  }

  @Test func `A socket that closed while its user already joins anew ends no voice state`() throws {
    let bench = VoiceBench()
    let a = try bench.join(1)
    _ = try bench.admit(a.state)
    bench.close(a.connection, code: 1000)
    #expect(bench.departures.isEmpty)
  }
}
