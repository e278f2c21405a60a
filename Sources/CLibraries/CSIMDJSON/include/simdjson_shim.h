#ifndef ROOST_SIMDJSON_SHIM_H
#define ROOST_SIMDJSON_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a text. */
enum {
  ROOST_JSON_OK = 0,
  ROOST_JSON_MALFORMED = 1,
  ROOST_JSON_TOO_DEEP = 2,
  ROOST_JSON_INVALID_UTF8 = 3,
  ROOST_JSON_NUMBER = 4,
  ROOST_JSON_MEMORY = 5,
  ROOST_JSON_TOO_LARGE = 6,
};

/* A parser with its last document. */
typedef struct roost_json_parser roost_json_parser;

/* NULL when there is no memory. */
roost_json_parser *roost_json_create(void);
void roost_json_free(roost_json_parser *parser);

/* Parses `count` octets at `text`, which need no padding behind them. Containers more than `depth` deep are
   refused; nothing here recurses. */
int roost_json_parse(roost_json_parser *parser, const uint8_t *text, size_t count, size_t depth);

/* simdjson's tape (its doc/tape.md) and strings of the last document that was parsed without an error. They
   live until the next parse. */
const uint64_t *roost_json_tape(const roost_json_parser *parser);
const uint8_t *roost_json_strings(const roost_json_parser *parser);

#ifdef __cplusplus
}
#endif
#endif
