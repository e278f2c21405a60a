import Base
import ChatCore

/// Who may view a channel, by Discord's documentation and nothing of ours: slow, and written apart from
/// `PermissionRules` so that one mistake is not made twice.
enum Oracle {
  /// Whether `member` may view `channel` of `guild`; no time-out takes that away.
  static func mayView(_ channel: Channel, of guild: Guild, _ member: Member) -> Bool {
    let permissions = Oracle.permissions(channel, of: guild, member)
    return permissions & (1 << 10) != 0
  }

  /// The bits before time-outs and implied denials.
  static func permissions(_ channel: Channel, of guild: Guild, _ member: Member) -> UInt64 {
    if member.userID == guild.ownerID { return .max }
    let held = guild.roles.filter { $0.id == guild.id || member.roles.contains($0.id) }
    var bits = held.reduce(UInt64(0)) { $0 | $1.permissions.rawValue }
    if bits & (1 << 3) != 0 { return .max }
    func rows(_ isMeant: (PermissionOverwrite) -> Bool) -> (deny: UInt64, allow: UInt64) {
      channel.overwrites.filter(isMeant).reduce((0, 0)) { bits, row in
        (bits.0 | row.deny.rawValue, bits.1 | row.allow.rawValue)
      }
    }
    let layers = [
      rows { $0.target == .role && $0.id == guild.id },
      rows { $0.target == .role && $0.id != guild.id && member.roles.contains($0.id) },
      rows { $0.target == .member && $0.id == member.userID },
    ]
    for layer in layers { bits = bits & ~layer.deny | layer.allow }
    return bits
  }
}
