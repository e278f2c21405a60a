#ifndef ROOST_CSQLite_SHIM_H
#define ROOST_CSQLite_SHIM_H
#if !__has_include(<sqlite3.h>)
#error "the Debian package libsqlite3-dev is missing: apt-get install libsqlite3-dev (or run tools/install)"
#endif
#include <sqlite3.h>

/* SQLITE_TRANSIENT is a cast, which Swift does not import: SQLite copies the octets before it returns. */
static inline int roost_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *octets, int count) {
  return sqlite3_bind_text(statement, index, octets, count, SQLITE_TRANSIENT);
}
static inline int roost_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *octets, int count) {
  return sqlite3_bind_blob(statement, index, octets, count, SQLITE_TRANSIENT);
}
#endif
