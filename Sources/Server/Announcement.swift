internal import Base
internal import JSON
internal import MediaControl
internal import Signaling

/// Where a running server is and what there is to try: what `serve` prints when it is ready.
public struct Announcement: Hashable, Sendable {
  /// A bot that is ready to log in.
  public struct Bot: Hashable, Sendable {
    /// Its user id.
    public let id: String
    /// What it logs in with.
    public let token: String
  }

  /// The demo guild.
  struct Demo: Hashable, Sendable {
    let world: DemoWorld
    let ownerToken: String
    let bots: [Bot]
    /// Where the tokens of all bots stand, one a line.
    let tokensFile: String
  }

  /// How many bots are listed in the line: what a pipe takes at once, and a person reads.
  private static let listedBotsMax = 50
  /// How many bots a person is shown.
  private static let printedBotsMax = 5

  /// The page.
  public let url: String
  /// The REST API, `…/api/v10`.
  public let api: String
  /// The main gateway, `wss://…`.
  public let gateway: String
  /// The voice gateway's `host:port`.
  public let voice: String
  /// The PEM file of the private certificate authority; `nil` when the operator brought a certificate.
  public let certificateAuthority: String?
  /// The announced media addresses, all of the first shard, then the next one's.
  public let media: [String]
  /// How many media threads there are.
  public let shards: Int
  let demo: Demo?

  /// The link to open.
  public var inviteURL: String {
    demo.map { "\(url)/invite/\($0.world.invite)" } ?? url
  }

  /// The bots of the demo guild.
  public var bots: [Bot] { demo?.bots ?? [] }

  /// One line of JSON, without a newline.
  public var json: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("url", url)
      writer.field("api", api)
      writer.field("gateway", gateway)
      writer.field("voice", voice)
      writer.field("ca", certificateAuthority)
      if let demo {
        let world = demo.world
        writer.field("guild_id", world.guild)
        writer.object("channels") { writer in
          writer.field("text", world.text)
          writer.field("voice", world.voice)
          writer.field("stage", world.stage)
        }
        writer.field("invite", world.invite)
        writer.field("invite_url", inviteURL)
        writer.object("owner") { writer in
          writer.field("id", world.owner)
          writer.field("login", world.login)
          writer.field("password", world.password)
          writer.field("token", demo.ownerToken)
        }
        writer.array("bots") { writer in
          for bot in bots.prefix(Announcement.listedBotsMax) {
            writer.object { writer in
              writer.field("id", bot.id)
              writer.field("token", bot.token)
            }
          }
        }
        writer.array("voice_channels") { writer in
          for room in world.rooms { writer.element(room) }
        }
        writer.field("tokens_file", demo.tokensFile)
      }
      writer.array("udp") { writer in
        for address in media { writer.element(address) }
      }
    }
    return String(decoding: writer.octets, as: UTF8.self)
  }

  /// Lines for a person.
  public var text: String {
    var lines = "\n"
    if demo == nil {
      lines += "  Page      \(url)\n"
    } else {
      lines += "  Page      \(inviteURL)\n"
    }
    lines += "  API       \(api)\n  Gateway   \(gateway)\n"
    if let certificateAuthority { lines += "  CA        \(certificateAuthority)\n" }
    if let world = demo?.world { lines += "  Owner     \(world.login)  password \(world.password)\n" }
    for bot in bots.prefix(Announcement.printedBotsMax) {
      lines += "  Bot       \(bot.id)  token \(bot.token)\n"
    }
    if let demo, bots.count > Announcement.printedBotsMax {
      lines += "            \(bots.count - Announcement.printedBotsMax) more in \(demo.tokensFile)\n"
    }
    return lines + "\n"
  }
}

extension Announcement {
  /// The announcement of a site.
  init(site: Site, certificateAuthority: String?, demo: Demo?) {
    url = site.url
    api = site.url + "/api/v10"
    gateway = site.gatewayURL
    voice = site.voiceEndpoint
    self.certificateAuthority = certificateAuthority
    media = site.node.shards.joined().map(\.description)
    shards = site.node.shards.count
    self.demo = demo
  }
}

extension Announcement.Demo {
  /// The demo guild with its bots' tokens, which are the same at every start.
  ///
  /// The tokens are also written to a file in `directory`.
  init(
    world: DemoWorld, tokens: TokenAuthority, in directory: borrowing DataDirectory
  ) throws(ServerError) {
    self.world = world
    ownerToken = try Announcement.Demo.token(of: world.owner, world, tokens)
    var bots: [Announcement.Bot] = []
    for bot in world.bots {
      let token = try Announcement.Demo.token(of: bot, world, tokens)
      bots.append(Announcement.Bot(id: bot.description, token: token))
    }
    self.bots = bots
    tokensFile = directory.file("dev-tokens.txt")
    let lines = bots.map { "\($0.id) \($0.token)\n" }.joined()
    guard replaceFile(tokensFile, lines, mode: 0o600) else {
      throw .dataDirectory(directory.path, "cannot be written: \(errorText())")
    }
  }

  private static func token(
    of user: Snowflake, _ world: DemoWorld, _ tokens: TokenAuthority
  ) throws(ServerError) -> String {
    guard let token = tokens.mint(user: user, at: world.issued) else {
      throw .store("no token could be minted")
    }
    return token
  }
}
