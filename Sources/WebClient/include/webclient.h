#ifndef ROOST_WEBCLIENT_H
#define ROOST_WEBCLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The page's files, embedded in the executable: what the server answers to GET of a path outside the API.

/// One file; both pointers live as long as the process.
typedef struct {
  const uint8_t *_Nonnull bytes;
  size_t count;
  const char *_Nonnull content_type;
} roost_web_asset_t;

/// Finds the file for a request's path (without query, at most 256 characters matter).
///
/// `/` and `/invite/{code}` are the page itself. Returns false, leaving `asset` alone, for anything else
/// that is not one of its files.
bool roost_web_asset(const char *_Nonnull path, roost_web_asset_t *_Nonnull asset);

/// The Content-Security-Policy to send with every file: no inline code, nothing from elsewhere.
///
/// Sockets may go anywhere by TLS, because the voice gateway listens on a port of its own.
const char *_Nonnull roost_web_policy(void);

#endif
