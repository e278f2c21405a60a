public import Base

/// What happens when in the measured time, decided before it begins.
///
/// A function of the options alone, the seed included: two runs do the same.
public struct ScenarioPlan: Hashable, Sendable {
  /// One thing to do.
  public enum Action: Hashable, Sendable {
    case join(member: Int)
    case leave(member: Int)
    case mute(member: Int)
    case unmute(member: Int)
    /// Only this speaker of each room goes on speaking.
    case giveFloor(speaker: Int)
  }

  /// An action and when it is due, counted from the beginning of the measured time.
  public struct Step: Hashable, Sendable {
    /// When.
    public let at: Interval
    /// What.
    public let action: Action
  }

  /// How long a listener stays away in ``Scenario/churn``.
  private static let absence = Interval.seconds(1)
  /// When the storm begins, and how long it lasts.
  private static let stormStart = Interval.seconds(1)
  private static let stormLength = Interval.seconds(1)

  /// The steps in order.
  public let steps: [Step]

  /// The plan for `roster` under `options`.
  public init(_ options: Options, _ roster: Roster) {
    var steps: [Step] = []
    var random = SeededRandom(seed: options.seed)
    switch options.scenario {
    case .audio, .video, .simulcast: break
    case .stage:
      var speaker = 0
      for at in ScenarioPlan.beats(options) {
        steps.append(Step(at: at, action: .giveFloor(speaker: speaker)))
        speaker = (speaker + 1) % options.speakers
      }
    case .joinStorm:
      let late = roster.seats.indices.filter { roster.seats[$0].isLate }
      for (order, member) in late.enumerated() {
        let share = ScenarioPlan.stormLength.nanoseconds * Int64(order) / Int64(max(late.count, 1))
        let at = ScenarioPlan.stormStart + Interval(nanoseconds: share)
        steps.append(Step(at: at, action: .join(member: member)))
      }
    case .churn: steps = ScenarioPlan.churn(options, roster, &random)
    case .muteFlaps: steps = ScenarioPlan.muteFlaps(options, roster)
    case .mixed:
      steps = ScenarioPlan.churn(options, roster, &random) + ScenarioPlan.muteFlaps(options, roster)
    }
    // A stable order: what was decided first comes first at the same time.
    self.steps = steps.enumerated()
      .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
      .filter { $0.at < options.duration }
  }

  /// Every beat a listener leaves, and comes back.
  private static func churn(
    _ options: Options, _ roster: Roster, _ random: inout SeededRandom
  ) -> [Step] {
    var steps: [Step] = []
    let listeners = roster.seats.indices.filter { roster.seats[$0].speaker == nil }
    var backAt = [Interval](repeating: .zero, count: roster.seats.count)
    for at in ScenarioPlan.beats(options).dropFirst() {
      guard !listeners.isEmpty else { break }
      let member = listeners[random.below(listeners.count)]
      // Someone who has hardly come back stays; the draw is spent, so that the rest is the same.
      guard backAt[member] <= at else { continue }
      steps.append(Step(at: at, action: .leave(member: member)))
      steps.append(Step(at: at + ScenarioPlan.absence, action: .join(member: member)))
      backAt[member] = at + ScenarioPlan.absence * 4
    }
    return steps
  }

  /// Every beat all speakers mute, and unmute half a beat later.
  private static func muteFlaps(_ options: Options, _ roster: Roster) -> [Step] {
    var steps: [Step] = []
    let half = Interval(nanoseconds: options.every.nanoseconds / 2)
    for at in ScenarioPlan.beats(options).dropFirst() {
      for member in roster.seats.indices where roster.seats[member].speaker != nil {
        steps.append(Step(at: at, action: .mute(member: member)))
        steps.append(Step(at: at + half, action: .unmute(member: member)))
      }
    }
    return steps
  }

  /// Multiples of the scenario's period within the measured time, 0 included.
  private static func beats(_ options: Options) -> [Interval] {
    var beats: [Interval] = []
    var at = Interval.zero
    while at < options.duration {
      beats.append(at)
      at = at + options.every
    }
    return beats
  }
}
