import Base
import ChatCore
import MediaControl
import Signaling
import Testing

/// What each shard of a node knows, from the commands that it was given.
struct ShardModel {
  struct Shard {
    var here: [PeerID: PeerAdmission] = [:]
    var elsewhere: [PeerID: RemoteMember] = [:]
    /// The newest permissions of both.
    var permissions: [PeerID: MediaPermissions] = [:]
    /// What of pictures it was told last, of both.
    var shown: [PeerID: VideoPublication] = [:]
  }

  private(set) var shards: [Shard]

  init(_ count: Int) {
    shards = [Shard](repeating: Shard(), count: count)
  }

  var peers: Set<PeerID> { Set(shards.flatMap { $0.here.keys }) }

  /// Carries out the commands among `actions`; what is wrong with them.
  mutating func take(_ actions: [VoiceAction]) -> String? {
    for action in actions {
      guard case .media(let id, let command) = action else { continue }
      if let wrong = perform(command, on: Int(id.rawValue)) { return wrong }
    }
    return inconsistency
  }

  private mutating func perform(_ command: MediaCommand, on shard: Int) -> String? {
    switch command {
    case .admit(let admission):
      if peers.contains(admission.peer) { return "admitted twice" }
      shards[shard].here[admission.peer] = admission
      shards[shard].permissions[admission.peer] = admission.permissions
    case .admitRemote(let members):
      if members.isEmpty { return "an empty roster" }
      for member in members {
        let peer = member.admission.peer
        if shards[shard].elsewhere[peer] != nil || shards[shard].here[peer] != nil { return "known already" }
        shards[shard].elsewhere[peer] = member
        shards[shard].permissions[peer] = member.admission.permissions
      }
    case .permit(let peer, let permissions):
      guard let old = shards[shard].permissions[peer] else { return "permitted a stranger" }
      if permissions.version <= old.version { return "an older permission" }
      shards[shard].permissions[peer] = permissions
    case .remove(let peer):
      guard shards[shard].permissions.removeValue(forKey: peer) != nil else { return "removed a stranger" }
      shards[shard].here[peer] = nil
      shards[shard].elsewhere[peer] = nil
      shards[shard].shown[peer] = nil
    case .closeRoom(let room):
      if shards[shard].here.values.contains(where: { $0.room == room }) { return "closed with members" }
      for (peer, member) in shards[shard].elsewhere where member.admission.room == room {
        shards[shard].elsewhere[peer] = nil
        shards[shard].permissions[peer] = nil
        shards[shard].shown[peer] = nil
      }
    case .publishVideo(let peer, let publication):
      guard shards[shard].permissions[peer] != nil else { return "a stranger's picture" }
      if publication.version <= shards[shard].shown[peer]?.version ?? 0 { return "an older picture" }
      shards[shard].shown[peer] = publication.layers.isEmpty ? nil : publication
    case .connectVoice(let peer, _), .connectWebRTC(let peer, _), .wantVideo(let peer, _):
      if shards[shard].here[peer] == nil { return "commanded a stranger" }
    }
    return nil
  }

  /// Every shard that has members of a room knows all the others of it, and no other shard does.
  private var inconsistency: String? {
    for (id, shard) in shards.enumerated() {
      let rooms = Set(shard.here.values.map(\.room))
      for (otherID, other) in shards.enumerated() where otherID != id {
        for (peer, admission) in other.here {
          let known = shard.elsewhere[peer]
          guard rooms.contains(admission.room) else {
            if known != nil { return "a member of a room that is not here" }
            continue
          }
          guard known?.shard.rawValue == UInt8(otherID), known?.admission.ssrc == admission.ssrc else {
            return "a member is not known"
          }
          let mine = shard.permissions[peer]
          let its = other.permissions[peer]
          if mine?.maySpeak != its?.maySpeak || mine?.mayHear != its?.mayHear { return "other permissions" }
          if shard.shown[peer]?.layers != other.shown[peer]?.layers { return "another picture" }
        }
      }
      if !shard.elsewhere.keys.allSatisfy(peers.contains) { return "somebody who is gone" }
    }
    return nil
  }
}

@Suite struct SpanningRoomTests {
  private func bench(shards: Int = 2, members: Int = 1) -> VoiceBench {
    VoiceBench(shards: shards) { $0.spread = SpreadPolicy(membersMax: members, utilisationMax: 0.7) }
  }

