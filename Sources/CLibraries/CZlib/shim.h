#ifndef ROOST_CZlib_SHIM_H
#define ROOST_CZlib_SHIM_H
#if !__has_include(<zlib.h>)
#error "the Debian package zlib1g-dev is missing: apt-get install zlib1g-dev (or run tools/install)"
#endif
#include <zlib.h>
#endif
