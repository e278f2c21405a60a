// libnice's full ICE agent behind a datagram socket: what glib wants (a main loop, signals, reference counts)
// stays in here, on a thread of its own.
//
//   caller ── descriptor ◀── socket pair ──▶ loop thread ── NiceAgent ── UDP ──▶ peer
//
// A datagram written to a peer's descriptor is sent over the pair of candidates that ICE selected; what
// arrives there, connectivity checks apart, can be read from it. Datagrams of one octet are news: see below.
// Every function may be called from one thread, which must not be the loop's.
#ifndef ROOST_CNICEAGENT_H
#define ROOST_CNICEAGENT_H

#include <stdint.h>

struct roost_nice;
struct roost_nice_peer;

/// The one octet that says that a pair of candidates is ready.
#define ROOST_NICE_READY 0xFF
/// The one octet that says that ICE has failed.
#define ROOST_NICE_FAILED 0xFE

/// Room for the credentials of RFC 8445, and a NUL.
#define ROOST_NICE_CREDENTIAL_COUNT 257

/// Starts the loop and its thread; NULL when there is no memory.
struct roost_nice *roost_nice_start(void);

/// Ends the thread; every peer must have been closed.
void roost_nice_stop(struct roost_nice *loop);

/// Makes a controlling agent with one component and a host candidate at `address`.
///
/// Gives its end of the socket pair, which the caller closes, and its credentials; NULL when libnice, the
/// system or the address will not have it.
struct roost_nice_peer *roost_nice_open(
    struct roost_nice *loop, const char *address, int *descriptor,
    char ufrag[ROOST_NICE_CREDENTIAL_COUNT], char password[ROOST_NICE_CREDENTIAL_COUNT]);

/// Names the other side; the checks begin. 0, or -1 when libnice will not have it.
int roost_nice_connect(
    struct roost_nice_peer *peer, const char *ufrag, const char *password, const char *address,
    uint16_t port);

/// Ends the agent, later and on its own thread; `peer` is of no use any more.
void roost_nice_close(struct roost_nice_peer *peer);

#endif
