internal import Blobs
internal import HTTPServer
internal import Signaling

/// One file as an answer: its validators, its piece, and what keeps a browser from running it.
struct FileAnswer {
  let blob: String
  /// `nil`: what the file's header says.
  let type: String?
  let filename: String
  /// The Cache-Control field.
  let cache: String

  /// Whatever a file's name or content, no script of it runs with the page's rights.
  private static let safety = [
    ("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ("Cross-Origin-Resource-Policy", "cross-origin"), ("Access-Control-Allow-Origin", "*"),
    ("Referrer-Policy", "no-referrer"),
  ]

  /// The answer to GET or HEAD; 404 when the blob is not there.
  func response(to request: HTTPRequest, from blobs: BlobStore, _ hot: inout HotBlobs) -> HTTPResponse {
    guard let content = hot.content(of: blob, in: blobs) else { return FileAnswer.gone(404) }
    let (served, isInline) = MediaType.served(type ?? content.format?.rawValue)
    let tag = "\"\(blob)\""
    var headers = FileAnswer.safety
    headers += [("ETag", tag), ("Cache-Control", cache), ("Accept-Ranges", "bytes")]
    if request.headers.list("If-None-Match", contains: tag) || request.headers.first("If-None-Match") == "*" {
      return HTTPResponse(status: 304, headers: headers)
    }
    headers += [("Content-Type", served), ("Content-Disposition", disposition(isInline: isInline))]
    // A range of another version would be a piece of something else.
    let condition = request.headers.first("If-Range")
    let asked = condition == nil || condition == tag ? request.headers.first("Range") : nil
    let count = content.count
    switch ByteRange(asked, of: count) {
    case .whole: return content.response(200, headers, 0..<count)
    case .piece(let range):
      headers.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(count)"))
      return content.response(206, headers, range)
    case .unsatisfiable:
      return HTTPResponse(
        status: 416, headers: FileAnswer.safety + [("Content-Range", "bytes */\(count)")])
    }
  }

  /// RFC 6266: the name in RFC 8187's encoding, which has no quotation marks to break out of.
  private func disposition(isInline: Bool) -> String {
    "\(isInline ? "inline" : "attachment"); filename*=UTF-8''\(PercentCoding.encode(filename))"
  }

  /// An answer without a file.
  static func gone(_ status: Int) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: safety + [("Content-Type", "text/plain; charset=utf-8")],
      body: Array("This content is no longer available.".utf8))
  }
}
