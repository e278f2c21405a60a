#define _GNU_SOURCE
#include "cnet.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

union socket_address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

static int is_mapped(uint64_t high, uint64_t low) { return high == 0 && low >> 32 == 0xFFFF; }

// Gives the length, 0 when an IPv6 address is asked of an IPv4 socket.
static socklen_t encode(union socket_address *address, int is_v6, const uint64_t *label) {
  memset(address, 0, sizeof *address);
  if (is_v6) {
    uint64_t words[2] = {htobe64(label[0]), htobe64(label[1])};
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons((uint16_t)label[2]);
    memcpy(&address->v6.sin6_addr, words, sizeof words);
    return sizeof address->v6;
  }
  if (!is_mapped(label[0], label[1])) return 0;
  address->v4.sin_family = AF_INET;
  address->v4.sin_port = htons((uint16_t)label[2]);
  address->v4.sin_addr.s_addr = htonl((uint32_t)label[1]);
  return sizeof address->v4;
}

static void decode(const union socket_address *address, uint64_t *label) {
  if (address->any.sa_family == AF_INET6) {
    uint64_t words[2];
    memcpy(words, &address->v6.sin6_addr, sizeof words);
    label[0] = be64toh(words[0]);
    label[1] = be64toh(words[1]);
    label[2] = ntohs(address->v6.sin6_port);
  } else {
    label[0] = 0;
    label[1] = 0xFFFF00000000 | ntohl(address->v4.sin_addr.s_addr);
    label[2] = ntohs(address->v4.sin_port);
  }
}

// The privileged option first: it is not clipped to net.core.*mem_max.
static void set_buffer(int descriptor, int forced, int plain, int count) {
  if (count <= 0) return;
  if (setsockopt(descriptor, SOL_SOCKET, forced, &count, sizeof count) != 0)
    setsockopt(descriptor, SOL_SOCKET, plain, &count, sizeof count);
}

int cnet_udp_open(uint64_t high, uint64_t low, uint16_t port, int receive_buffer, int send_buffer) {
  int is_v6 = !is_mapped(high, low);
  int descriptor =
      socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
  if (descriptor < 0) return -errno;
  if (is_v6) {
    int only = high != 0 || low != 0;
    if (setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) != 0) goto failed;
  }
  set_buffer(descriptor, SO_RCVBUFFORCE, SO_RCVBUF, receive_buffer);
  set_buffer(descriptor, SO_SNDBUFFORCE, SO_SNDBUF, send_buffer);
  uint64_t label[cnet_label_words] = {high, low, port, 0};
  union socket_address address;
  socklen_t length = encode(&address, is_v6, label);
  if (bind(descriptor, &address.any, length) != 0) goto failed;
  return descriptor;

failed:;
  int code = errno;
  close(descriptor);
  return -code;
}

int cnet_udp_local(int descriptor, uint64_t label[4]) {
  union socket_address address;
  socklen_t length = sizeof address;
  if (getsockname(descriptor, &address.any, &length) != 0) return -errno;
  decode(&address, label);
  label[3] = 0;
  return 0;
}

static int option(int descriptor, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : -errno;
}

int cnet_udp_is_v6(int descriptor) { return option(descriptor, SO_DOMAIN) == AF_INET6; }
int cnet_udp_receive_buffer(int descriptor) { return option(descriptor, SO_RCVBUF); }
int cnet_udp_send_buffer(int descriptor) { return option(descriptor, SO_SNDBUF); }

void cnet_udp_stamp(int descriptor) {
  int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

int cnet_udp_join_segments(int descriptor) {
  int on = 1;
  return setsockopt(descriptor, IPPROTO_UDP, UDP_GRO, &on, sizeof on) == 0 ? 0 : -errno;
}

static int64_t nanoseconds(const struct timespec *time) {
  return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static int64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return nanoseconds(&time);
}

// What the kernel says beside a datagram; both stay as they were when it says nothing.
static void read_control(struct msghdr *message, int64_t *stamp, int *segment) {
  for (struct cmsghdr *item = CMSG_FIRSTHDR(message); item; item = CMSG_NXTHDR(message, item)) {
    if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec time;
      memcpy(&time, CMSG_DATA(item), sizeof time);
      *stamp = nanoseconds(&time);
    } else if (item->cmsg_level == IPPROTO_UDP && item->cmsg_type == UDP_GRO) {
      memcpy(segment, CMSG_DATA(item), sizeof *segment);
    }
  }
}

