import Base
public import ChatCore

/// The event log.
extension SQLiteStore {
  /// Where the log and its readers stand.
  public mutating func logState() throws(StoreError) -> LogState {
    var state = LogState()
    for (oldest, newest) in try database.rows(.logBounds, [], { ($0.integer(0), $0.integer(1)) }) {
      state.oldest = UInt64(clamping: oldest)
      state.newest = UInt64(clamping: newest)
    }
    let consumers = try database.rows(.logConsumers, []) { ($0.string(0), $0.integer(1)) }
    for (name, entry) in consumers {
      state.consumers[LogConsumer(rawValue: name)] = UInt64(clamping: entry)
    }
    return state
  }

  /// Entries after one, oldest first.
  public mutating func logEntries(
    after offset: UInt64, limit: Int
  ) throws(StoreError) -> [LogEntry] {
    try database.rows(.logEntries, [.integer(Int64(clamping: offset)), .number(limit)]) {
      row throws(StoreError) in
      LogEntry(
        offset: UInt64(clamping: row.integer(0)), at: row.time(1),
        events: try EventCoding.events(row.blob(2)))
    }
  }

  mutating func apply(_ write: LogWrite) throws(StoreError) {
    switch write {
    case .append(let entry):
      let body = EventCoding.octets(entry.events)
      let before = try database.rows(.logTotal, []) { $0.integer(0) }.first ?? 0
      let total = before &+ Int64(body.count)
      try database.run(
        .appendLog, [.integer(Int64(clamping: entry.offset)), .time(entry.at), .integer(total), .blob(body)])
      // A few more than were added: it shrinks soon after the limit did.
      try database.run(.trimLog, [.integer(total &- Int64(Limits.logOctets)), .number(4)])
    case .acknowledge(let consumer, let offset):
      try database.run(.acknowledgeLog, [.text(consumer.rawValue), .integer(Int64(clamping: offset))])
    }
  }
}
