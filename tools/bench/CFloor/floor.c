#define _GNU_SOURCE
#include "floor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { batch_max = 64, run_max = 16, header = 12, tag = 16, packet_max = 1500 };

struct floor_sender {
  int descriptor, destinations;
  struct sockaddr_in *addresses;
  EVP_CIPHER_CTX **contexts;
  uint32_t sequence;
  uint8_t payload[packet_max];
  uint8_t packets[batch_max * run_max][packet_max + 100];
};

int floor_open_sinks(int count, int *descriptors, uint16_t *ports) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  for (int i = 0; i < count; i++) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
    socklen_t length = sizeof address;
    int smallest = 1;
    descriptors[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptors[i] < 0) return -errno;
    setsockopt(descriptors[i], SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
    if (bind(descriptors[i], (struct sockaddr *)&address, length) != 0) return -errno;
    if (getsockname(descriptors[i], (struct sockaddr *)&address, &length) != 0) return -errno;
    ports[i] = ntohs(address.sin_port);
  }
  return 0;
}

void floor_close_sinks(int count, const int *descriptors) {
  for (int i = 0; i < count; i++) close(descriptors[i]);
}

int floor_join_segments(int count, const int *descriptors, int joined) {
  for (int i = 0; i < count; i++)
    if (setsockopt(descriptors[i], IPPROTO_UDP, UDP_GRO, &joined, sizeof joined) != 0) return -errno;
  return 0;
}

void floor_free(struct floor_sender *sender) {
  if (!sender) return;
  for (int i = 0; sender->contexts && i < sender->destinations; i++) EVP_CIPHER_CTX_free(sender->contexts[i]);
  if (sender->descriptor >= 0) close(sender->descriptor);
  free(sender->contexts);
  free(sender->addresses);
  free(sender);
}

struct floor_sender *floor_make(int destinations, const uint16_t *ports) {
  struct floor_sender *sender = calloc(1, sizeof *sender);
  if (!sender) return NULL;
  sender->destinations = destinations;
  sender->descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sender->addresses = calloc((size_t)destinations, sizeof *sender->addresses);
  sender->contexts = calloc((size_t)destinations, sizeof *sender->contexts);
  if (sender->descriptor < 0 || !sender->addresses || !sender->contexts) goto failed;
  int buffer = 4 << 20;
  setsockopt(sender->descriptor, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  for (int i = 0; i < destinations; i++) {
    uint8_t key[16];
    for (int k = 0; k < 16; k++) key[k] = (uint8_t)(i * 7 + k);
    sender->addresses[i] = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(ports[i]), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    sender->contexts[i] = EVP_CIPHER_CTX_new();
    if (!sender->contexts[i]) goto failed;
    if (EVP_EncryptInit_ex(sender->contexts[i], EVP_aes_128_gcm(), NULL, key, NULL) != 1) goto failed;
  }
  return sender;

failed:
  floor_free(sender);
  return NULL;
}

static int seal(EVP_CIPHER_CTX *context, uint8_t *packet, const uint8_t *payload, int size, uint32_t sequence) {
  uint8_t nonce[12] = {0};
  int count = size - header - tag, done = 0;
  memcpy(packet, "\x80\x6f\0\0\0\0\0\0\0\0\0\1", header);
  packet[2] = (uint8_t)(sequence >> 8);
  packet[3] = (uint8_t)sequence;
  memcpy(nonce + 8, &sequence, sizeof sequence);
  return EVP_EncryptInit_ex(context, NULL, NULL, NULL, nonce) == 1 &&
         EVP_EncryptUpdate(context, NULL, &done, packet, header) == 1 &&
         EVP_EncryptUpdate(context, packet + header, &done, payload, count) == 1 &&
         EVP_EncryptFinal_ex(context, packet + header + count, &done) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag, packet + header + count) == 1;
}

static int64_t busy(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// One batch of at most batch_max destinations from `first` on.
static int send_batch(struct floor_sender *sender, int first, int count, int per_run, int size) {
  struct mmsghdr messages[batch_max];
  struct iovec vectors[batch_max * run_max];
  union {
    struct cmsghdr aligned;
    char octets[CMSG_SPACE(sizeof(uint16_t))];
  } controls[batch_max];
  for (int i = 0; i < count; i++) {
    for (int k = 0; k < per_run; k++) {
      uint8_t *packet = sender->packets[i * per_run + k];
      if (!seal(sender->contexts[first + i], packet, sender->payload, size, ++sender->sequence)) return -EIO;
      vectors[i * per_run + k] = (struct iovec){packet, (size_t)size};
    }
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &sender->addresses[first + i],
        .msg_namelen = sizeof *sender->addresses,
        .msg_iov = &vectors[i * per_run],
        .msg_iovlen = (size_t)per_run,
    };
    if (per_run < 2) continue;
    uint16_t segment = (uint16_t)size;
    controls[i].aligned = (struct cmsghdr){
        .cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT, .cmsg_len = CMSG_LEN(sizeof segment)};
    memcpy(CMSG_DATA(&controls[i].aligned), &segment, sizeof segment);
    messages[i].msg_hdr.msg_control = &controls[i];
    messages[i].msg_hdr.msg_controllen = sizeof controls[i];
  }
  for (int sent = 0; sent < count;) {
    int done = sendmmsg(sender->descriptor, messages + sent, (unsigned)(count - sent), 0);
    if (done < 0) return -errno;
    sent += done;
  }
  return 0;
}

int64_t floor_run(struct floor_sender *sender, int rounds, int per_run, int size) {
  if (per_run < 1 || per_run > run_max || size < header + tag || size > packet_max) return -EINVAL;
  int64_t start = busy();
  for (int round = 0; round < rounds; round++) {
    for (int first = 0; first < sender->destinations; first += batch_max) {
      int rest = sender->destinations - first;
      int code = send_batch(sender, first, rest < batch_max ? rest : batch_max, per_run, size);
      if (code < 0) return code;
    }
  }
  return busy() - start;
}

int floor_destinations(const struct floor_sender *sender) { return sender->destinations; }

uint64_t floor_heap_in_use(void) {
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

uint64_t floor_resident(void) {
  unsigned long long size = 0, resident = 0;
  malloc_trim(0);
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file) return 0;
  if (fscanf(file, "%llu %llu", &size, &resident) != 2) resident = 0;
  fclose(file);
  return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}
