import Base

/// Cards of the links in messages, which are looked up outside and come later.
extension ChatService where Store: ~Copyable {
  /// Lets the links of a message be looked up, if its author may show cards and has not suppressed them.
  mutating func announceLinks(of message: Message, _ seat: ChannelSeat) {
    guard seat.permissions.contains(.embedLinks), !message.flags.contains(.suppressEmbeds) else { return }
    let urls = LinkScanner.links(in: message.content)
    guard !urls.isEmpty else { return }
    let links = PostedLinks(channelID: message.channelID, messageID: message.id, urls: urls)
    emit(.linksPosted(links), to: .users([]))
  }

  /// Drops cards of links that are no longer in the text.
  func dropStaleCards(of message: inout Message) {
    let links = LinkScanner.links(in: message.content)
    message.embeds.removeAll { embed in
      embed.kind != .rich && !(embed.url.map(links.contains) ?? false)
    }
  }

  /// Shows cards beneath a message, for the server itself: those whose links still stand in its text.
  mutating func showLinks(
    _ channel: Snowflake, _ id: Snowflake, _ cards: [LinkEmbed], _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    guard asker.isSystem else { throw .code(.general) }
    guard let place = state.channels[channel] else { throw .code(.unknownChannel) }
    let before = try find(channel, id)
    var message = before
    let links = LinkScanner.links(in: before.content)
    let shown = links.compactMap { link in cards.first { $0.link == link }?.embed }
    message.embeds = before.embeds.filter { $0.kind == .rich } + shown.filter { $0.kind != .rich }
    guard message != before, !message.flags.contains(.suppressEmbeds) else { return .done }
    let event = try view(message, as: before, reader: nil)
    try keep(.updateMessage(message))
    emit(.messageUpdate(event), to: viewers(place))
    return .done
  }
}
