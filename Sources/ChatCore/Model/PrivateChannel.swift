/// A private channel as one of its recipients sees it.
public struct PrivateChannelView: Hashable, Sendable {
  /// The channel.
  public var channel: Channel
  /// The other recipients, ascending by id.
  public var recipients: [User]

  /// Makes a view.
  public init(channel: Channel, recipients: [User]) {
    self.channel = channel
    self.recipients = recipients
  }
}
