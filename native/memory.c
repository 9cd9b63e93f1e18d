/* What becomes of freed memory. */

#include <stddef.h>
#include <stdint.h>

#include "process_exports.h"

#if defined(__GLIBC__)

#include <malloc.h>

/* Without mappings of their own, large arrays come from the heap too, however large; what is free at its end beyond
 * `bytes` still goes back to the system. */
int parley_keep_memory(int bytes) { return mallopt(M_MMAP_MAX, 0) && mallopt(M_TRIM_THRESHOLD, bytes); }

#else

int parley_keep_memory(int bytes) {
    (void)bytes;
    return 0;
}

#endif
