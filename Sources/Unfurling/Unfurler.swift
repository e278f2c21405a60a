internal import Blobs
public import ChatCore
public import HTTPClient

/// Looks up what messages link to: which page to ask next, and what came of it.
///
/// A state machine without sockets: requests go out to an ``HTTPClient``, whose policy says where it connects,
/// and its outcomes come back in. A link costs at most a page with ``redirectsMax`` redirections, its oEmbed and
/// its picture. Owned by the links thread.
public struct Unfurler: Sendable {
  /// What was found out.
  public enum Finding: Sendable {
    /// What the links of a message show; none of them when nothing was found.
    case links(PostedLinks, [LinkEmbed])
    /// What is to be shown of an address in an embed; `nil` when that is no picture.
    case picture(url: String, octets: [UInt8]?)
  }

  private static let redirectsMax = 4
  /// Milliseconds for each request.
  private static let timeout = 6_000
  private static let pageMax = 2 << 20
  private static let pictureMax = 8 << 20
  /// Messages and pictures that are looked up at a time; more are left without.
  public static let lookupsMax = 128
  private static let pageTypes = "text/html,application/xhtml+xml;q=0.9,image/*;q=0.8"
  /// Sites answer crawlers whose name they know how to read.
  private static let agent = "Mozilla/5.0 (compatible; Roost link preview)"

  private enum Step {
    case page
    case oEmbed(LinkCard)
    case picture(LinkCard)
  }

  private enum Purpose {
    case link(message: UInt64, index: Int, Step)
    case picture(String)
  }

  private struct Lookup {
    let purpose: Purpose
    let url: String
    var redirects: Int
  }

  private struct Search {
    let links: PostedLinks
    var embeds: [Embed?]
    var openCount: Int
  }

  private var lookups: [UInt64: Lookup] = [:]
  private var searches: [UInt64: Search] = [:]
  private var count: UInt64 = 0
  /// What is to be asked next; taken by ``takeRequests()``.
  private var requests: [OutgoingRequest] = []
  private var findings: [Finding] = []

  /// Looks nothing up yet.
  public init() {}

  /// Looks up the links of a message.
  public mutating func begin(_ links: PostedLinks) {
    guard searches.count < Unfurler.lookupsMax else { return }
    count += 1
    let id = count
    searches[id] = Search(
      links: links, embeds: [Embed?](repeating: nil, count: links.urls.count), openCount: links.urls.count)
    for (index, url) in links.urls.enumerated() {
      ask(Lookup(purpose: .link(message: id, index: index, .page), url: url, redirects: 0))
    }
  }

  /// Fetches a picture that an embed shows.
  public mutating func begin(picture url: String) {
    guard lookups.count < Unfurler.lookupsMax * 2 else {
      findings.append(.picture(url: url, octets: nil))
      return
    }
    ask(Lookup(purpose: .picture(url), url: url, redirects: 0))
  }

  /// What came of a request.
  public mutating func receive(_ outcome: OutgoingOutcome) {
    guard let lookup = lookups.removeValue(forKey: outcome.id) else { return }
    guard case .success(let answer) = outcome.result else { return settle(lookup, nil) }
    if (300..<400).contains(answer.status), let location = answer.headers["location"] {
      guard lookup.redirects < Unfurler.redirectsMax, let url = WebLink.resolve(location, at: lookup.url)
      else {
        return settle(lookup, nil)
      }
      return ask(Lookup(purpose: lookup.purpose, url: url, redirects: lookup.redirects + 1))
    }
    settle(lookup, answer.status == 200 ? answer : nil)
  }

  /// Requests that are to be made now.
  public mutating func takeRequests() -> [OutgoingRequest] {
    defer { requests = [] }
    return requests
  }

  /// What is known now.
  public mutating func takeFindings() -> [Finding] {
    defer { findings = [] }
    return findings
  }

  /// A request could not be made.
  public mutating func refuse(_ id: UInt64) {
    receive(OutgoingOutcome(id: id, result: .failure(.overloaded)))
  }

  private mutating func ask(_ lookup: Lookup) {
    count += 1
    guard WebLink.isFetchable(lookup.url),
      var request = OutgoingRequest(id: count, method: "GET", url: lookup.url)
    else { return settle(lookup, nil) }
    let isPage = if case .link(_, _, .page) = lookup.purpose { true } else { false }
    request.add("Accept", isPage ? Unfurler.pageTypes : "*/*")
    request.add("User-Agent", Unfurler.agent)
    request.timeout = Unfurler.timeout
    request.answerCountMax = isPage ? Unfurler.pageMax : Unfurler.pictureMax
    lookups[count] = lookup
    requests.append(request)
  }

  private mutating func settle(_ lookup: Lookup, _ answer: OutgoingAnswer?) {
    switch lookup.purpose {
    case .picture(let url):
      let isPicture = answer.flatMap { Unfurler.picture($0.body) } != nil
      findings.append(.picture(url: url, octets: isPicture ? answer?.body : nil))
    case .link(let message, let index, .page):
      let link = searches[message]?.links.urls[index] ?? ""
      follow(answer.flatMap { Unfurler.card($0, link: link, base: lookup.url) }, message, index)
    case .link(let message, let index, .oEmbed(var card)):
      card.dropOEmbed()
      if let answer { card.fill(oEmbed: answer.body, base: lookup.url) }
      follow(card, message, index)
    case .link(let message, let index, .picture(var card)):
      if let answer, let header = Unfurler.picture(answer.body) { card.show(header, at: lookup.url) }
      finish(card.shown, message, index)
    }
  }

  /// Asks for what the card still lacks.
  private mutating func follow(_ card: LinkCard?, _ message: UInt64, _ index: Int) {
    if let card, let url = card.oEmbedURL {
      ask(Lookup(purpose: .link(message: message, index: index, .oEmbed(card)), url: url, redirects: 0))
    } else if let card, let url = card.pictureURL {
      ask(Lookup(purpose: .link(message: message, index: index, .picture(card)), url: url, redirects: 0))
    } else {
      finish(card?.shown, message, index)
    }
  }

  private mutating func finish(_ embed: Embed?, _ message: UInt64, _ index: Int) {
    guard var search = searches[message] else { return }
    search.embeds[index] = embed
    search.openCount -= 1
    guard search.openCount == 0 else {
      searches[message] = search
      return
    }
    searches[message] = nil
    let found = zip(search.links.urls, search.embeds).compactMap { url, embed in
      embed.map { LinkEmbed(link: url, embed: $0) }
    }
    findings.append(.links(search.links, found))
  }

  private static func picture(_ octets: [UInt8]) -> PictureHeader? { PictureHeader(octets.span) }

  /// What an answer says about the link, if it is a page or a picture.
  private static func card(_ answer: OutgoingAnswer, link: String, base: String) -> LinkCard? {
    let field = (answer.headers["content-type"] ?? "").lowercased()
    let type = field.prefix { $0 != ";" }.filter { $0 != " " }
    if type.hasPrefix("image/") {
      return picture(answer.body).map { LinkCard(picture: $0, link: link) }
    }
    guard type == "text/html" || type == "application/xhtml+xml" else { return nil }
    let isLatin = ["iso-8859-1", "windows-1252", "latin1"].contains { field.contains("charset=" + $0) }
    return LinkCard(HTMLHead(answer.body, isLatin: isLatin), link: link, base: base)
  }
}
