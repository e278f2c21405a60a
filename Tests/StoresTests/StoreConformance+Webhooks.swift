import Base
import ChatCore
import Testing

extension StoreConformance {
  private static let second = Snowflake(rawValue: 3003)

  private static func webhook(_ id: UInt64, in channel: Snowflake) -> Webhook {
    var made = Webhook(
      id: Snowflake(rawValue: id), guildID: guild, channelID: channel, kind: .incoming, creatorID: user,
      name: "w\u{0}👍", secret: "secret\(id)")
    made.avatar = Picture.animatedMark + String(repeating: "e", count: 64)
    made.applicationID = Snowflake(rawValue: 1002)
    return made
  }

  /// Webhooks come back whole, and go with their channel or their source; copies are found by their source.
  static func checkWebhooks<Store: ChatStore & ~Copyable>(_ store: inout Store) throws {
    var first = webhook(5201, in: channel)
    var follower = Webhook(
      id: Snowflake(rawValue: 5202), guildID: guild, channelID: channel, kind: .follower, creatorID: nil,
      name: "f", secret: "")
    follower.sourceChannelID = second
    let source = MessagePlace(channelID: second, messageID: Snowflake(rawValue: 5203))
    let copies = [5001, 5002].map { MessagePlace(channelID: channel, messageID: Snowflake(rawValue: $0)) }
    try write(
      [
        .channel(Channel(id: second, guildID: guild, kind: .announcement, name: "n", position: 4)),
        .webhook(.put(first)), .webhook(.put(follower)),
      ] + copies.map { .webhook(.crosspost(source: source, copy: $0)) }, to: &store)
    #expect(try store.load().webhooks == [first, follower])
    #expect(try store.load().newestID == follower.id)
    #expect(try store.copies(of: source.messageID) == copies)
    #expect(try store.copies(of: copies[0].messageID) == [])
    #expect(try store.referenced([String(repeating: "e", count: 64)]).count == 1)

    first.name = "other"
    first.avatar = nil
    first.channelID = second
    try write([.webhook(.put(first))], to: &store)
    #expect(try store.load().webhooks == [first, follower])
    #expect(try store.referenced([String(repeating: "e", count: 64)]) == [])
    try write([.deleteMessage(channel: channel, message: Snowflake(rawValue: 9_999))], to: &store)
    #expect(try store.copies(of: source.messageID) == copies)
    let more = MessagePlace(channelID: channel, messageID: Snowflake(rawValue: 5204))
    try write([.webhook(.crosspost(source: source, copy: more))], to: &store)
    try write([.deleteMessage(channel: channel, message: more.messageID)], to: &store)
    #expect(try store.copies(of: source.messageID) == copies, "a copy that goes is forgotten")
    try write([.deleteMessage(channel: second, message: source.messageID)], to: &store)
    #expect(try store.copies(of: source.messageID) == [], "a source that goes forgets its copies")

    try write(
      [.webhook(.crosspost(source: source, copy: copies[0])), .webhook(.put(webhook(5205, in: channel)))],
      to: &store)
    try write([.deleteChannel(second)], to: &store)
    #expect(try store.load().webhooks == [webhook(5205, in: channel)], "a source takes its followers along")
    #expect(try store.copies(of: source.messageID) == [])
    try write([.webhook(.delete(Snowflake(rawValue: 5205)))], to: &store)
    #expect(try store.load().webhooks == [])
  }
}
