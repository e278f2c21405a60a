#ifndef ROOST_CEvent_SHIM_H
#define ROOST_CEvent_SHIM_H
#if !__has_include(<event2/event.h>)
#error "the Debian package libevent-dev is missing: apt-get install libevent-dev (or run tools/install)"
#endif
#include <event2/event.h>
#endif
