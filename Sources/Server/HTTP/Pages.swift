internal import Crypto
internal import HTTPServer
internal import WebClient

/// The page's files as responses: ETag, Content-Security-Policy, nothing sniffed, nothing framed.
///
/// The files are in the executable. Owned by the HTTP loop.
struct Pages {
  /// Longer paths name no file.
  private static let pathCountMax = 256

  private var tags: [String: String] = [:]

  /// The answer to a GET or HEAD of `request`'s path; `nil` when there is no such file.
  mutating func response(to request: HTTPRequest) -> HTTPResponse? {
    guard request.path.utf8.count <= Pages.pathCountMax else { return nil }
    guard let (type, body) = Pages.file(request.path) else { return nil }
    let tag = tag(of: type, body, path: request.path)
    var headers = [
      ("Content-Type", type), ("ETag", tag), ("Cache-Control", "no-cache"),
      ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Opener-Policy", "same-origin"),
      ("Permissions-Policy", "microphone=(self), camera=(self)"),
    ]
    // A constant of the executable.
    headers.append(("Content-Security-Policy", unsafe String(cString: roost_web_policy())))
    if request.headers.list("If-None-Match", contains: tag) {
      return HTTPResponse(status: 304, headers: headers.filter { $0.0 != "Content-Type" })
    }
    return HTTPResponse(status: 200, headers: headers, body: body)
  }

  private static func file(_ path: String) -> (type: String, body: [UInt8])? {
    // One slot that the call fills when it answers true; freed below.
    let asset = UnsafeMutablePointer<roost_web_asset_t>.allocate(capacity: 1)
    defer { unsafe asset.deallocate() }
    // The path's C string lives during the call; the slot's pointers name constants of the executable.
    guard unsafe roost_web_asset(path, asset) else { return nil }
    let octets = unsafe UnsafeBufferPointer(start: asset.pointee.bytes, count: asset.pointee.count)
    let type = unsafe String(cString: asset.pointee.content_type)
    return unsafe (type, Array(octets))
  }

  /// The strong validator of a file; every invite's path is the same page, so only real names are kept.
  private mutating func tag(of type: String, _ body: [UInt8], path: String) -> String {
    let name = path.hasPrefix("/invite/") ? "/" : path
    if let known = tags[name] { return known }
    let digits = Digest.sha256(body)?.prefix(12).map { octet in
      (octet < 16 ? "0" : "") + String(octet, radix: 16)
    }
    let tag = "\"\(digits?.joined() ?? String(body.count))\""
    tags[name] = tag
    return tag
  }
}
