import Base
import Testing

import Server

@Suite struct ConfigurationTests {
  private func resolve(
    file: String? = nil, environment: [String: String] = [:], flags: [(String, String)] = []
  ) throws(ConfigurationError) -> Configuration {
    var sources = ConfigurationSources()
    sources.fileName = "r.yaml"
    sources.file = file.map { Array($0.utf8) }
    sources.environment = environment
    sources.flags = flags.map { (name: $0.0, value: $0.1) }
    return try sources.resolve(from: Configuration())
  }

  @Test func `Flags win over the environment, it over the file, it over defaults`() throws {
    let file = "log:\n  level: debug\n"
    #expect(try resolve().logLevel == .info)
    #expect(try resolve(file: file).logLevel == .debug)
    #expect(try resolve(file: file, environment: ["ROOST_LOG_LEVEL": "warning"]).logLevel == .warning)
    let all = try resolve(
      file: file, environment: ["ROOST_LOG_LEVEL": "warning"], flags: [("log.level", "error")])
    #expect(all.logLevel == .error)
  }

  @Test func `The last of two flags wins`() throws {
    #expect(try resolve(flags: [("public.host", "a"), ("public.host", "b")]).publicHost == "b")
  }

  @Test func `Lists are comma-separated in flags and environment`() throws {
    let expected = [
      SocketAddress(ip: .loopbackV4, port: 1), SocketAddress(ip: .loopbackV6, port: 2),
    ]
    #expect(try resolve(flags: [("http.listen", "127.0.0.1:1, [::1]:2")]).httpListen == expected)
    #expect(try resolve(environment: ["ROOST_HTTP_LISTEN": "127.0.0.1:1,[::1]:2"]).httpListen == expected)
    #expect(try resolve(file: "http:\n  listen: [\"127.0.0.1:1\", \"[::1]:2\"]").httpListen == expected)
  }

  @Test(arguments: [
    ("log.level", "loud", "--log.level: `log.level` must be one of debug, info, warning, error"),
    (
      "limits.connections", "0",
      "--limits.connections: `limits.connections` must be a number from 1 to 1000000"
    ),
    (
      "http.listen", "localhost:1",
      "--http.listen: `http.listen` `localhost:1` is not an address and port such as 127.0.0.1:8443 or [::1]:8443"
    ),
    ("no.such", "1", "--no.such: unknown key `no.such`"),
  ])
  func `A value that does not fit is refused`(_ name: String, _ value: String, _ message: String) {
    #expect(throws: ConfigurationError.self) { try resolve(flags: [(name, value)]) }
    do {
      _ = try resolve(flags: [(name, value)])
    } catch {
      #expect("\(error)" == message)
    }
  }

  @Test func `A wrong value in a file names its line and column`() {
    do {
      _ = try resolve(file: "log:\n  format: text\n  level: [info]\n")
      Issue.record("accepted")
    } catch {
      #expect("\(error)" == "r.yaml:3:3: `log.level` takes one value, not a list")
    }
  }

  @Test func `A wrong value in the environment names the variable`() {
    do {
      _ = try resolve(environment: ["ROOST_LIMITS_VOICE_PEERS": "many"])
      Issue.record("accepted")
    } catch {
      #expect("\(error)".hasPrefix("environment variable ROOST_LIMITS_VOICE_PEERS: "))
    }
  }

  @Test func `The printed configuration reads back as itself`() throws {
    var configuration = Configuration()
    configuration.publicHost = "chat \"x\" \\ é"
    configuration.httpListen = [SocketAddress(ip: .loopbackV6, port: 7)]
    configuration.mediaAnnounce = []
    configuration.connectionsMax = 77
    configuration.registration = .open
    #expect(try resolve(file: configuration.yaml) == configuration)
  }

  @Test func `No two keys share a name or a variable`() {
    #expect(Set(ConfigurationKey.all.map(\.name)).count == ConfigurationKey.all.count)
    #expect(Set(ConfigurationKey.all.map(\.environmentName)).count == ConfigurationKey.all.count)
  }
}
