#ifndef ROOST_CNice_SHIM_H
#define ROOST_CNice_SHIM_H
#if !__has_include(<stun/stunagent.h>)
#error "the Debian package libnice-dev is missing: apt-get install libnice-dev (or run tools/install)"
#endif
#include <stun/stunagent.h>
#include <stun/usages/ice.h>
#endif
