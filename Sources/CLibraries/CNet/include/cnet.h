#ifndef ROOST_CNET_H
#define ROOST_CNET_H

#include <stddef.h>
#include <stdint.h>

// What glibc hides from Swift: batched UDP, epoll with nanoseconds, eventfd, thread placement.
//
// Only plain integers and pointers cross this border. Functions that can fail give a negative errno.
// A label is four words that describe one slot: the address as two big-endian halves of an IPv6 address
// in host order (IPv4 in mapped form), the port, and the count of octets.

enum { cnet_batch_max = 64, cnet_label_words = 4 };

// Non-blocking and close-on-exec; dual-stack for `::`. Buffer sizes are wishes.
int cnet_udp_open(uint64_t high, uint64_t low, uint16_t port, int receive_buffer, int send_buffer);
int cnet_udp_local(int descriptor, uint64_t label[4]);
int cnet_udp_is_v6(int descriptor);
int cnet_udp_receive_buffer(int descriptor);
int cnet_udp_send_buffer(int descriptor);

// Receives up to `count` datagrams (at most cnet_batch_max) into consecutive slots. A datagram that did
// not fit its slot has a label count above the slot's size.
int cnet_udp_receive(int descriptor, uint8_t *slots, size_t slot_size, uint64_t *labels, unsigned count);

// Sends up to `count` consecutive slots (at most cnet_batch_max); gives how many the kernel took.
int cnet_udp_send(
    int descriptor, int is_v6, const uint8_t *slots, size_t slot_size, const uint64_t *labels,
    unsigned count);

int cnet_duplicate(int descriptor);
void cnet_close(int descriptor);

enum { cnet_readable = 1, cnet_writable = 2 };

int cnet_poll_open(void);
int cnet_poll_add(int poll, int descriptor, int interest, uint64_t token);
int cnet_poll_change(int poll, int descriptor, int interest, uint64_t token);
int cnet_poll_remove(int poll, int descriptor);
// Waits at most `nanoseconds`, for ever when negative. Each ready descriptor fills two words: its token
// and its readiness. Gives how many are ready.
int cnet_poll_wait(int poll, uint64_t *ready, unsigned count, int64_t nanoseconds);

int cnet_event_open(void);
void cnet_event_signal(int descriptor);
void cnet_event_clear(int descriptor);

// Starts a thread with all signals blocked, on `cpu` unless negative.
int cnet_thread_start(uint64_t *thread, int cpu, void *(*body)(void *), void *context);
// Called by the thread itself: its name in tools (15 characters) and exact timers.
void cnet_thread_prepare(const char *name);

#endif
