public import Base
public import ChatCore
import Crypto

/// Links to attachments that hold for a while and name nothing else.
///
/// ```
/// {base}/attachments/{channel}/{attachment}/{filename}?ex={hex}&is={hex}&hm={hex}&
/// {base}/media/attachments/…                            the same, as clients ask for smaller pictures
/// ```
/// `is` and `ex` are seconds since 1970, `hm` is HMAC-SHA-256 over path and times. Whoever has a link may
/// read the file until `ex`; a deleted attachment is gone at once, because the chat core is asked each time.
public struct AttachmentLinks: Sendable {
  /// How long a link holds at least, in seconds: Discord's 24 hours.
  static let validity: Int64 = 86_400
  /// Links begin at multiples of this, so that the same file has the same link for a while and is cached.
  static let granularity: Int64 = 3_600
  private static let purpose = "roost attachment 1 "
  private static let externalPurpose = "roost external 1 "

  private let base: String
  private let secret: [UInt8]
  private let showsExternal: Bool

  /// Makes links below `base`, the site's address without a slash at the end.
  ///
  /// With `showsExternal`, pictures of elsewhere in embeds get a link through this server, too.
  public init(base: String, secret: [UInt8], showsExternal: Bool) {
    self.base = base
    self.secret = secret
    self.showsExternal = showsExternal
  }

  /// What a link says.
  public enum Verdict: Hashable, Sendable {
    /// It holds for this attachment, for so many seconds more.
    case holds(channel: Snowflake, attachment: Snowflake, seconds: Int64)
    /// It is ours, and its time is over.
    case expired
    /// It is none of ours.
    case forged
  }

  /// Writes the links of an attachment: to the file, and to what can be made of it.
  func sign(_ attachment: inout Attachment, channel: Snowflake, at now: WallTime) {
    let link = link(channel: channel, attachment, at: now)
    attachment.url = base + link
    attachment.proxyURL = base + "/media" + link
  }

  private func link(channel: Snowflake, _ attachment: Attachment, at now: WallTime) -> String {
    let name = PercentCoding.encode(attachment.filename)
    let path = "/attachments/\(channel)/\(attachment.id)/\(name)"
    let seconds = now.milliseconds / 1_000
    let issued = seconds - seconds % AttachmentLinks.granularity
    let times = times(issued, issued + AttachmentLinks.granularity + AttachmentLinks.validity)
    return "\(path)?\(times)&hm=\(code(path, times))&"
  }

  /// What the link with `path` and `query`, as they came, says at `now`.
  public func verify(path: String, query: String, at now: WallTime) -> Verdict {
    let fields = FormFields(query)
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[1] == "attachments",
      let channel = Snowflake(parts[2]), let attachment = Snowflake(parts[3]),
      let expiry = fields["ex"].flatMap({ Int64($0, radix: 16) }),
      let issued = fields["is"].flatMap({ Int64($0, radix: 16) }), let given = fields["hm"]
    else { return .forged }
    let expected = code(path, times(issued, expiry))
    guard !expected.isEmpty, Digest.areEqual(Array(given.utf8), Array(expected.utf8)) else { return .forged }
    let left = expiry.subtractingReportingOverflow(now.milliseconds / 1_000).partialValue
    return left > 0 ? .holds(channel: channel, attachment: attachment, seconds: left) : .expired
  }

  /// The link through this server to a picture of elsewhere: `{base}/external/{hm}/{address}`, without an end, because
  /// it names nothing of ours.
  func external(_ url: String?) -> String? {
    guard showsExternal, let url else { return nil }
    let code = seal(AttachmentLinks.externalPurpose + url)
    return code.isEmpty ? nil : "\(base)/external/\(code)/\(PercentCoding.encode(url))"
  }

