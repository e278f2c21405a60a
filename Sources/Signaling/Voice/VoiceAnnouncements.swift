import Base
import MediaControl

/// Who has come to a channel and who has gone since its members were last told.
///
/// A word to everybody about everybody costs the square of those who join: it is said at once in a quiet
/// channel, and then at most once in ``VoiceLimits/announcementInterval``, for all together.
struct VoiceAnnouncements {
  /// A user who has gone.
  struct Departure {
    let user: Snowflake
    /// The last session that was there to hear of the user; later ones never did.
    let lastWitness: PeerID
  }

  /// Sessions of which nobody has been told, in the order in which they came.
  var joined: [PeerID] = []
  /// Who has gone, in that order.
  var left: [Departure] = []
  /// When the next word may go out.
  var dueAt: Instant

  var isEmpty: Bool { joined.isEmpty && left.isEmpty }

  var isFull: Bool { joined.count + left.count >= VoiceLimits.announcementsMax }
}

/// Arrivals and departures, as the members of a channel are told of them.
extension VoiceGateway {
  /// Introduces a member that has just got its transport to the others, and them to it.
  mutating func introduce(_ peer: PeerID, at now: Instant, into actions: inout [VoiceAction]) {
    guard let channel = sessions[peer]?.seat.channel, let members = rooms[channel] else { return }
    for other in members where other != peer {
      guard sessions[other]?.isAnnounced == true else { continue }
      for message in descriptions(of: other, in: members.count) { send(message, to: peer, into: &actions) }
    }
    note(in: channel, at: now, into: &actions) { $0.joined.append(peer) }
  }

  /// Lets the others know that an announced member has gone.
  mutating func dismiss(_ session: VoiceSession, at now: Instant, into actions: inout [VoiceAction]) {
    let channel = session.seat.channel
    guard rooms[channel] != nil else {
      announcements[channel] = nil
      return
    }
    guard session.isAnnounced else {
      announcements[channel]?.joined.removeAll { $0 == session.peer }
      return
    }
    let departure = VoiceAnnouncements.Departure(
      user: session.seat.user, lastWitness: PeerID(rawValue: peerCount))
    note(in: channel, at: now, into: &actions) { $0.left.append(departure) }
  }

  /// Sends `message`, which is about `peer`, to everybody else in its channel.
  ///
  /// Nothing is said of somebody of whom the others have not heard: they are told first.
  mutating func tellOthers(
    of peer: PeerID, _ message: VoiceMessage, at now: Instant, into actions: inout [VoiceAction]
  ) {
    guard let channel = sessions[peer]?.seat.channel else { return }
    if sessions[peer]?.isAnnounced == false { announce(in: channel, at: now, into: &actions) }
    for other in rooms[channel] ?? [] where other != peer { send(message, to: other, into: &actions) }
  }

  /// Says what is due at `now`.
  mutating func announceDue(at now: Instant, into actions: inout [VoiceAction]) {
    guard now >= nextAnnouncement else { return }
    // Sorted, because a dictionary's order differs from run to run.
    for channel in announcements.filter({ $0.value.dueAt <= now }).keys.sorted() {
      if announcements[channel]?.isEmpty == true {
        announcements[channel] = nil
      } else {
        announce(in: channel, at: now, into: &actions)
      }
    }
    nextAnnouncement = announcements.values.map(\.dueAt).min() ?? .distantFuture
  }

  private mutating func note(
    in channel: Snowflake, at now: Instant, into actions: inout [VoiceAction],
    _ change: (inout VoiceAnnouncements) -> Void
  ) {
    change(&announcements[channel, default: VoiceAnnouncements(dueAt: now)])
    guard let noted = announcements[channel], noted.dueAt <= now || noted.isFull else { return }
    announce(in: channel, at: now, into: &actions)
  }

  private mutating func announce(
    in channel: Snowflake, at now: Instant, into actions: inout [VoiceAction]
  ) {
    guard let noted = announcements[channel], let members = rooms[channel] else { return }
    if members.count > 1 {
      announcements[channel] = VoiceAnnouncements(dueAt: now + VoiceLimits.announcementInterval)
      nextAnnouncement = min(nextAnnouncement, now + VoiceLimits.announcementInterval)
    } else {
      // Nobody was told anything: whoever comes next finds a quiet channel.
      announcements[channel] = nil
    }
    // Who went and came again in between is told in that order.
    for departure in noted.left {
      let message = VoiceMessage.clientDisconnect(departure.user)
      for member in members where member.rawValue <= departure.lastWitness.rawValue {
        send(message, to: member, into: &actions)
      }
    }
    welcome(noted.joined, in: members, into: &actions)
  }

  private mutating func welcome(
    _ joined: [PeerID], in members: [PeerID], into actions: inout [VoiceAction]
  ) {
    guard !joined.isEmpty else { return }
    let users = joined.compactMap { sessions[$0]?.seat.user }
    let message = VoiceMessage.clientsConnect(users)
    for member in members {
      guard let session = sessions[member], session.isPresent, !session.isAnnounced else {
        send(message, to: member, into: &actions)
        continue
      }
      let others = users.filter { $0 != session.seat.user }
      if !others.isEmpty { send(.clientsConnect(others), to: member, into: &actions) }
    }
    for peer in joined {
      sessions[peer]?.isAnnounced = true
      if let channel = sessions[peer]?.seat.channel { presences[channel] = nil }
    }
    for peer in joined {
      let messages = descriptions(of: peer, in: members.count)
      for message in messages {
        for member in members where member != peer { send(message, to: member, into: &actions) }
      }
    }
  }

  /// Under which SSRC `peer` can be heard, and what it shows: what the others are told when they hear of it.
  ///
  /// In a small channel also of those who are silent: the first packet then finds a receiver that is ready
  /// for it. In a large one most never speak, and a receiver for each would cost clients more than the
  /// beginning of a word.
  private func descriptions(of peer: PeerID, in memberCount: Int) -> [VoiceMessage] {
    guard let session = sessions[peer] else { return [] }
    guard session.hasSpoken || !session.picture.isNone || memberCount <= VoiceLimits.silentIntroductionsMax
    else { return [] }
    let speaking = VoiceMessage.speaking(of: session)
    return session.picture.isNone ? [speaking] : [speaking, .video(of: session)]
  }
}
