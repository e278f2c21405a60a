import Base
import ChatCore
import JSON

/// What GitHub tells a webhook, as a card: `POST webhooks/{id}/{token}/github`.
///
/// The event's name is in `X-GitHub-Event`; events and actions that a channel need not hear of give nothing.
/// Texts are cut to what a card holds, so that no event is refused for its length.
enum GitHubMessage {
  private static let commitsMax = 10
  private static let descriptionMax = 1_000

  /// Colours of Discord's cards for the same events.
  private enum Color {
    static let push = 0x7289DA
    static let opened = 0x009800
    static let issue = 0xEB6420
    static let comment = 0xE68D60
    static let other = 0x99AAB5
  }

  static func draft(_ event: String, _ form: FormReader) -> WebhookDraft? {
    let payload = Payload(form)
    guard var embed = embed(event, payload) else { return nil }
    embed.author = payload.author
    embed.title = embed.title.map { cut($0, Limits.embedNameLength) }
    embed.description = embed.description.flatMap {
      $0.isEmpty ? nil : cut($0, Limits.embedDescriptionLength)
    }
    embed.url = embed.url.flatMap { $0.unicodeScalars.count > Limits.embedURLLength ? nil : $0 }
    var draft = WebhookDraft(message: MessageDraft(content: ""))
    draft.message.embeds = [embed]
    draft.message.allowedMentions = .usersOnly
    draft.username = "GitHub"
    return draft
  }

  private static func embed(_ event: String, _ payload: Payload) -> Embed? {
    let action = payload.text("action")
    switch event {
    case "push": return push(payload)
    case "create", "delete":
      let verb = event == "create" ? "New" : "Deleted"
      let kind = payload.text("ref_type") ?? "branch"
      let title = "\(verb) \(kind): \(payload.text("ref") ?? "")"
      return card(payload, title, payload.text("repository", "html_url"))
    case "fork":
      return card(
        payload, "Fork created: \(payload.text("forkee", "full_name") ?? "")",
        payload.text("forkee", "html_url"))
    case "watch" where action == "started":
      return card(payload, "New star added", payload.text("repository", "html_url"))
    case "public": return card(payload, "Now open sourced!", payload.text("repository", "html_url"))
    case "member" where action == "added":
      let name = payload.text("member", "login") ?? ""
      return card(payload, "New collaborator added: \(name)", payload.text("member", "html_url"))
    case "release" where action == "published":
      let name = payload.text("release", "name") ?? payload.text("release", "tag_name") ?? ""
      return card(payload, "New release published: \(name)", payload.text("release", "html_url"))
    case "issues" where ["opened", "closed", "reopened"].contains(action):
      return item(payload, "issue", "Issue \(action ?? "")", Color.issue)
    case "pull_request" where ["opened", "closed", "reopened"].contains(action):
      let isMerged = payload.bool("pull_request", "merged") == true
      let verb = action == "closed" && isMerged ? "merged" : action ?? ""
      return item(payload, "pull_request", "Pull request \(verb)", Color.opened)
    case "pull_request_review" where action == "submitted":
      let state = payload.text("review", "state") ?? "submitted"
      return comment(payload, "pull_request", "review", "Pull request review \(state)")
    case "discussion" where action == "created":
      return item(payload, "discussion", "New discussion", Color.issue)
    case "issue_comment" where action == "created":
      let isPullRequest = payload.value("issue", "pull_request")?.object != nil
      return comment(
        payload, "issue", "comment", isPullRequest ? "New comment on pull request" : "New comment on issue")
    case "pull_request_review_comment" where action == "created":
      return comment(payload, "pull_request", "comment", "New review comment on pull request")
    case "discussion_comment" where action == "created":
      return comment(payload, "discussion", "comment", "New comment on discussion")
    case "commit_comment" where action == "created":
      let commit = (payload.text("comment", "commit_id") ?? "").prefix(7)
      var embed = card(payload, "New comment on commit `\(commit)`", payload.text("comment", "html_url"))
      embed.description = payload.text("comment", "body").map { cut($0, descriptionMax) }
      return embed
    default: return nil
    }
  }

