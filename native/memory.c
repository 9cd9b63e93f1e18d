/* What becomes of freed memory. */

#include <stddef.h>
#include <stdint.h>

#include "process_exports.h"

#if defined(__GLIBC__)

#include <malloc.h>

/* The largest that every version of the library accepts. */
enum { LARGEST_ON_HEAP = 32 << 20 };

int parley_keep_memory(int bytes) {
    return mallopt(M_MMAP_THRESHOLD, LARGEST_ON_HEAP) && mallopt(M_TRIM_THRESHOLD, bytes);
}

#else

int parley_keep_memory(int bytes) {
    (void)bytes;
    return 0;
}

#endif
