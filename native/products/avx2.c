/* AES-NI: a label or block of a pad a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "aes/blocks_avx2.h"
#include "aes/rekeyed.h"

#include "products/pads.h"
#include "products/words.h"

static inline void store_first_words(uint64_t *out, size_t count, B v) {
    if (count) _mm_storel_epi64((B *)out, v);
}

const ProductKernels products_avx2 = {OWN(pads) OWN(send) OWN(receive)};

#include "targets/end.h"

#endif
