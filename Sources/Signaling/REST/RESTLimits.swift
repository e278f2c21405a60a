public import Base

/// The REST API's bounds; every one is hit in a test.
public struct RESTLimits: Hashable, Sendable {
  /// Largest body of a JSON request: a message of 2,000 code points, all escaped, fits four times.
  public var jsonCountMax = 128 << 10
  /// Largest JSON request that brings a picture, as a data URI a third longer than the picture itself.
  public var pictureJSONCountMax = 1 << 20
  /// Largest multipart body in memory: forms with files go to disk, and files elsewhere are refused.
  public var multipartCountMax = 1 << 20
  /// Code points of a password, Discord's range: Argon2id takes more, but not from the network.
  public var passwordCount = 8...72
  /// Exchanges that wait for the chat core or for the password worker; more are answered with 503.
  public var pendingCountMax = 8_192
  /// Per account, over all routes.
  public var globalRate = RequestRate(countMax: 50, window: .seconds(1))
  /// Per address, for requests without a token.
  public var anonymousRate = RequestRate(countMax: 60, window: .seconds(1))
  /// Per address, where a token in the path stands for an account, as a bot answers interactions with.
  ///
  /// Discord exempts these routes from the global limit; ours only bounds how fast tokens can be guessed.
  public var bearerRate = RequestRate(countMax: 500, window: .seconds(1))
  /// Messages per account and channel, Discord's observed value.
  public var messageRate = RequestRate(countMax: 5, window: .seconds(5))
  /// Edits and deletions per account and channel.
  public var messageChangeRate = RequestRate(countMax: 10, window: .seconds(5))
  /// Reactions per account and channel; Discord's is 1 in 0.25 s, which punishes honest bursts.
  public var reactionRate = RequestRate(countMax: 10, window: .seconds(2))
  /// Typing per account and channel.
  public var typingRate = RequestRate(countMax: 5, window: .seconds(5))
  /// Searches per account and guild or channel; each costs up to some 10 ms of the chat thread.
  public var searchRate = RequestRate(countMax: 10, window: .seconds(5))
  /// Changes of guilds, channels, members and invites per account and guild or channel.
  public var changeRate = RequestRate(countMax: 10, window: .seconds(10))
  /// Messages and changes by the token of one webhook or interaction, whoever sends them: Discord's value.
  public var webhookRate = RequestRate(countMax: 5, window: .seconds(2))
  /// Wrong or missing tokens and passwords of one address: 10,000 in 10 minutes at Discord.
  public var failureRate = RequestRate(countMax: 1_000, window: .seconds(600))
  /// Log-in attempts for one account name.
  public var accountLoginRate = RequestRate(countMax: 10, window: .seconds(60))
  /// Codes tried for one account's second factor: a right one is guessed in 3 of a million attempts.
  public var codeRate = RequestRate(countMax: 10, window: .seconds(3_600))
  /// Octets of a second factor's secret; RFC 4226 asks for 16, authenticator apps take 10.
  public var secretCount = 10...64
  /// Log-in attempts and registrations of one address: each costs 100 ms and 64 MiB of Argon2id.
  public var addressLoginRate = RequestRate(countMax: 30, window: .seconds(60))
  /// Uploads that were announced and not used, of everybody: each has a file on disk.
  public var uploadsMax = 1_024
  /// Of those, one account's: two messages full.
  public var uploadsPerAccount = 20
  /// Octets of one upload.
  public var uploadCountMax = 25 << 20
  /// Octets of one account's uploads.
  public var uploadOctetsPerAccount: Int { 4 * uploadCountMax }
  /// How long after its last piece an upload is forgotten: a client that lost its connection is back by then.
  public var uploadAge = Interval.seconds(3_600)
  /// Announcements of uploads per account and channel.
  public var uploadRate = RequestRate(countMax: 10, window: .seconds(10))
  /// Windows remembered in each table; when all are busy, newcomers are refused.
  public var rateTableCapacity = 65_536

  /// The defaults.
  public init() {}

  /// The same limits with `percent` of every rate of requests.
  ///
  /// Log-ins stay as they are: each costs Argon2id's time and memory, whoever asks.
  public func scaled(percent: Int) -> RESTLimits {
    var result = self
    let rates: [WritableKeyPath<RESTLimits, RequestRate>] = [
      \.globalRate, \.anonymousRate, \.bearerRate, \.webhookRate, \.messageRate, \.messageChangeRate,
      \.reactionRate, \.typingRate, \.searchRate, \.changeRate, \.failureRate,
    ]
    for rate in rates {
      let old = result[keyPath: rate]
      let (product, isTooMuch) = old.countMax.multipliedReportingOverflow(by: percent)
      result[keyPath: rate] = RequestRate(
        countMax: isTooMuch ? .max : max(1, product / 100), window: old.window)
    }
    return result
  }
}
