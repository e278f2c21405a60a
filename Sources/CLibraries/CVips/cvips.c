#include "cvips.h"

#include <dlfcn.h>
#include <stdlib.h>

// The calls that are needed, as <vips/vips.h> of version 8.13 and newer declares them; libvips keeps them stable
// under the soname 42. Loading by name needs none of the ninety packages of libvips-dev.
typedef struct Image Image;
typedef struct Source Source;

static struct {
  int (*init)(const char *name);
  void (*block_untrusted)(int state);
  void (*block_operation)(const char *name, int state);
  void (*cache_set_max)(int count);
  void (*concurrency_set)(int count);
  Source *(*source_new)(int descriptor);
  int (*thumbnail)(Source *source, Image **out, int width, ...);
  int (*write)(Image *in, const char *suffix, void **octets, size_t *count, ...);
  void (*error_clear)(void);
  void (*thread_shutdown)(void);
  void (*unref)(void *object);
  void (*release)(void *memory);
} vips;

// VIPS_SIZE_DOWN and VIPS_FAIL_ON_TRUNCATED of <vips/resample.h> and <vips/foreign.h>.
enum { size_down = 2, fail_on_truncated = 1 };

static bool resolve(void *library, const char *name, void *slot) {
  void *symbol = dlsym(library, name);
  *(void **)slot = symbol;
  return symbol != NULL;
}

bool roost_vips_open(void) {
  static bool is_open, was_tried;
  if (was_tried) return is_open;
  was_tried = true;
  // The modules with loaders for exotic formats stay where they are.
  void *library = dlopen("libvips.so.42", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return false;
  bool whole = resolve(library, "vips_init", &vips.init)
    && resolve(library, "vips_block_untrusted_set", &vips.block_untrusted)
    && resolve(library, "vips_operation_block_set", &vips.block_operation)
    && resolve(library, "vips_cache_set_max", &vips.cache_set_max)
    && resolve(library, "vips_concurrency_set", &vips.concurrency_set)
    && resolve(library, "vips_source_new_from_descriptor", &vips.source_new)
    && resolve(library, "vips_thumbnail_source", &vips.thumbnail)
    && resolve(library, "vips_image_write_to_buffer", &vips.write)
    && resolve(library, "vips_error_clear", &vips.error_clear)
    && resolve(library, "vips_thread_shutdown", &vips.thread_shutdown)
    && resolve(library, "g_object_unref", &vips.unref) && resolve(library, "g_free", &vips.release);
  if (!whole || vips.init("roost") != 0) return false;
  // What libvips itself calls unfit for strangers' files, then every loader but four.
  vips.block_untrusted(1);
  vips.block_operation("VipsForeignLoad", 1);
  vips.block_operation("VipsForeignLoadJpeg", 0);
  vips.block_operation("VipsForeignLoadPng", 0);
  vips.block_operation("VipsForeignLoadWebp", 0);
  vips.block_operation("VipsForeignLoadNsgif", 0);
  // Nothing is asked twice, and one picture at a time has one processor.
  vips.cache_set_max(0);
  vips.concurrency_set(1);
  is_open = true;
  return true;
}

int roost_vips_render(int descriptor, int width, int height, const char *suffix, void **octets, size_t *count) {
  *octets = NULL;
  *count = 0;
  Source *source = vips.source_new(descriptor);
  if (source == NULL) {
    vips.error_clear();
    return -1;
  }
  Image *image = NULL;
  int result = vips.thumbnail(
    source, &image, width, "height", height, "size", size_down, "export_profile", "srgb", "fail_on",
    fail_on_truncated, NULL);
  if (result == 0) {
    result = vips.write(image, suffix, octets, count, NULL);
    vips.unref(image);
  }
  vips.unref(source);
  if (result != 0) vips.error_clear();
  return result == 0 ? 0 : -1;
}

void roost_vips_free(void *octets) {
  if (octets != NULL) vips.release(octets);
}

void roost_vips_leave(void) {
  if (vips.thread_shutdown != NULL) vips.thread_shutdown();
}
