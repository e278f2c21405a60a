import Base

/// Admissions that wait for their IDENTIFY: at most one for a user in a guild.
///
/// Found by token, so that guessing costs 190 bits and no comparison depends on how far a guess was right.
struct VoiceTickets {
  struct Ticket {
    let seat: VoiceSeat
    var standing: VoiceStanding
    let expiry: Instant
  }

  private var tickets: [String: Ticket] = [:]
  private var tokens: [VoiceSeatKey: String] = [:]

  var isEmpty: Bool { tickets.isEmpty }

  /// Files a ticket under `token`, replacing the user's older one; `false` when the table is full.
  mutating func add(_ seat: VoiceSeat, _ standing: VoiceStanding, token: String, at now: Instant) -> Bool {
    withdraw(seat.key)
    guard tickets.count < VoiceLimits.ticketsMax else { return false }
    tickets[token] = Ticket(seat: seat, standing: standing, expiry: now + VoiceLimits.ticketLifetime)
    tokens[seat.key] = token
    return true
  }

  /// The ticket that `token` names at `now`.
  func ticket(_ token: String, at now: Instant) -> Ticket? {
    guard let ticket = tickets[token], now < ticket.expiry else { return nil }
    return ticket
  }

  /// The seat that waits for the user of `key`, if any.
  func seat(of key: VoiceSeatKey) -> VoiceSeat? {
    tokens[key].flatMap { tickets[$0]?.seat }
  }

  /// Takes the user's voice state as it is now: another seat makes the ticket worthless.
  mutating func update(_ seat: VoiceSeat, _ standing: VoiceStanding) {
    guard let token = tokens[seat.key] else { return }
    if tickets[token]?.seat == seat {
      tickets[token]?.standing = standing
    } else {
      withdraw(seat.key)
    }
  }

  /// Makes the user's ticket worthless.
  mutating func withdraw(_ key: VoiceSeatKey) {
    guard let token = tokens.removeValue(forKey: key) else { return }
    tickets[token] = nil
  }

  /// Forgets what nobody used in time.
  mutating func expire(at now: Instant) {
    tickets = tickets.filter { now < $0.value.expiry }
    tokens = tokens.filter { tickets[$0.value] != nil }
  }
}
