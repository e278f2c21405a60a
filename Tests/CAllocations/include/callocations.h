#ifndef ROOST_CALLOCATIONS_H
#define ROOST_CALLOCATIONS_H
#include <stdint.h>

/* How many heap blocks the calling thread has asked for since it began. For tests only: linking this target
 * replaces malloc and its relatives by ones that count and pass on to glibc's. */
uint64_t roost_allocation_count(void);

/* Whether anything is counted: the sanitizers bring an allocator of their own. */
int roost_allocations_are_counted(void);

/* How many retains and releases the program's own code, specialised generic code included, has asked the Swift
 * runtime for on the calling thread since it began. What the runtime does inside does not count. */
uint64_t roost_reference_count(void);

#endif