int cnet_udp_receive(
    int descriptor, const struct cnet_slots *slots, uint64_t *labels, unsigned count, uint64_t *datagrams,
    unsigned datagram_max) {
  union control {
    struct cmsghdr aligned;
    char octets[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(int))];
  };
  struct mmsghdr messages[cnet_batch_max];
  struct iovec vectors[cnet_batch_max];
  union socket_address addresses[cnet_batch_max];
  union control controls[cnet_batch_max];
  if (count > cnet_batch_max) count = cnet_batch_max;
  for (unsigned i = 0; i < count; i++) {
    vectors[i] = (struct iovec){slots->octets + i * slots->stride, slots->size};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &addresses[i],
        .msg_namelen = sizeof addresses[i],
        .msg_iov = &vectors[i],
        .msg_iovlen = 1,
        .msg_control = &controls[i],
        .msg_controllen = sizeof controls[i],
    };
  }
  int received = recvmmsg(descriptor, messages, count, MSG_DONTWAIT, NULL);
  if (received <= 0) return received < 0 ? -errno : 0;
  int64_t now = read_clock(CLOCK_MONOTONIC), wall = read_clock(CLOCK_REALTIME);
  unsigned found = 0;
  for (unsigned i = 0; i < (unsigned)received; i++) {
    uint64_t *label = labels + (size_t)i * cnet_label_words;
    decode(&addresses[i], label);
    int64_t stamp = wall;
    int segment = 0;
    read_control(&messages[i].msg_hdr, &stamp, &segment);
    // The wall clock may have been set in between: no datagram is from the future or a second old.
    int64_t age = wall - stamp;
    label[3] = (uint64_t)(age > 0 && age < 1000000000 ? now - age : now);
    size_t rest = messages[i].msg_len;
    int is_cut = messages[i].msg_hdr.msg_flags & MSG_TRUNC;
    if (segment <= 0 || is_cut) segment = (int)rest;
    size_t offset = i * slots->stride;
    do {
      if (found == datagram_max) break;
      size_t octets = rest < (size_t)segment ? rest : (size_t)segment;
      datagrams[found++] = (uint64_t)offset << 32 | (uint64_t)i << 24 | (is_cut ? 0xFFFFFF : octets);
      offset += octets;
      rest -= octets;
    } while (rest > 0);
  }
  return (int)found;
}

