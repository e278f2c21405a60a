#ifndef ROOST_CArgp_SHIM_H
#define ROOST_CArgp_SHIM_H
#if !__has_include(<argp.h>)
#error "the Debian package libc6-dev is missing: apt-get install libc6-dev (or run tools/install)"
#endif
#include <argp.h>
#endif
