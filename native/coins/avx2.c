/* Four words a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

enum { PER_LINE = 2 };

static inline V with_first_difference(V below, V same, V one, V drawn) {
    return _mm256_or_si256(below, _mm256_and_si256(same, _mm256_andnot_si256(drawn, one)));
}

static inline V while_same(V same, V one, V drawn) {
    return _mm256_andnot_si256(_mm256_xor_si256(one, drawn), same);
}

#include "coins/tosses.h"

const CoinKernels coins_avx2 = {OWN(toss)};

#include "targets/end.h"

#endif
