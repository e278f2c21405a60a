#ifndef ROOST_CSRTP2_SHIM_H
#define ROOST_CSRTP2_SHIM_H
#if !__has_include(<srtp2/srtp.h>)
#error "the Debian package libsrtp2-dev is missing: apt-get install libsrtp2-dev (or run tools/install)"
#endif
#include <srtp2/srtp.h>
#endif