int cnet_udp_send(
    int descriptor, int is_v6, const uint8_t *octets, const uint64_t *labels, unsigned first, unsigned count,
    unsigned mask, int is_segmented) {
  union control {
    struct cmsghdr aligned;
    char octets[CMSG_SPACE(sizeof(uint16_t))];
  };
  struct mmsghdr messages[cnet_batch_max];
  struct iovec vectors[cnet_batch_max];
  union socket_address addresses[cnet_batch_max];
  union control controls[cnet_batch_max];
  unsigned lengths[cnet_batch_max];
  unsigned built = 0, used = 0;
  while (used < count && built < cnet_batch_max) {
    const uint64_t *label = labels + (size_t)((first + used) & mask) * cnet_label_words;
    socklen_t length = encode(&addresses[built], is_v6, label);
    if (length == 0) break;
    size_t size = (uint32_t)label[3], total = size;
    unsigned run = 1;
    for (; is_segmented && used + run < count; run++) {
      uint64_t next = labels[(size_t)((first + used + run) & mask) * cnet_label_words + 3];
      if (!(next >> 32)) break;
      total += (uint32_t)next;
    }
    vectors[built] = (struct iovec){(void *)(octets + (label[2] >> 32)), total};
    messages[built].msg_hdr = (struct msghdr){
        .msg_name = &addresses[built], .msg_namelen = length, .msg_iov = &vectors[built], .msg_iovlen = 1};
    if (run > 1) {
      uint16_t segment = (uint16_t)size;
      struct cmsghdr *item = &controls[built].aligned;
      *item = (struct cmsghdr){
          .cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT, .cmsg_len = CMSG_LEN(sizeof segment)};
      memcpy(CMSG_DATA(item), &segment, sizeof segment);
      messages[built].msg_hdr.msg_control = &controls[built];
      messages[built].msg_hdr.msg_controllen = sizeof controls[built];
    }
    lengths[built++] = run;
    used += run;
  }
  if (built == 0) return count == 0 ? 0 : -EAFNOSUPPORT;
  int sent = sendmmsg(descriptor, messages, built, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return -errno;
  int taken = 0;
  for (int i = 0; i < sent; i++) taken += (int)lengths[i];
  return taken;
}

int cnet_duplicate(int descriptor) {
  int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  return copy < 0 ? -errno : copy;
}

void cnet_close(int descriptor) { close(descriptor); }

static int poll_control(int poll, int operation, int descriptor, int interest, uint64_t token) {
  struct epoll_event event = {.data.u64 = token};
  if (interest & cnet_readable) event.events |= EPOLLIN;
  if (interest & cnet_writable) event.events |= EPOLLOUT;
  return epoll_ctl(poll, operation, descriptor, &event) == 0 ? 0 : -errno;
}

int cnet_poll_open(void) {
  int descriptor = epoll_create1(EPOLL_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

int cnet_poll_add(int poll, int descriptor, int interest, uint64_t token) {
  return poll_control(poll, EPOLL_CTL_ADD, descriptor, interest, token);
}

int cnet_poll_change(int poll, int descriptor, int interest, uint64_t token) {
  return poll_control(poll, EPOLL_CTL_MOD, descriptor, interest, token);
}

int cnet_poll_remove(int poll, int descriptor) {
  return poll_control(poll, EPOLL_CTL_DEL, descriptor, 0, 0);
}

static int wait_coarsely(int poll, struct epoll_event *events, int count, int64_t nanoseconds) {
  int64_t milliseconds = nanoseconds < 0 ? -1 : (nanoseconds + 999999) / 1000000;
  if (milliseconds > 3600000) milliseconds = 3600000;
  return epoll_wait(poll, events, count, (int)milliseconds);
}

int cnet_poll_wait(int poll, uint64_t *ready, unsigned count, int64_t nanoseconds) {
  struct epoll_event events[cnet_batch_max];
  if (count > cnet_batch_max) count = cnet_batch_max;
  // An hour is enough for one wait, and keeps the sum below inside 64 bits.
  if (nanoseconds > 3600000000000) nanoseconds = 3600000000000;
  struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  int found = epoll_pwait2(poll, events, (int)count, nanoseconds < 0 ? NULL : &limit, NULL);
  // Kernels before 5.11 and some sandboxes do not have the call.
  if (found < 0 && (errno == ENOSYS || errno == EPERM))
    found = wait_coarsely(poll, events, (int)count, nanoseconds);
  if (found < 0) return -errno;
  for (int i = 0; i < found; i++) {
    uint64_t readiness = 0;
    if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) readiness |= cnet_readable;
    if (events[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) readiness |= cnet_writable;
    ready[2 * i] = events[i].data.u64;
    ready[2 * i + 1] = readiness;
  }
  return found;
}

int cnet_event_open(void) {
  int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

void cnet_event_signal(int descriptor) {
  uint64_t one = 1;
  // EAGAIN means that the counter is full, and then the reader is awake anyway.
  while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void cnet_event_clear(int descriptor) {
  uint64_t count;
  while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

int cnet_allowed_cpus(int *cpus, unsigned count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  // Fails only where the kernel has more processors than the set; then nothing is known.
  if (sched_getaffinity(0, sizeof set, &set) != 0) return -errno;
  unsigned found = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &set)) continue;
    if (found < count) cpus[found] = cpu;
    found++;
  }
  return (int)found;
}

int cnet_thread_start(uint64_t *thread, int cpu, void *(*body)(void *), void *context) {
  pthread_attr_t attributes;
  int code = pthread_attr_init(&attributes);
  if (code != 0) return -code;
  if (cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
    code = pthread_attr_setaffinity_np(&attributes, sizeof set, &set);
  }
  sigset_t all, before;
  sigfillset(&all);
  pthread_t started = 0;
  if (code == 0) {
    // The new thread inherits the mask: signals are for the thread that waits for them.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&started, &attributes, body, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  pthread_attr_destroy(&attributes);
  *thread = (uint64_t)started;
  return -code;
}

int cnet_thread_realtime(int priority) {
  struct sched_param parameters = {.sched_priority = priority};
  return -pthread_setschedparam(pthread_self(), SCHED_RR, &parameters);
}

// On Linux a thread's id names that thread alone.
int cnet_thread_niceness(void) { return getpriority(PRIO_PROCESS, (id_t)gettid()); }

// The kernel's struct sched_attr in its first form, which older C libraries do not declare.
struct scheduling {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

static int schedule(uint32_t policy, int nice, uint64_t runtime) {
  struct scheduling wanted = {
      .size = sizeof wanted, .policy = policy, .nice = nice > 19 ? 19 : nice, .runtime = runtime};
  return syscall(SYS_sched_setattr, 0, &wanted, 0) == 0 ? 0 : -errno;
}

int cnet_thread_step_back(int niceness) {
  // From where the process stands: its operator may have made it nicer already.
  return schedule(SCHED_BATCH, cnet_thread_niceness() + niceness, 0);
}

int cnet_thread_short_slices(uint64_t nanoseconds) {
  return schedule(SCHED_OTHER, cnet_thread_niceness(), nanoseconds);
}

int cnet_thread_is_batch(void) { return sched_getscheduler(0) == SCHED_BATCH; }

void cnet_heap_trim(void) { malloc_trim(0); }

void cnet_thread_prepare(const char *name) {
  char shortened[16] = {0};
  strncpy(shortened, name, sizeof shortened - 1);
  pthread_setname_np(pthread_self(), shortened);
  // The default slack lets a timer fire 50 µs late, a twentieth of the latency that a packet may gain.
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}
