import ChatCore
import JSON

extension JSONWriter {
  /// The fields of a page of found messages; each stands in a list of its own, marked as the hit.
  mutating func searchPage(_ page: SearchPage) {
    field("doing_deep_historical_index", page.isIndexing)
    field("total_results", page.total)
    array("messages") {
      for view in page.messages {
        $0.array {
          $0.object {
            $0.message(view, .rest)
            $0.field("hit", true)
          }
        }
      }
    }
    array("threads") { _ in }
    array("members") { _ in }
  }
}
