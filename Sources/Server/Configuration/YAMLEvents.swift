internal import CYAML

/// One event of libyaml's parser, as values; lines and columns count from 1.
struct YAMLEvent {
  enum Kind {
    case documentStart, mappingStart, mappingEnd, sequenceStart, sequenceEnd
    case scalar(String)
    /// An alias, or anything with an anchor or a tag.
    case decorated
    case failure(String)
  }

  let kind: Kind
  let line: Int
  let column: Int
}

/// libyaml's parser over octets in memory; ends after the last event or the first failure.
@safe
struct YAMLEvents: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private var isDone = false

  /// Starts to parse a copy of `octets`.
  init(_ octets: [UInt8]) {
    // Both live until deinit; libyaml keeps a pointer into the copy, never writes to it.
    unsafe parser = .allocate(capacity: 1)
    unsafe input = .allocate(capacity: octets.count)
    _ = unsafe input.initialize(from: octets)
    // Fails only when memory is exhausted; the first parse then fails too.
    let isReady = unsafe yaml_parser_initialize(parser)
    // The buffer outlives the parser.
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    isDone = isReady == 0
  }

  deinit {
    // The parser was initialised by init and is not used again.
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  /// The next event that matters; `nil` at the end of the stream.
  mutating func next() -> YAMLEvent? {
    while !isDone {
      var event = unsafe yaml_event_t()
      // `event` is plain storage that libyaml fills and yaml_event_delete clears.
      guard unsafe yaml_parser_parse(parser, &event) == 1 else {
        isDone = true
        return failure()
      }
      let converted = unsafe convert(event)
      isDone = unsafe event.type == YAML_STREAM_END_EVENT
      unsafe yaml_event_delete(&event)
      if let converted { return converted }
    }
    return nil
  }

  private func failure() -> YAMLEvent {
    // libyaml's messages are static C strings.
    let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "is not YAML"
    let mark = unsafe parser.pointee.problem_mark
    return YAMLEvent(kind: .failure(problem), line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  private func convert(_ event: yaml_event_t) -> YAMLEvent? {
    let kind: YAMLEvent.Kind?
    // The union's member is read according to the event's type, before the event is deleted.
    switch unsafe event.type {
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      kind = unsafe start.anchor == nil && start.tag == nil ? .mappingStart : .decorated
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      kind = unsafe start.anchor == nil && start.tag == nil ? .sequenceStart : .decorated
    case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
    case YAML_ALIAS_EVENT: kind = .decorated
    case YAML_SCALAR_EVENT:
      // A scalar's value has `length` octets for as long as the event lives.
      let scalar = unsafe event.data.scalar
      if unsafe scalar.anchor != nil || scalar.tag != nil {
        kind = .decorated
      } else {
        let octets = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        kind = unsafe .scalar(String(decoding: octets, as: UTF8.self))
      }
    default: kind = nil
    }
    guard let kind else { return nil }
    // A plain structure of integers.
    let mark = unsafe event.start_mark
    return YAMLEvent(kind: kind, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}