  /// The address that a link through this server names; `nil` when it is none of ours.
  public func external(path: String) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[1] == "external", let url = PercentCoding.decode(parts[3], plus: .itself)
    else { return nil }
    let expected = seal(AttachmentLinks.externalPurpose + url)
    guard !expected.isEmpty, Digest.areEqual(Array(parts[2].utf8), Array(expected.utf8)) else { return nil }
    return url
  }

  private func times(_ issued: Int64, _ expiry: Int64) -> String {
    "ex=\(String(expiry, radix: 16))&is=\(String(issued, radix: 16))"
  }

  /// 64 hexadecimal digits; none when OpenSSL finds no memory.
  private func code(_ path: String, _ times: String) -> String {
    seal(AttachmentLinks.purpose + path + "?" + times)
  }

  /// 64 hexadecimal digits; none when OpenSSL finds no memory.
  private func seal(_ text: String) -> String {
    let octets = Digest.hmacSHA256(key: secret, Array(text.utf8)) ?? []
    return octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension AttachmentLinks {
  /// `output` with a link in every attachment that it shows.
  public func sign(_ output: ChatOutput, at now: WallTime) -> ChatOutput {
    switch output {
    case .reply(let id, .message(let view)): return .reply(id: id, .message(signed(view, now)))
    case .reply(let id, .responded(var result)):
      result.message = result.message.map { signed($0, now) }
      return .reply(id: id, .responded(result))
    case .reply(let id, .messages(let views)):
      return .reply(id: id, .messages(views.map { signed($0, now) }))
    case .reply(let id, .pins(let views, let hasMore)):
      return .reply(id: id, .pins(views.map { signed($0, now) }, hasMore: hasMore))
    case .reply(let id, .search(.page(var page))):
      page.messages = page.messages.map { signed($0, now) }
      return .reply(id: id, .search(.page(page)))
    case .event(let event):
      switch event.payload {
      case .messageCreate(let view):
        return .event(ChatEvent(audience: event.audience, payload: .messageCreate(signed(view, now))))
      case .messageUpdate(let view):
        return .event(ChatEvent(audience: event.audience, payload: .messageUpdate(signed(view, now))))
      case .interactionCreate(var view):
        view.message = view.message.map { signed($0, now) }
        view.resolved.messages = view.resolved.messages.map { signed($0, now) }
        return .event(ChatEvent(audience: event.audience, payload: .interactionCreate(view)))
      case .interaction(.posted(var view, let endpoint)):
        view.message = view.message.map { signed($0, now) }
        view.resolved.messages = view.resolved.messages.map { signed($0, now) }
        let payload = Payload.interaction(.posted(view, endpoint: endpoint))
        return .event(ChatEvent(audience: event.audience, payload: payload))
      default: return output
      }
    default: return output
    }
  }

  /// Writes where an embed's pictures are: among `files` of the same message, or elsewhere.
  private func sign(_ embed: inout Embed, _ files: [Attachment]) {
    func find(_ url: inout String?) -> String? {
      guard let name = url.flatMap(Embed.attachmentName) else { return external(url) }
      guard let file = files.first(where: { $0.filename == name }) else { return nil }
      url = file.url
      return file.proxyURL
    }
    embed.proxies.image = find(&embed.imageURL)
    embed.proxies.thumbnail = find(&embed.thumbnailURL)
    if var footer = embed.footer {
      embed.proxies.footerIcon = find(&footer.iconURL)
      embed.footer = footer
    }
    if var author = embed.author {
      embed.proxies.authorIcon = find(&author.iconURL)
      embed.author = author
    }
  }

  private func signed(_ view: MessageView, _ now: WallTime) -> MessageView {
    var view = view
    for index in view.message.attachments.indices {
      sign(&view.message.attachments[index], channel: view.message.channelID, at: now)
    }
    let files = view.message.attachments
    for index in view.message.embeds.indices { sign(&view.message.embeds[index], files) }
    if var snapshot = view.message.snapshot {

      for index in snapshot.attachments.indices {
        sign(&snapshot.attachments[index], channel: view.message.channelID, at: now)
      }
      let files = snapshot.attachments
      for index in snapshot.embeds.indices { sign(&snapshot.embeds[index], files) }
      view.message.snapshot = snapshot
    }
    if case .message(let referenced) = view.referenced { view.referenced = .message(signed(referenced, now)) }
    return view
  }
}
