#ifndef ROOST_BENCH_FLOOR_H
#define ROOST_BENCH_FLOOR_H
#include <stdint.h>

/* The least that forwarding can cost on this machine: the kernel's send and one seal per packet, in the
 * tightest loop, with sockets that take no processor time to receive. */

/* Binds `count` sockets, to every local address, that are never read, with the smallest receive buffer: the kernel does
 * all its work and drops at the last step. Gives 0 or a negative errno. */
int floor_open_sinks(int count, int *descriptors, uint16_t *ports);
void floor_close_sinks(int count, const int *descriptors);
/* Lets the sinks take a segmented send whole (UDP_GRO), or not: then the kernel splits it for them inside the
 * sender's system call, which over a network happens in the card or on another machine. */
int floor_join_segments(int count, const int *descriptors, int joined);

/* A sender with one kept AES-128-GCM context for each destination; NULL when there is no memory. */
struct floor_sender;
struct floor_sender *floor_make(int destinations, const uint16_t *ports);
void floor_free(struct floor_sender *sender);

/* Seals and sends `rounds` × destinations × `per_run` packets of `size` octets on the wire, `per_run` to each
 * destination as one segmented send. Gives the thread's processor time in nanoseconds, negative on error. */
int64_t floor_run(struct floor_sender *sender, int rounds, int per_run, int size);

int floor_destinations(const struct floor_sender *sender);

/* Octets of live heap blocks, small and large, of the whole process. */
uint64_t floor_heap_in_use(void);

/* Octets of the process that are in memory, after free heap was given back: tables count as far as they were touched. */
uint64_t floor_resident(void);

#endif
