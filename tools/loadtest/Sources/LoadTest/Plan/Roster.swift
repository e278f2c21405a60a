/// Who takes part: which room, and whether they speak.
///
/// In the order in which they join: all speakers first, so that every listener finds audio, then the
/// listeners of the rooms in turn, then latecomers.
public struct Roster: Hashable, Sendable {
  /// One member.
  public struct Seat: Hashable, Sendable {
    /// Which room.
    public let room: Int
    /// Which of the room's speakers; `nil` for a listener.
    public let speaker: Int?
    /// Whether the member joins only when the scenario says so.
    public let isLate: Bool
  }

  /// All members.
  public let seats: [Seat]

  /// The members that the options ask for.
  public init(_ options: Options) {
    var seats: [Seat] = []
    for speaker in 0..<options.speakers {
      for room in 0..<options.rooms { seats.append(Seat(room: room, speaker: speaker, isLate: false)) }
    }
    for _ in 0..<options.listeners {
      for room in 0..<options.rooms { seats.append(Seat(room: room, speaker: nil, isLate: false)) }
    }
    if options.scenario == .joinStorm {
      for index in 0..<options.storm {
        seats.append(Seat(room: index % options.rooms, speaker: nil, isLate: true))
      }
    }
    self.seats = seats
  }
}
