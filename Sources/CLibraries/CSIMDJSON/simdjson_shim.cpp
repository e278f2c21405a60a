#if !__has_include(<simdjson.h>)
#error "the Debian package libsimdjson-dev is missing: apt-get install libsimdjson-dev (or run tools/install)"
#endif
#include "simdjson_shim.h"
