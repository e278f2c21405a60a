#define _GNU_SOURCE
#include "callocations.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

/* glibc keeps its own names for programs that replace the public ones, as this one does. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static __thread uint64_t count;

uint64_t roost_allocation_count(void) { return count; }

#if !defined(__has_feature)
#define __has_feature(feature) 0
#endif

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)

int roost_allocations_are_counted(void) { return 0; }

#else

int roost_allocations_are_counted(void) { return 1; }

void *malloc(size_t size) {
  count++;
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count++;
  return __libc_calloc(number, size);
}

void *realloc(void *block, size_t size) {
  count++;
  return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
  count++;
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
  void *made = memalign(alignment, size);
  if (made == NULL) return ENOMEM;
  *block = made;
  return 0;
}

#endif

/* As with malloc: the program's own symbols win over the runtime's, to which these pass on. */
static void *(*retain)(void *);
static void *(*retain_n)(void *, uint32_t);
static void (*release)(void *);
static void (*release_n)(void *, uint32_t);
static __thread uint64_t references;

__attribute__((constructor(101))) static void find_runtime(void) {
  retain = (void *(*)(void *))dlsym(RTLD_NEXT, "swift_retain");
  retain_n = (void *(*)(void *, uint32_t))dlsym(RTLD_NEXT, "swift_retain_n");
  release = (void (*)(void *))dlsym(RTLD_NEXT, "swift_release");
  release_n = (void (*)(void *, uint32_t))dlsym(RTLD_NEXT, "swift_release_n");
}

uint64_t roost_reference_count(void) { return references; }

void *swift_retain(void *object) {
  references++;
  if (!retain) find_runtime();
  return retain(object);
}

void *swift_retain_n(void *object, uint32_t n) {
  references += n;
  if (!retain_n) find_runtime();
  return retain_n(object, n);
}

void swift_release(void *object) {
  references++;
  if (!release) find_runtime();
  release(object);
}

void swift_release_n(void *object, uint32_t n) {
  references += n;
  if (!release_n) find_runtime();
  release_n(object, n);
}
