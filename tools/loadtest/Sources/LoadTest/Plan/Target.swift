public import Base
internal import JSON

/// Where the load goes, and who brings it.
public struct Target: Hashable, Sendable {
  /// The main gateway's address.
  public var gateway: String
  /// PEM file of the trusted authority; `nil` trusts the system's.
  public var authorityFile: String?
  /// The guild.
  public var guild: Snowflake
  /// Voice channels, one a room.
  public var channels: [Snowflake]
  /// A bot's token for each member.
  public var tokens: [String]
  /// The token of somebody who moderates the stage; `nil` when the channels are no stages.
  public var moderator: String?

  private static let announcementLimits = JSONLimits(depth: 16, octets: 16 << 20)

  /// Reads what the options name: the announcement, and what overrides it.
  ///
  /// `read` gives the octets of a file, or `nil`.
  public init(_ options: Options, read: (String) -> [UInt8]?) throws(LoadTestError) {
    guard options.adapter == .roost else {
      self = try Target(foreign: options)
      return
    }
    var announced = JSONValue.null
    if let file = options.announceFile {
      guard let octets = read(file) else { throw .usage("\(file) cannot be read") }
      let line = Array(octets.prefix { $0 != 0x0A })
      guard let value = try? JSONValue.parse(line, limits: Target.announcementLimits),
        value.object != nil
      else { throw .usage("\(file) is no announcement: one line of JSON is expected") }
      announced = value
    }
    guard let gateway = options.target ?? announced["gateway"]?.string else {
      throw .usage("where is the server? --announce FILE or --target URL")
    }
    guard let guild = options.guild ?? announced["guild_id"]?.snowflake else {
      throw .usage("which guild? --announce FILE or --guild ID")
    }
    self.gateway = gateway
    self.guild = guild
    authorityFile = options.authorityFile ?? announced["ca"]?.string
    channels = options.channels
    if options.scenario == .stage, let file = options.moderatorFile {
      guard let octets = read(file), let token = Target.tokens(octets).first else {
        throw .usage("\(file) has no token")
      }
      moderator = token
    } else if options.scenario == .stage, channels.isEmpty, options.rooms == 1,
      let stage = announced["channels"]?["stage"]?.snowflake,
      let token = announced["owner"]?["token"]?.string
    {
      channels = [stage]
      moderator = token
    }
    if channels.isEmpty { channels = announced["voice_channels"]?.array?.compactMap(\.snowflake) ?? [] }
    if channels.isEmpty { channels = [announced["channels"]?["voice"]?.snowflake].compactMap { $0 } }
    tokens = announced["bots"]?.array?.compactMap { $0["token"]?.string } ?? []
    if let file = options.tokensFile ?? announced["tokens_file"]?.string {
      guard let octets = read(file) else { throw .usage("\(file) cannot be read") }
      tokens = Target.tokens(octets)
    }
    guard moderator == nil || options.rooms == 1 else {
      throw .usage("there is one moderator, for one stage")
    }
    try check(options)
  }

  /// A server without guilds and tokens: rooms are numbers, which the first speaker makes.
  private init(foreign options: Options) throws(LoadTestError) {
    guard let address = options.target else { throw .usage("where is the server? --target URL") }
    gateway = address
    authorityFile = options.authorityFile
    guild = Snowflake(rawValue: 0)
    channels = options.channels
    if channels.isEmpty {
      channels = (0..<options.rooms).map { Snowflake(rawValue: Target.firstRoom + UInt64($0)) }
    }
    tokens = [String](repeating: "", count: options.memberCount)
    try check(options)
  }

  /// Away from the numbers that people give their rooms.
  private static let firstRoom: UInt64 = 7_000_001

  /// The last word of each line.
  static func tokens(_ octets: [UInt8]) -> [String] {
    String(decoding: octets, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
      line.split(whereSeparator: \.isWhitespace).last.map(String.init)
    }
  }

  private func check(_ options: Options) throws(LoadTestError) {
    guard channels.count >= options.rooms else {
      throw .usage(
        "\(options.rooms) rooms need as many voice channels, and \(channels.count) are known: "
          + "start the server with --dev.rooms=\(options.rooms), or name them with --channels")
    }
    guard tokens.count >= options.memberCount else {
      throw .usage(
        "\(options.memberCount) members need as many tokens, and \(tokens.count) are known: "
          + "start the server with --dev.bots=\(options.memberCount), or bring --tokens FILE")
    }
  }
}
