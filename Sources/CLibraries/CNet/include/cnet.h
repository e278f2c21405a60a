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

// Asks for the kernel's time of arrival with each datagram; without it the time of receiving counts.
void cnet_udp_stamp(int descriptor);
// Lets the kernel hand over several datagrams of one sender in one slot (UDP_GRO).
int cnet_udp_join_segments(int descriptor);

// Consecutive slots: `size` usable octets each, `stride` octets apart.
struct cnet_slots {
  uint8_t *octets;
  size_t stride, size;
};

// Receives into up to `count` slots (at most cnet_batch_max) and gives how many datagrams they hold, at most
// `datagram_max`. The fourth word of a slot's label is when it arrived, on the monotonic clock, in
// nanoseconds. A datagram is one word: its offset from the first slot (32 bits), its slot (8), its count of
// octets (24, all ones when it did not fit).
int cnet_udp_receive(
    int descriptor, const struct cnet_slots *slots, uint64_t *labels, unsigned count, uint64_t *datagrams,
    unsigned datagram_max);

// Sends datagrams, `count` of them from label `first` on, where labels go round after `mask` + 1, as at most
// cnet_batch_max messages, and gives how many datagrams the kernel took. Here a label's third word is the
// port and, from bit 32 on, where in `octets` the datagram begins; its fourth is its count of octets and, in
// bit 32, whether it continues the run of the one before: same destination, beginning where that one ends, no
// larger, and nothing behind a smaller one. With `is_segmented` a run is one message (UDP_SEGMENT), otherwise
// each datagram is.
int cnet_udp_send(
    int descriptor, int is_v6, const uint8_t *octets, const uint64_t *labels, unsigned first, unsigned count,
    unsigned mask, int is_segmented);

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

// The numbers of the processors that this thread may use, ascending, at most `count`; gives how many there are.
int cnet_allowed_cpus(int *cpus, unsigned count);
// Starts a thread with all signals blocked, on `cpu` unless negative.
int cnet_thread_start(uint64_t *thread, int cpu, void *(*body)(void *), void *context);
// Called by the thread itself: from now on it goes before all ordinary threads (SCHED_RR).
int cnet_thread_realtime(int priority);
// Called by the thread itself: from now on it takes the processor from nobody when it wakes (SCHED_BATCH), and
// is nicer by so much.
int cnet_thread_step_back(int niceness);
int cnet_thread_niceness(void);
int cnet_thread_is_batch(void);
// Called by the thread itself: asks to run often and briefly, which kernels since 6.12 grant (EEVDF).
int cnet_thread_short_slices(uint64_t nanoseconds);
// Gives pages that the heap does not use back to the system.
void cnet_heap_trim(void);
// Called by the thread itself: its name in tools (15 characters) and exact timers.
void cnet_thread_prepare(const char *name);

#endif