  private static func card(_ payload: Payload, _ title: String, _ url: String?) -> Embed {
    var embed = Embed()
    embed.title = "[\(payload.repository)] \(title)"
    embed.url = url
    embed.color = Color.other
    return embed
  }

  /// An issue, a pull request or a discussion.
  private static func item(_ payload: Payload, _ key: String, _ what: String, _ color: Int) -> Embed {
    let number = payload.value(key, "number")?.int ?? 0
    let title = payload.text(key, "title") ?? ""
    var embed = card(payload, "\(what): #\(number) \(title)", payload.text(key, "html_url"))
    if payload.text("action") == "opened" || payload.text("action") == "created" {
      embed.description = payload.text(key, "body").map { cut($0, descriptionMax) }
    }
    embed.color = payload.text("action") == "closed" ? Color.other : color
    return embed
  }

  private static func comment(
    _ payload: Payload, _ key: String, _ comment: String, _ what: String
  ) -> Embed {
    let number = payload.value(key, "number")?.int ?? 0
    let title = payload.text(key, "title") ?? ""
    var embed = card(payload, "\(what) #\(number): \(title)", payload.text(comment, "html_url"))
    embed.description = payload.text(comment, "body").map { cut($0, descriptionMax) }
    embed.color = Color.comment
    return embed
  }

  private static func push(_ payload: Payload) -> Embed? {
    let commits = payload.value("commits")?.array ?? []
    let branch = (payload.text("ref") ?? "").split(separator: "/").dropFirst(2).joined(separator: "/")
    let isForced = payload.bool("forced") == true
    guard !commits.isEmpty || isForced else { return nil }
    var embed = Embed()
    embed.title =
      commits.isEmpty
      ? "[\(payload.repository)] Branch \(branch) was force-pushed"
      : "[\(payload.repository):\(branch)] \(commits.count) new commit\(commits.count == 1 ? "" : "s")"
    embed.url = payload.text("compare")
    embed.color = Color.push
    let lines = commits.prefix(commitsMax).map { commit in
      let id = (commit["id"]?.string ?? "").prefix(7)
      let subject = (commit["message"]?.string ?? "").prefix { !$0.isNewline }
      let name = commit["author"]?["username"]?.string ?? commit["author"]?["name"]?.string ?? ""
      return "[`\(id)`](\(commit["url"]?.string ?? "")) \(cut(String(subject), 80)) - \(name)"
    }
    embed.description = lines.joined(separator: "\n")
    return embed
  }

  private static func cut(_ text: String, _ count: Int) -> String {
    let scalars = text.unicodeScalars
    if scalars.count <= count { return text }
    return String(String.UnicodeScalarView(scalars.prefix(count - 1))) + "…"
  }

  /// GitHub's object, looked into without faith in its types.
  private struct Payload {
    private let form: FormReader

    init(_ form: FormReader) {
      self.form = form
    }

    func value(_ key: String, _ inner: String? = nil) -> JSONValue? {
      guard let inner else { return form.value(key) }
      return form.value(key)?[inner]
    }

    func text(_ key: String, _ inner: String? = nil) -> String? { value(key, inner)?.string }

    func bool(_ key: String, _ inner: String? = nil) -> Bool? { value(key, inner)?.bool }

    var repository: String { text("repository", "full_name") ?? text("organization", "login") ?? "" }

    var author: Embed.Author? {
      guard let name = text("sender", "login"), !name.isEmpty else { return nil }
      return Embed.Author(
        name: GitHubMessage.cut(name, Limits.embedNameLength), url: link("html_url"),
        iconURL: link("avatar_url"))
    }

    private func link(_ key: String) -> String? {
      text("sender", key).flatMap { $0.unicodeScalars.count > Limits.embedURLLength ? nil : $0 }
    }
  }
}
