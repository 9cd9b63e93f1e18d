/* Eight words a register: a group of lanes. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512.h"

enum { PER_LINE = 1 };

static inline V with_first_difference(V below, V same, V one, V drawn) {
    return _mm512_or_si512(below, _mm512_ternarylogic_epi64(same, one, drawn, 0x40));
}

static inline V while_same(V same, V one, V drawn) { return _mm512_ternarylogic_epi64(same, one, drawn, 0x90); }

#include "coins/tosses.h"

const CoinKernels coins_avx512 = {OWN(toss)};

#include "targets/end.h"

#endif
