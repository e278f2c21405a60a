#ifndef ROOST_CArgp_SHIM_H
#define ROOST_CArgp_SHIM_H
#if !__has_include(<argp.h>)
#error "the Debian package libc6-dev is missing: apt-get install libc6-dev (or run tools/install)"
#endif
#include <argp.h>
// argp_error is variadic, which Swift cannot call.
static inline void roost_argp_error(const struct argp_state *state, const char *message) {
  argp_error(state, "%s", message);
}
#endif
