import Base
import Glibc
import JSON
import Server
import Testing

/// The whole server in this process, on ports of its own and in a directory of its own.
@Suite(.serialized) struct RoostServerTests {
  /// Deletes a directory of plain files when the test ends.
  final class TemporaryDirectory {
    let path: String

    init() {
      var random = SystemRandom()
      path = "/tmp/roost-server-tests-" + random.text(12, of: .alphanumeric)
    }

    deinit {
      // Names come from the directory itself; nothing is below it but files.
      if let directory = unsafe opendir(path) {
        while let entry = unsafe readdir(directory) {
          let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
            unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
          }
          _ = unsafe unlink(path + "/" + name)
        }
        unsafe closedir(directory)
      }
      _ = unsafe rmdir(path)
    }
  }

  private func configuration(_ directory: TemporaryDirectory) -> Configuration {
    var configuration = Configuration.dev
    configuration.dataDirectory = directory.path
    configuration.httpListen = [SocketAddress(ip: .loopbackV4, port: 0)]
    configuration.voiceListen = [SocketAddress(ip: .loopbackV4, port: 0)]
    return configuration
  }

  private func start(_ directory: TemporaryDirectory) throws -> RoostServer {
    try RoostServer.start(configuration(directory), isDev: true, log: .silent)
  }

  @Test func `Behind a proxy there is no certificate and no TLS, and links are the proxy's`() throws {
    let directory = TemporaryDirectory()
    var plain = configuration(directory)
    plain.tls = .off
    let server = try RoostServer.start(plain, isDev: true, log: .silent)
    let news = try JSONValue.parse(Array(server.announcement.json.utf8), limits: .standard)
    server.stop()
    #expect(news["url"]?.string?.hasPrefix("http://localhost:") == true)
    #expect(news["gateway"]?.string?.hasPrefix("ws://localhost:") == true)
    #expect(news["ca"]?.string == nil)
    let other = TemporaryDirectory()
    plain.dataDirectory = other.path
    plain.publicURL = "https://chat.example/"
    plain.voiceEndpoint = "voice.chat.example:443"
    let proxied = try RoostServer.start(plain, isDev: true, log: .silent)
    defer { proxied.stop() }
    #expect(proxied.announcement.gateway == "wss://chat.example")
    #expect(proxied.announcement.voice == "voice.chat.example:443")
  }

  @Test func `The announcement names everything that a script needs`() throws {
    let directory = TemporaryDirectory()
    let server = try start(directory)
    defer { server.stop() }
    let news = try JSONValue.parse(Array(server.announcement.json.utf8), limits: .standard)
    let url = try #require(news["url"]?.string)
    #expect(url.hasPrefix("https://localhost:") && !url.hasSuffix(":0"))
    #expect(news["api"]?.string == url + "/api/v10")
    #expect(news["gateway"]?.string == "wss" + url.dropFirst(5))
    #expect(news["ca"]?.string == directory.path + "/ca.pem")
    for channel in ["text", "voice", "stage"] {
      #expect(news["channels"]?[channel]?.snowflake != nil)
    }
    let invite = try #require(news["invite"]?.string)
    #expect(news["invite_url"]?.string == "\(url)/invite/\(invite)")
    let bots = try #require(news["bots"]?.array)
    #expect(bots.count >= 2 && bots.allSatisfy { $0["token"]?.string != nil && $0["id"]?.snowflake != nil })
    let udp = try #require(news["udp"]?.array?.first?.string.flatMap { SocketAddress($0) })
    #expect(udp.ip == .loopbackV4 && udp.port != 0)
    #expect(server.announcement.text.contains("/invite/\(invite)"))
  }

  @Test func `A crowd for a load test is made in one go, listed in a file, and grows at the next start`()
    throws
  {
    let directory = TemporaryDirectory()
    var crowded = configuration(directory)
    for (bots, rooms) in [(60, 2), (80, 3), (5, 1)] {
      crowded.devBots = bots
      crowded.devRooms = rooms
      let server = try RoostServer.start(crowded, isDev: true, log: .silent)
      server.stop()
      let news = try JSONValue.parse(Array(server.announcement.json.utf8), limits: .standard)
      #expect(news["bots"]?.array?.count == 50)
      #expect(news["voice_channels"]?.array?.count == max(rooms, bots == 5 ? 3 : rooms))
      #expect(news["voice_channels"]?.array?.first == news["channels"]?["voice"])
      let file = try #require(news["tokens_file"]?.string.flatMap { readFile($0, limit: 1 << 20) })
      let lines = String(decoding: file, as: UTF8.self).split(separator: "\n")
      #expect(lines.count == max(bots, bots == 5 ? 80 : bots))
      #expect(Set(lines).count == lines.count)
      let first = try #require(server.announcement.bots.first)
      #expect(lines.first == "\(first.id) \(first.token)")
    }
  }

  @Test func `A second start finds the same guild, bots and tokens`() throws {
    let directory = TemporaryDirectory()
    let first = try start(directory)
    first.stop()
    let bots = first.announcement.bots
    let invite = first.announcement.inviteURL.split(separator: "/").last
    let certificate = readFile(directory.path + "/server.pem", limit: 65_536)
    // The lock is released with the server's last reference; a new process would not wait for it.
    _ = consume first
    let second = try start(directory)
    defer { second.stop() }
    #expect(second.announcement.bots == bots)
    #expect(second.announcement.inviteURL.split(separator: "/").last == invite)
    #expect(readFile(directory.path + "/server.pem", limit: 65_536) == certificate)
  }

  @Test func `A directory in use is refused`() throws {
    let directory = TemporaryDirectory()
    let server = try start(directory)
    defer { server.stop() }
    #expect(throws: ServerError.dataDirectory(directory.path, "is in use by another process")) {
      try start(directory)
    }
  }

  @Test func `A port in use is refused with its address`() throws {
    let directory = TemporaryDirectory()
    let server = try start(directory)
    defer { server.stop() }
    let port = try #require(server.announcement.url.split(separator: ":").last.flatMap { UInt16($0) })
    let other = TemporaryDirectory()
    var taken = configuration(other)
    taken.httpListen = [SocketAddress(ip: .loopbackV4, port: port)]
    do {
      _ = try RoostServer.start(taken, isDev: true, log: .silent)
      Issue.record("started twice on one port")
    } catch {
      #expect("\(error)".contains("127.0.0.1:\(port)"))
    }
  }

  @Test func `Without --dev a certificate is needed`() throws {
    let directory = TemporaryDirectory()
    #expect(throws: ServerError.self) {
      try RoostServer.start(configuration(directory), isDev: false, log: .silent)
    }
  }

  @Test func `Listening everywhere needs an address to announce`() throws {
    let directory = TemporaryDirectory()
    var everywhere = configuration(directory)
    everywhere.mediaListen = [SocketAddress(ip: IPAddress(v4: 0), port: 0)]
    #expect(throws: ServerError.self) {
      try RoostServer.start(everywhere, isDev: true, log: .silent)
    }
    everywhere.mediaAnnounce = [SocketAddress(ip: IPAddress(v4: 0xCB00_7107), port: 0)]
    let server = try RoostServer.start(everywhere, isDev: true, log: .silent)
    defer { server.stop() }
    let announced = try #require(server.announcement.media.first.flatMap { SocketAddress($0) })
    #expect(announced.ip == IPAddress(v4: 0xCB00_7107) && announced.port != 0)
  }
  @Test func `Each media thread has ports of its own, which are announced`() throws {
    let directory = TemporaryDirectory()
    var sharded = configuration(directory)
    sharded.mediaShards = 3
    sharded.mediaListen = [SocketAddress(ip: .loopbackV4, port: 0)]
    let server = try RoostServer.start(sharded, isDev: true, log: .silent)
    defer { server.stop() }
    let announced = server.announcement.media.compactMap { SocketAddress($0) }
    #expect(server.announcement.shards == 3)
    #expect(announced.count == 3 && Set(announced.map(\.port)).count == 3)
    #expect(!announced.contains { $0.port == 0 })
  }

  @Test func `Further media threads take the next ports, and what is announced follows them`() throws {
    let directory = TemporaryDirectory()
    var sharded = configuration(directory)
    sharded.mediaShards = 2
    sharded.mediaAnnounce = [SocketAddress(ip: IPAddress(v4: 0xCB00_7107), port: 700)]
    // Ports below the ephemeral range; somebody may have one of them.
    for base in stride(from: 20_000 as UInt16, to: 30_000, by: 997) {
      sharded.mediaListen = [SocketAddress(ip: .loopbackV4, port: base)]
      guard let server = try? RoostServer.start(sharded, isDev: true, log: .silent) else { continue }
      defer { server.stop() }
      #expect(server.announcement.media == ["203.0.113.7:700", "203.0.113.7:701"])
      var third = sharded
      let other = TemporaryDirectory()
      third.dataDirectory = other.path
      third.mediaListen = [SocketAddress(ip: .loopbackV4, port: base + 1)]
      third.mediaShards = 1
      do {
        _ = try RoostServer.start(third, isDev: true, log: .silent)
        Issue.record("the second thread's port was free")
      } catch {
        #expect("\(error)".contains("127.0.0.1:\(base + 1)"))
      }
      return
    }
    Issue.record("no two ports were free")
  }

  @Test func `Ports beyond the last are refused`() {
    let directory = TemporaryDirectory()
    var sharded = configuration(directory)
    sharded.mediaShards = 2
    sharded.mediaListen = [SocketAddress(ip: .loopbackV4, port: 65_535)]
    #expect(
      throws: ServerError.configuration("media.listen: there is no port 65536 for the shard 1")
    ) {
      try RoostServer.start(sharded, isDev: true, log: .silent)
    }
  }
}
