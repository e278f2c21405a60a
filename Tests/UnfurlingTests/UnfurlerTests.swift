import Base
import ChatCore
import Foundation
@testable import HTTPClient
import Testing

@testable import Unfurling

@Suite struct UnfurlerTests {
  private static let png: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
    + [0, 0, 1, 0, 0, 0, 0, 7, 8, 6, 0, 0, 0]

  private static func links(_ urls: String...) -> PostedLinks {
    PostedLinks(channelID: Snowflake(rawValue: 1), messageID: Snowflake(rawValue: 2), urls: urls)
  }

  /// Answers what is asked from `web` until nothing is asked any more; what was asked, and what was found.
  private func run(
    _ unfurler: inout Unfurler, _ web: [String: OutgoingAnswer]
  ) -> (asked: [String], found: [Unfurler.Finding]) {
    var asked: [String] = []
    while true {
      let requests = unfurler.takeRequests()
      if requests.isEmpty { return (asked, unfurler.takeFindings()) }
      for request in requests {
        asked.append(request.url)
        let result: Result<OutgoingAnswer, OutgoingFailure> =
          web[request.url].map { .success($0) } ?? .failure(.unreachable)
        unfurler.receive(OutgoingOutcome(id: request.id, result: result))
      }
    }
  }

  private static func page(_ type: String, _ body: [UInt8]) -> OutgoingAnswer {
    OutgoingAnswer(status: 200, headers: ["content-type": type], body: body)
  }

  private static func html(_ text: String) -> OutgoingAnswer {
    page("text/html; charset=UTF-8", Array(text.utf8))
  }

  private static func moved(_ location: String) -> OutgoingAnswer {
    OutgoingAnswer(status: 302, headers: ["location": location], body: [])
  }

  private func embeds(_ findings: [Unfurler.Finding]) -> [LinkEmbed]? {
    guard case .links(_, let embeds)? = findings.first, findings.count == 1 else { return nil }
    return embeds
  }

