#ifndef ROOST_LLHTTP_SHIM_H
#define ROOST_LLHTTP_SHIM_H
#if !__has_include("/usr/share/include/llhttp/llhttp.h")
#error "the Debian package node-llhttp is missing: apt-get install node-llhttp (or run tools/install)"
#endif
// The generated sources hold a strict and a loose parser.
#define LLHTTP_STRICT_MODE 1
#include "/usr/share/include/llhttp/llhttp.h"
#if LLHTTP_VERSION_MAJOR != 8
#error "node-llhttp 8 is expected"
#endif
#endif
