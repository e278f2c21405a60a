import Base
import Foundation
import Testing

@testable import Unfurling

@Suite struct HTMLHeadTests {
  private func read(_ page: String, isLatin: Bool = false) -> HTMLHead {
    HTMLHead(Array(page.utf8), isLatin: isLatin)
  }

  @Test func `Title, metas and oEmbed are found as browsers would read them`() {
    let head = read(
      """
      <!DOCTYPE html><!-- <title>no</title> --><HTML lang=en><head>
      <script>var a = "<title>no</title><meta name='description' content='no'>"; if (1 < 2) {}</script>
      <style>title { content: "<meta property=og:title content=no>" }</style>
      <TITLE>Fish &amp; Chips &#8212; &#x263A; &bogus; &</TITLE>
      <meta charset="utf-8"><meta property="og:title" content='It&#39;s "here"'>
      <meta content = "last first" NAME = Description /><meta property=og:image content=/a.png>
      <meta property="og:title" content="second">
      <link rel="alternate" type="application/json+oembed" href="/o?u=1&amp;f=json" title="x">
      </head><body><meta property="og:site_name" content="no"></body>
      """)
    #expect(head.title == "Fish & Chips — ☺ &bogus; &")
    #expect(
      head.metas == ["og:title": "It's \"here\"", "description": "last first", "og:image": "/a.png"])
    #expect(head.oEmbed == "/o?u=1&f=json")
  }

  @Test func `Pages that are cut short, nested wrongly or in another charset are read as far as they go`() {
    #expect(read("<title>a").title == "a")
    #expect(read("<title>a</title").title == "a")
    #expect(read("<meta name=a content=\"never closed").metas == ["a": "never closed"])
    #expect(read("<meta name='a'content='b'>").metas == ["a": "b"])
    #expect(read("<script><title>x</title>").title == nil)
    #expect(read("<!-- <title>x</title>").title == nil)
    #expect(read("< title>x</title><>< ><meta><title>y</title>").title == "y")
    #expect(HTMLHead(Array("<title>caf".utf8) + [0xE9], isLatin: true).title == "café")
    #expect(HTMLHead(Array("<title>caf".utf8) + [0xE9], isLatin: false).title == "caf\u{FFFD}")
    #expect(read("").metas.isEmpty && read("<").metas.isEmpty && read("<!--").metas.isEmpty)
  }

  @Test func `What is long is cut, and what comes late is not read`() {
    let long = String(repeating: "x", count: 100_000)
    #expect(read("<meta name=a content='\(long)'>").metas["a"]?.utf8.count == 4_096)
    #expect(read("<title>\(long)</title>").title?.utf8.count == 4_096)
    #expect(read(String(repeating: "<p>", count: 5_000) + "<title>late</title>").title == nil)
    #expect(read(String(repeating: " ", count: 600_000) + "<title>late</title>").title == nil)
  }

  @Test func `Texts become one line without what turns its direction`() {
    #expect(Text.plain(" a\r\n\tb\u{202E}c\u{0} ") == "a bc")
    #expect(Text.cut("abcdef", 4) == "abc…" && Text.cut(" \n", 4) == nil && Text.cut(nil, 4) == nil)
    #expect(
      Text.decodingReferences("&#0;&#xD800;&#99999999999;&#x;&;") == "\u{0}&#xD800;&#99999999999;&#x;&;")
  }

  @Test(
    arguments: [
      ("https://a.b/c", "https://a.b/c"), ("//c.d/e", "https://c.d/e"), ("/e", "https://a.b/e"),
      ("e", "https://a.b/x/e"), ("?q", "https://a.b/x/y?q"), ("/ü \"x\"", "https://a.b/%C3%BC%20%22x%22"),
      ("javascript:alert(1)", nil), ("data:text/html,x", nil), ("file:///etc/passwd", nil), ("", nil),
      ("https://u:p@a.b/", nil), ("http://a.b:22/", nil), ("http://a.b:80/", "http://a.b:80/"),
      ("gopher://a.b/", nil), ("https://", nil), ("https://a.b:8443/", nil), ("http://[::1]:6379/", nil),
      ("http://[2001:db8::1]:443/", "http://[2001:db8::1]:443/"), ("http://a.b:0x50/", nil),
    ] as [(String, String?)])
  func `References are resolved to web addresses on web servers' ports, or not at all`(
    _ reference: String, _ url: String?
  ) {
    #expect(WebLink.resolve(reference, at: "https://a.b/x/y?z#w") == url)
  }

  @Test func `Random splices of pages are read`() {
    let pieces = [
      "<", ">", "<!--", "-->", "<title", "</title>", "<meta ", "property=", "og:image", "content=", "\"", "'",
      "=", "/", " ", "<script>", "</script", "</head>", "<body", "&amp;", "&#", "\u{0}", "é", "<link ",
      "type=application/json+oembed ", "href=", "x",
    ]
    var random = SeededRandom(seed: 20_261_121)
    let runs = ProcessInfo.processInfo.environment["ROOST_FUZZ_RUNS"].flatMap(Int.init) ?? 20_000
    for run in 0..<runs {
      let page = (0..<random.below(24)).map { _ in pieces[random.below(pieces.count)] }.joined()
      var octets = Array(page.utf8)
      if !octets.isEmpty, run % 3 == 0 {
        octets[random.below(octets.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      let head = HTMLHead(octets, isLatin: run % 2 == 0)
      #expect(head.metas.values.allSatisfy { $0.utf8.count <= 8_192 })
      let card = LinkCard(head, link: "https://a.b/", base: "https://a.b/")
      if let url = card.pictureURL { #expect(WebLink.isFetchable(url), "\(page)") }
    }
  }
}
