package import Base

/// Times as text, without Foundation.
package enum TimeText {
  /// `2026-01-02T03:04:05.678Z`.
  package static func iso8601(_ time: WallTime) -> String {
    let (days, millisecondsOfDay) = time.milliseconds.flooredQuotient(86_400_000)
    let (year, month, day) = civil(daysSinceEpoch: days)
    let seconds = millisecondsOfDay / 1_000
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
      + "\(padded(seconds / 3_600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
      + ".\(padded(millisecondsOfDay % 1_000, 3))Z"
  }

  /// Proleptic Gregorian date of a day count: the year is taken to begin in March, so that the leap
  /// day is its last, and 400 years are 146,097 days.
  private static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (daysSinceEpoch + 719_468).flooredQuotient(146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Int64 {
  /// Quotient rounded down and a remainder of at least 0.
  fileprivate func flooredQuotient(_ divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
