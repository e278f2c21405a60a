#if !__has_include(<simdjson.h>)
#error "the Debian package libsimdjson-dev is missing: apt-get install libsimdjson-dev (or run tools/install)"
#endif
#define SIMDJSON_EXCEPTIONS 0
#include "simdjson_shim.h"

#include <new>
#include <simdjson.h>

struct roost_json_parser {
  simdjson::dom::parser parser;
};

extern "C" roost_json_parser *roost_json_create(void) { return new (std::nothrow) roost_json_parser; }

extern "C" void roost_json_free(roost_json_parser *parser) { delete parser; }

extern "C" int roost_json_parse(roost_json_parser *parser, const uint8_t *text, size_t count, size_t depth) {
  // simdjson allocates nothing for a capacity of zero and answers MEMALLOC then.
  size_t capacity = count < 64 ? 64 : count;
  // simdjson refuses a container that is not empty at depth max_depth; empty ones cost no level.
  simdjson::error_code error = parser->parser.allocate(capacity, depth + 1);
  if (error == simdjson::SUCCESS) {
    // `true`: copy into a padded buffer of simdjson's own, we promise nothing behind `text`.
    error = parser->parser.parse(text, count, true).error();
  }
  switch (error) {
  case simdjson::SUCCESS:
    return ROOST_JSON_OK;
  case simdjson::DEPTH_ERROR:
    return ROOST_JSON_TOO_DEEP;
  case simdjson::UTF8_ERROR:
    return ROOST_JSON_INVALID_UTF8;
  case simdjson::NUMBER_ERROR:
  case simdjson::NUMBER_OUT_OF_RANGE:
    return ROOST_JSON_NUMBER;
  case simdjson::MEMALLOC:
    return ROOST_JSON_MEMORY;
  case simdjson::CAPACITY:
    return ROOST_JSON_TOO_LARGE;
  default:
    return ROOST_JSON_MALFORMED;
  }
}

extern "C" const uint64_t *roost_json_tape(const roost_json_parser *parser) { return parser->parser.doc.tape.get(); }

extern "C" const uint8_t *roost_json_strings(const roost_json_parser *parser) {
  return parser->parser.doc.string_buf.get();
}
