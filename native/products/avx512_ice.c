/* VAES: four labels or blocks of a pad a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "aes/blocks_avx512_ice.h"
#include "aes/rekeyed.h"

#include "products/pads.h"
#include "products/words.h"

static inline void store_first_words(uint64_t *out, size_t count, B v) {
    const __m256i words = _mm512_castsi512_si256(_mm512_permutexvar_epi64(_mm512_set_epi64(6, 4, 2, 0, 6, 4, 2, 0), v));
    if (count == LANES)
        _mm256_storeu_si256((__m256i *)out, words);
    else
        _mm256_mask_storeu_epi64(out, (__mmask8)((1u << count) - 1), words);
}

const ProductKernels products_avx512_ice = {OWN(pads) OWN(send) OWN(receive)};

#include "targets/end.h"

#endif
