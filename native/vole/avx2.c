/* The same C in registers of four words; the rows of the matrix by AES-NI. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "vole/modulus.h"

enum { PICKED_ROWS = 64 };

static void pick_rows(uint64_t *picks, const uint8_t *round_keys, uint64_t first, size_t rows) {
    aes_avx2.ctr((uint8_t *)picks, round_keys, 10, 0, 2 * first, 2 * rows);
}

static inline __m128i load_pair(const uint64_t *p) { return _mm_loadu_si128((const __m128i *)p); }

/* As folded(), but for the last step: below 2^61 + 8. */
static inline __m128i folded_once(__m128i x) {
    return _mm_add_epi64(_mm_and_si128(x, _mm_set1_epi64x((long long)MODULUS)), _mm_srli_epi64(x, 61));
}

/* As below_modulus(). */
static inline __m128i pair_below_modulus(__m128i x) {
    const __m128i p = _mm_set1_epi64x((long long)MODULUS), less = _mm_sub_epi64(x, p);
    return _mm_add_epi64(less, _mm_and_si128(_mm_cmpgt_epi64(_mm_setzero_si128(), less), p));
}

static void add_picked_pairs(uint64_t *out, const uint64_t *table, const uint64_t *picks, uint64_t mask, size_t n) {
    for (size_t i = 0; i < n; i++, picks += PARLEY_OT_PICK_WORDS) {
        __m128i sum = load_pair(out + 2 * i), other = _mm_setzero_si128();
#pragma GCC unroll 5
        for (size_t term = 0; term < PARLEY_OT_TERMS; term += 2) {
            sum = _mm_add_epi64(sum, load_pair(table + 2 * PICKED(picks, term, mask)));
            other = _mm_add_epi64(other, load_pair(table + 2 * PICKED(picks, term + 1, mask)));
        }
        const __m128i both = folded_once(_mm_add_epi64(folded_once(sum), folded_once(other)));
        _mm_storeu_si128((__m128i *)(out + 2 * i), pair_below_modulus(both));
    }
}

#include "vole/elements.h"

const VoleKernels vole_avx2 = {OWN(from_labels) OWN(total) OWN(place) OWN(add_sparse) OWN(prove) OWN(verify)};

#include "targets/end.h"

#endif
