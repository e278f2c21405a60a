import Base

/// Searching for messages.
///
/// The store searches a bounded part at a time and tells how far it came; whoever asked asks again. In between
/// other requests have their turn, and every part is searched only where the asker may read at that moment.
extension ChatService where Store: ~Copyable {
  mutating func search(_ command: SearchCommand, _ asker: Asker) throws(ChatError) -> ChatReply {
    switch command {
    case .messages(let request, let progress): .search(try search(request, from: progress, asker))
    }
  }

  private mutating func search(
    _ request: SearchRequest, from progress: SearchProgress?, _ asker: Asker
  ) throws(ChatError) -> SearchReply {
    try check(request)
    let scope = try scope(of: request, asker)
    guard !scope.channels.isEmpty else {
      return .page(SearchPage(messages: [], total: 0, isIndexing: false))
    }
    let isRanked = request.order == .relevance
    let begun =
      progress
      ?? SearchProgress(
        isAscending: request.order == .oldest,
        wanted: isRanked ? Limits.searchCandidates : request.offset + request.limit)
    let next = try read { store throws(StoreError) in
      try store.search(request.filter, in: scope, from: begun)
    }
    guard next.isDone else { return .partial(next) }
    // What was found before the asker lost a channel is not shown.
    let hits = next.hits.filter { scope.channels.contains($0.channelID) }
    let messages =
      isRanked
      ? SearchRanking(request.filter.content).sorted(try messages(hits))
      : try messages(hits.dropFirst(request.offset))
    let shown = isRanked ? messages.dropFirst(request.offset).prefix(request.limit) : messages[...]
    var views: [MessageView] = []
    for message in shown { views.append(try view(message, reader: asker.user)) }
    return .page(SearchPage(messages: views, total: next.total, isIndexing: next.isIndexing))
  }

  private mutating func messages(_ hits: some Sequence<SearchHit>) throws(ChatError) -> [Message] {
    var found: [Message] = []
    for hit in hits {
      let message = try read { store throws(StoreError) in
        try store.message(channel: hit.channelID, id: hit.messageID)
      }
      if let message { found.append(message) }
    }
    return found
  }

  private func check(_ request: SearchRequest) throws(ChatError) {
    var form = FormCheck()
    form.length("content", request.filter.content, 0...Limits.searchLength)
    form.value("limit", request.limit, 1...Limits.searchPage)
    form.value("offset", request.offset, 0...Limits.searchOffset)
    form.length(["author_id"], request.filter.authors.count, 0...Limits.searchAlternatives)
    form.length(["mentions"], request.filter.mentions.count, 0...Limits.searchAlternatives)
    form.length(["link_hostname"], request.filter.hosts.count, 0...Limits.searchAlternatives)
    form.length(["attachment_extension"], request.filter.extensions.count, 0...Limits.searchAlternatives)
    form.length(["channel_id"], request.channels.count, 0...Limits.channelsPerGuild)
    try form.finish()
  }

  /// Where the asker may read of what it wants to search.
  private func scope(of request: SearchRequest, _ asker: Asker) throws(ChatError) -> SearchScope {
    switch request.place {
    case .channel(let id):
      let (seat, _) = try textSeat(asker, at: id)
      try seat.require(.readMessageHistory)
      let guild = seat.channel.kind.isPrivate ? nil : seat.channel.guildID
      return SearchScope(guild: guild, channels: [id], isWholeGuild: false)
    case .guild(let guild):
      _ = try seat(asker, in: guild)
      let named = Set(request.channels)
      var readable: Set<Snowflake> = []
      var isWhole = true
      for id in state.places(in: guild) {
        guard let channel = state.channels[id], channel.kind.holdsMessages else { continue }
        let isWanted =
          named.isEmpty ? request.includesNSFW || !channel.isNSFW : named.contains(id)
        if isWanted, mayRead(id, asker) { readable.insert(id) } else { isWhole = false }
      }
      return SearchScope(guild: guild, channels: readable, isWholeGuild: isWhole)
    }
  }

  private func mayRead(_ channel: Snowflake, _ asker: Asker) -> Bool {
    do throws(ChatError) {
      return try textSeat(asker, at: channel).0.permissions.contains(.readMessageHistory)
    } catch {
      return false
    }
  }
}

/// Which of several messages that hold the words is the best: where they stand as they were typed, often and in
/// few others.
///
/// The store finds words whatever their case and accents; a message that spells them as the asker does counts
/// for more. Among equals the newer is first.
struct SearchRanking {
  private let words: Set<String>

  init(_ content: String) {
    words = Set(Self.words(content))
  }

  func sorted(_ messages: [Message]) -> [Message] {
    let scored = messages.map { (score: score($0), message: $0) }
    return scored.sorted { ($0.score, $0.message.id) > ($1.score, $1.message.id) }.map(\.message)
  }

  /// Occurrences over a length to which a few words more make no difference.
  private func score(_ message: Message) -> Double {
    let said = Self.words(message.content)
    let count = said.count(where: words.contains)
    return Double(count) / Double(said.count + 8)
  }

  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }
}
