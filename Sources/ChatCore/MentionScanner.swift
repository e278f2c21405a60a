import Base

/// What a text mentions, before anybody asked whether it may.
///
/// `<@id>` and `<@!id>` are users, `<@&id>` roles, `@everyone` and `@here` everybody. Each id counts once, in
/// the order of the text.
struct Mentions: Equatable, Sendable {
  var users: [Snowflake] = []
  var roles: [Snowflake] = []
  var everyone = false

  init(scanning text: String) {
    everyone = text.utf8.contains(0x40) && (text.contains("@everyone") || text.contains("@here"))
    guard text.utf8.contains(0x3C) else { return }
    let octets = Array(text.utf8)
    var position = 0
    while position < octets.count {
      guard let mention = Mentions.read(octets, at: position) else {
        position += 1
        continue
      }
      position = mention.end
      if mention.isRole {
        if roles.count < Limits.mentionsPerMessage, !roles.contains(mention.id) { roles.append(mention.id) }
      } else if users.count < Limits.mentionsPerMessage, !users.contains(mention.id) {
        users.append(mention.id)
      }
    }
  }

  private static func read(
    _ octets: [UInt8], at start: Int
  ) -> (id: Snowflake, isRole: Bool, end: Int)? {
    guard start + 3 < octets.count, octets[start] == 0x3C, octets[start + 1] == 0x40 else { return nil }
    var position = start + 2
    let isRole = octets[position] == 0x26
    if isRole || octets[position] == 0x21 { position += 1 }
    let digits = position
    while position < octets.count, (0x30...0x39).contains(octets[position]), position - digits < 21 {
      position += 1
    }
    guard position < octets.count, octets[position] == 0x3E,
      let id = Snowflake(String(decoding: octets[digits..<position], as: UTF8.self))
    else { return nil }
    return (id, isRole, position + 1)
  }
}
