#ifndef ROOST_CSQLite_SHIM_H
#define ROOST_CSQLite_SHIM_H
#if !__has_include(<sqlite3.h>)
#error "the Debian package libsqlite3-dev is missing: apt-get install libsqlite3-dev (or run tools/install)"
#endif
#include <sqlite3.h>
#endif
