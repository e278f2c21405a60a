#ifndef ROOST_CSodium_SHIM_H
#define ROOST_CSodium_SHIM_H
#if !__has_include(<sodium.h>)
#error "the Debian package libsodium-dev is missing: apt-get install libsodium-dev (or run tools/install)"
#endif
#include <sodium.h>
#endif
