/// Timestamps as Discord writes them: `2026-01-02T03:04:05.678000+00:00`.
public enum ISO8601 {
  private static let millisecondsADay: Int64 = 86_400_000

  /// The text of `time`; years beyond 0 to 9999 are clamped.
  public static func text(_ time: WallTime) -> String {
    let range = Int64(-62_167_219_200_000)...Int64(253_402_300_799_999)
    let milliseconds = min(max(time.milliseconds, range.lowerBound), range.upperBound)
    var days = milliseconds / millisecondsADay
    var rest = milliseconds % millisecondsADay
    if rest < 0 {
      days -= 1
      rest += millisecondsADay
    }
    let (year, month, day) = civil(days)
    let seconds = rest / 1_000
    return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2) + "T" + pad(seconds / 3_600, 2) + ":"
      + pad(seconds / 60 % 60, 2) + ":" + pad(seconds % 60, 2) + "." + pad(rest % 1_000, 3) + "000+00:00"
  }

  /// The time that `text` names; `nil` for anything but a date, a time and `Z` or an offset.
  public static func time(_ text: String) -> WallTime? {
    var scanner = DigitScanner(text)
    guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
      let day = scanner.number(2), scanner.skip("T") || scanner.skip(" "), let hour = scanner.number(2),
      scanner.skip(":"), let minute = scanner.number(2)
    else { return nil }
    let second = scanner.skip(":") ? scanner.number(2) : 0
    guard let second else { return nil }
    let fraction = scanner.skip(".") ? scanner.fraction() : 0
    guard (1...12).contains(month), day >= 1, day <= length(month, year), hour < 24, minute < 60,
      second < 61, let fraction, let offset = scanner.offset(), scanner.isAtEnd
    else { return nil }
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60
    return WallTime(milliseconds: seconds * 1_000 + fraction)
  }

  private static func pad(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  /// Days since 1970-01-01 to year, month and day: years begin in March, so that the leap day is last.
  private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// The inverse of ``civil(_:)`` for years from 0.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func length(_ month: Int64, _ year: Int64) -> Int64 {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// Reads digits and single characters of a short text.
private struct DigitScanner {
  private var rest: ArraySlice<UInt8>

  init(_ text: String) {
    rest = Array(text.utf8.prefix(64))[...]
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let first = rest.first, UInt32(first) == character.value else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(_ count: Int) -> Int64? {
    let digits = rest.prefix(count)
    guard digits.count == count, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    rest = rest.dropFirst(count)
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  /// Digits after the point, as milliseconds.
  mutating func fraction() -> Int64? {
    let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
    guard !digits.isEmpty else { return nil }
    rest = rest.dropFirst(digits.count)
    let padded = Array(digits.prefix(3)) + [UInt8](repeating: 0x30, count: max(0, 3 - digits.count))
    return padded.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  /// `Z` or `+hh:mm`, as minutes; none counts as UTC.
  mutating func offset() -> Int64? {
    if rest.isEmpty || skip("Z") || skip("z") { return 0 }
    let sign: Int64 = skip("-") ? -1 : 1
    if sign == 1, !skip("+") { return nil }
    guard let hours = number(2) else { return nil }
    _ = skip(":")
    guard let minutes = rest.isEmpty ? 0 : number(2), hours < 24, minutes < 60 else { return nil }
    return sign * (hours * 60 + minutes)
  }
}
