import Base
import ChatCore

/// Searching for messages.
///
/// Lists are given as a field for each element, as clients send them, or with commas in one.
extension RESTCall {
  /// Elements of a list; more are refused.
  private static let listMax = 500

  func searchRequest() throws(RESTError) -> SearchRequest {
    let place: SearchPlace =
      route == .searchMessages ? .channel(try id("channel")) : .guild(try id("guild"))
    var request = SearchRequest(place: place)
    request.channels = try queryIDs("channel_id")
    request.filter = try searchFilter()
    request.includesNSFW = queryFlag("include_nsfw")
    request.order = try searchOrder()
    request.limit = try queryInt("limit", in: 1...Limits.searchPage, default: Limits.searchPage)
    request.offset = try queryInt("offset", in: 0...Limits.searchOffset, default: 0)
    return request
  }

  private func searchFilter() throws(RESTError) -> SearchFilter {
    var filter = SearchFilter()
    filter.content = query["content"] ?? ""
    filter.authors = try queryIDs("author_id")
    filter.mentions = try queryIDs("mentions")
    filter.mentionsEveryone = try queryTruth("mention_everyone")
    filter.isPinned = try queryTruth("pinned")
    filter.hosts = try queryList("link_hostname")
    filter.extensions = try queryList("attachment_extension").map {
      $0.first == "." ? String($0.dropFirst()) : $0
    }
    for name in try queryList("attachment_filename") where !name.isEmpty {
      // A file's name is words of its message, one after the other.
      filter.content += " \"" + name.filter { $0 != "\"" } + "\""
    }
    filter.after = try queryID("min_id")
    filter.before = try queryID("max_id")
    for text in try queryList("has") {
      let isWanted = text.first != "-"
      guard let trait = SearchTrait(rawValue: isWanted ? text : String(text.dropFirst())) else {
        let known = SearchTrait.allCases.map(\.rawValue).joined(separator: ", ")
        throw .form([
          FieldError(path: ["has"], code: "BASE_TYPE_CHOICES", message: "Value must be one of (\(known)).")
        ])
      }
      if isWanted { filter.has.append(trait) } else { filter.lacks.append(trait) }
    }
    return filter
  }

  private func searchOrder() throws(RESTError) -> SearchOrder {
    let isAscending = try choice("sort_order", ["desc", "asc"]) == "asc"
    if try choice("sort_by", ["timestamp", "relevance"]) == "relevance" { return .relevance }
    return isAscending ? .oldest : .newest
  }

  /// One of several words; the first when there is none.
  private func choice(_ name: String, _ words: [String]) throws(RESTError) -> String {
    guard let text = query[name] else { return words.first ?? "" }
    guard words.contains(text) else {
      let known = words.joined(separator: ", ")
      throw .form([
        FieldError(path: [name], code: "BASE_TYPE_CHOICES", message: "Value must be one of (\(known)).")
      ])
    }
    return text
  }

  private func queryTruth(_ name: String) throws(RESTError) -> Bool? {
    switch query[name] {
    case nil, "": return nil
    case "true", "True", "1": return true
    case "false", "False", "0": return false
    case let text?:
      let message = "Value \"\(text.prefix(32))\" is not boolean."
      throw .form([FieldError(path: [name], code: "BOOLEAN_TYPE_CONVERT", message: message)])
    }
  }

  private func queryList(_ name: String) throws(RESTError) -> [String] {
    let list = query.all(name).flatMap { $0.split(separator: ",").map(String.init) }
    guard list.count <= Self.listMax else {
      throw .form([
        FieldError(
          path: [name], code: "BASE_TYPE_MAX_LENGTH", message: "Must be \(Self.listMax) or fewer in length.")
      ])
    }
    return list
  }

  private func queryIDs(_ name: String) throws(RESTError) -> [Snowflake] {
    var ids: [Snowflake] = []
    for text in try queryList(name) {
      guard let id = Snowflake(text) else { throw .form([Self.notSnowflake([name], text)]) }
      ids.append(id)
    }
    return ids
  }
}