  @Test func `The room's shards are told of each other's members`() throws {
    let bench = bench()
    let a = try bench.join(1)
    _ = bench.take()
    let b = try bench.join(2)
    guard case .admit(let admission) = bench.commands(to: 1).first,
      case .admitRemote(let roster) = bench.commands(to: 1).dropFirst().first,
      case .admitRemote(let newcomers) = bench.commands(to: 0).first
    else {
      Issue.record("\(bench.commands)")
      return
    }
    #expect(admission.peer == b.peer && bench.commands(to: 0).count == 1)
    #expect(roster.map(\.admission.peer) == [a.peer] && roster.map(\.shard.rawValue) == [0])
    #expect(newcomers == [RemoteMember(shard: ShardID(rawValue: 1), admission: admission)])
  }

  @Test func `A mute reaches every shard of the room, the end of a member too`() throws {
    let bench = bench()
    let a = try bench.join(1)
    let b = try bench.join(2)
    _ = bench.take()
    var muted = a.state
    muted.isMuted = true
    bench.change(muted)
    for shard in [0, 1] as [UInt8] {
      guard case .permit(a.peer, let permissions) = bench.commands(to: shard).first else {
        Issue.record("shard \(shard) was not told")
        return
      }
      #expect(!permissions.maySpeak && bench.commands(to: shard).count == 1)
    }
    _ = bench.take()
    bench.close(b.connection, code: 1000)
    #expect(bench.commands(to: 0) == [.remove(b.peer)])
    let room = RoomID(channel: VoiceBench.channel)
    #expect(bench.commands(to: 1) == [.remove(b.peer), .closeRoom(room)])
    _ = bench.take()
    bench.close(a.connection, code: 1000)
    #expect(bench.commands(to: 0) == [.remove(a.peer)] && bench.commands(to: 1).isEmpty)
  }

  @Test func `A room on one shard is told of nobody else`() throws {
    let bench = bench(members: 10)
    for number in 1...5 as ClosedRange<UInt64> { _ = try bench.join(number) }
    #expect(bench.commands(to: 1).isEmpty)
    let isSilent = bench.commands(to: 0).allSatisfy { command in
      switch command {
      case .admit, .connectVoice: true
      default: false
      }
    }
    #expect(isSilent)
  }

  @Test(arguments: [(2, 1), (3, 1), (3, 2), (5, 2)])
  func `Whoever comes and goes, each shard knows the whole of its rooms`(_ shards: Int, _ members: Int) throws
  {
    let bench = bench(shards: shards, members: members)
    var random = SeededRandom(seed: UInt64(shards * 10 + members))
    var model = ShardModel(shards)
    var present: [UInt64: VoiceBench.Member] = [:]
    var widest = 0
    var pictures = 0
    for _ in 0..<2_000 {
      let number = UInt64(1 + random.below(12))
      switch random.below(5) {
      case 0, 1: present[number] = try bench.join(number)
      case 2:
        if let member = present.removeValue(forKey: number) { bench.close(member.connection, code: 1000) }
      case 3:
        guard let member = present[number] else { continue }
        let ssrc = random.below(2) == 0 ? 0 : Int(member.ssrc) + 1
        let rtx = ssrc == 0 ? 0 : ssrc + 1
        bench.say(
          member.connection, #"{"op":12,"d":{"video_ssrc":\#(ssrc),"rtx_ssrc":\#(rtx),"streams":[]}}"#)
        pictures += ssrc == 0 ? 0 : 1
        // Members send no faster than the gateway takes.
        bench.pass(.milliseconds(20))
      default:
        guard var state = present[number]?.state else { continue }
        state.isMuted = random.below(2) == 0
        state.isDeafened = random.below(2) == 0
        bench.change(state)
      }
      let wrong = model.take(bench.take())
      #expect(wrong == nil)
      if wrong != nil { return }
      widest = max(widest, model.shards.count { !$0.here.isEmpty })
    }
    #expect(widest == shards && pictures > 50)
    for member in present.values { bench.close(member.connection, code: 1000) }
    let wrong = model.take(bench.take())
    #expect(wrong == nil && model.peers.isEmpty)
    #expect(model.shards.allSatisfy { $0.elsewhere.isEmpty && $0.permissions.isEmpty && $0.shown.isEmpty })
  }
}