  @Test func `A page becomes a card with its picture, through redirections`() throws {
    var unfurler = Unfurler()
    unfurler.begin(Self.links("https://a.b/1", "https://p.q/x.png", "https://no.where/"))
    let (asked, found) = run(
      &unfurler,
      [
        "https://a.b/1": Self.moved("//www.a.b/2"),
        "https://www.a.b/2": Self.html(
          """
          <title>t</title><meta property=og:description content="d"><meta property=og:site_name content=S>
          <meta property=og:image content=i.png><meta name=theme-color content=#102030>
          <link type="application/json+oembed" href="/o">
          """),
        "https://www.a.b/o": Self.page(
          "application/json", Array(#"{"author_name":"A","author_url":"javascript:x","title":"no"}"#.utf8)),
        "https://www.a.b/i.png": Self.page("image/png", Self.png),
        "https://p.q/x.png": Self.page("image/png", Self.png),
      ])
    #expect(asked.count == 6)
    let cards = try #require(embeds(found))
    #expect(cards.map(\.link) == ["https://a.b/1", "https://p.q/x.png"])
    let card = cards[0].embed
    #expect(card.kind == .link && card.title == "t" && card.description == "d" && card.url == "https://a.b/1")
    #expect(card.provider?.name == "S" && card.author == Embed.Author(name: "A", url: nil, iconURL: nil))
    #expect(card.color == 0x102030 && card.thumbnailURL == "https://www.a.b/i.png")
    #expect(card.thumbnailSize == PictureSize(width: 256, height: 7))
    #expect(cards[1].embed.kind == .image && cards[1].embed.thumbnailURL == "https://p.q/x.png")
  }

  @Test func `What is no page, says nothing or never ends gives no card`() throws {
    var web: [String: OutgoingAnswer] = [
      "https://a.b/json": Self.page("application/json", Array("{}".utf8)),
      "https://a.b/empty": Self.html("<p>x"),
      "https://a.b/svg": Self.page("image/svg+xml", Array("<svg/>".utf8)),
      "https://a.b/error": OutgoingAnswer(status: 500, headers: ["content-type": "text/html"], body: []),
      "https://a.b/loop": Self.moved("/loop"), "https://a.b/script": Self.moved("javascript:alert(1)"),
      "https://a.b/port": Self.moved("http://a.b:6379/"),
    ]
    // A picture that is none is left out of the card.
    web["https://a.b/p"] = Self.html("<title>t</title><meta property=og:image content=/svg>")
    for path in ["json", "empty", "svg", "error", "loop", "script", "port"] {
      var unfurler = Unfurler()
      unfurler.begin(Self.links("https://a.b/\(path)"))
      let (asked, found) = run(&unfurler, web)
      #expect(embeds(found) == [], "\(path)")
      #expect(asked.count <= 5 && !asked.contains { $0.contains("6379") })
    }
    var unfurler = Unfurler()
    unfurler.begin(Self.links("https://a.b/p"))
    let card = try #require(embeds(run(&unfurler, web).found)?.first).embed
    #expect(card.title == "t" && card.thumbnailURL == nil)
  }

  @Test func `Pictures are handed on as they came, and nothing else is`() {
    var unfurler = Unfurler()
    unfurler.begin(picture: "https://a.b/x")
    unfurler.begin(picture: "https://a.b/y")
    unfurler.begin(picture: "http://a.b:22/")
    let found = run(
      &unfurler,
      ["https://a.b/x": Self.page("text/plain", Self.png), "https://a.b/y": Self.page("image/png", [1])]
    ).found
    let pictures = found.map { finding -> [UInt8]? in
      if case .picture(_, let octets) = finding { octets } else { [] }
    }
    #expect(pictures == [nil, Self.png, nil])
  }

  /// Names and numbers that lead to this machine, its network or a cloud's metadata, however they are written.
  static let tricks = [
    "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/", "http://0/", "http://0.0.0.0/", "http://[::1]/", "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1]/",
    "http://[fc00::1]/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://100.64.0.1/",
    "http://192.168.0.1/", "http://172.16.0.1/", "http://224.0.0.1/", "http://255.255.255.255/",
    "http://localhost./", "https://127.0.0.1/", "http://LOCALHOST:80/",
  ]

  @Test func `No link leads to this machine or its network, straight or by a redirection`() throws {
    let bell = DispatchSemaphore(value: 0)
    let client = try #require(
      HTTPClient(policy: AddressPolicy(trustedHosts: []), capacity: 64) { bell.signal() })
    let thread = Runner(client, bell)
    defer { thread.stop() }
    for isRedirected in [false, true] {
      for trick in UnfurlerTests.tricks {
        var unfurler = Unfurler()
        unfurler.begin(Self.links(isRedirected ? "https://a.b/" : trick))
        if isRedirected {
          let first = try #require(unfurler.takeRequests().first)
          unfurler.receive(OutgoingOutcome(id: first.id, result: .success(Self.moved(trick))))
        }
        for request in unfurler.takeRequests() {
          #expect(client.perform(request))
          let outcome = thread.next()
          guard case .failure(let failure) = outcome.result else {
            Issue.record("\(trick) was answered")
            continue
          }
          #expect(failure == .addressRefused || failure == .unreachable, "\(trick)")
          unfurler.receive(outcome)
        }
        #expect(embeds(unfurler.takeFindings()) == [], "\(trick)")
      }
    }
  }

  /// Runs a client beside the test.
  private final class Runner {
    private let client: HTTPClient
    private let bell: DispatchSemaphore

    init(_ client: HTTPClient, _ bell: DispatchSemaphore) {
      self.client = client
      self.bell = bell
      Thread.detachNewThread { client.run() }
    }

    /// The next outcome, whenever it comes.
    func next() -> OutgoingOutcome {
      while true {
        if let outcome = client.outcomes.drain().first { return outcome }
        bell.wait()
      }
    }

    func stop() { client.stop() }
  }
}
