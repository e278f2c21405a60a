#ifndef ROOST_CEvent_SHIM_H
#define ROOST_CEvent_SHIM_H
#if !__has_include(<event2/event.h>)
#error "the Debian package libevent-dev is missing: apt-get install libevent-dev (or run tools/install)"
#endif
// First, because event-config.h defines _GNU_SOURCE: with it fd_set would differ from Swift's Glibc module.
#include <features.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
// Not shown by Swift's Glibc module.
#include <sys/eventfd.h>
#endif
