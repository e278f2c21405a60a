// Decodes, shrinks and encodes pictures of strangers with libvips, which is loaded when the first one comes:
// with what it links it would cost every server 20 MB and 100 ms, also those that never show a picture.
#ifndef ROOST_CVIPS_H
#define ROOST_CVIPS_H

#include <stdbool.h>
#include <stddef.h>

// Loads and sets up libvips once; false when it is not installed or does not fit. Not for several threads at a time.
bool roost_vips_open(void);

// Shrinks the picture in the file `descriptor`, which stays open, so that it fits into width by height, turned
// as it says, in sRGB, without metadata, and encodes it as `suffix` says (".webp[Q=80,strip]"). Never enlarges.
// Only JPEG, PNG, WebP and GIF are read, of the last two the first frame.
// 0 and octets to be freed with roost_vips_free, or -1.
int roost_vips_render(int descriptor, int width, int height, const char *suffix, void **octets, size_t *count);

void roost_vips_free(void *octets);

// Ends libvips' use of the calling thread.
void roost_vips_leave(void);

#endif
