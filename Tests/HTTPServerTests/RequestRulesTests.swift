import HTTPServer
import Testing

@Suite struct RequestRulesTests {
  static let targets: [(String, String?, String?)] = [
    ("/", "/", ""), ("/a/b?c=d&e", "/a/b", "c=d&e"), ("/a?b?c", "/a", "b?c"),
    ("/%F0%9F%91%8D/@me", "/%F0%9F%91%8D/@me", ""),
    ("http://host/a?b", "/a", "b"), ("HTTPS://host", "/", ""), ("http://host?x", "/", "x"),
    ("/a?x=%00%0a", "/a", "x=%00%0a"), ("/...", "/...", ""), ("/.a", "/.a", ""), ("/a//b", "/a//b", ""),
    ("", nil, nil), ("a", nil, nil), ("*", nil, nil), ("http://", nil, nil), ("http:///a", nil, nil),
    ("ftp://h/", nil, nil),
    ("/a#b", nil, nil), ("/a b", nil, nil), ("/%", nil, nil), ("/%4", nil, nil), ("/%zz", nil, nil),
    ("/%00", nil, nil), ("/a%0Ab", nil, nil), ("/%7f", nil, nil), ("/é", nil, nil), ("/\u{1}", nil, nil),
    ("/..", nil, nil), ("/a/../b", nil, nil), ("/.", nil, nil), ("/%2e%2E/a", nil, nil), ("/a/%2e", nil, nil),
  ]

  @Test(arguments: targets)
  func `A request target is taken apart or refused`(_ row: (text: String, path: String?, query: String?)) {
    let target = RequestTarget(Array(row.text.utf8), method: .get)
    #expect(target?.path == row.path)
    #expect(target?.query == row.query)
  }

  @Test func `Only OPTIONS may ask for the server as a whole`() {
    #expect(RequestTarget([0x2A], method: .options)?.path == "*")
    #expect(RequestTarget([0x2A], method: .get) == nil)
  }

  @Test func `Header names and list tokens compare without regard to case`() {
    let headers = HTTPHeaders([
      (name: "cOnnection", value: "Keep-Alive"), (name: "Connection", value: "x ,\tUPGRADE"),
    ])
    #expect(headers.first("CONNECTION") == "Keep-Alive")
    #expect(headers.all("connection").count == 2)
    #expect(headers.list("Connection", contains: "upgrade"))
    #expect(!headers.list("Connection", contains: "grade"))
  }

  static let dates = [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
    (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"), (1_798_761_600, "Fri, 01 Jan 2027 00:00:00 GMT"),
  ]

  @Test(arguments: dates)
  func `Dates are written as HTTP wants them`(_ row: (seconds: Int, text: String)) {
    #expect(HTTPDate.text(row.seconds) == row.text)
  }
}
