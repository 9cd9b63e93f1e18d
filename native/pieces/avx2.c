/* Four numbers a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "targets/avx2_mul.h"

enum { LANES = 4 };

#include "pieces/polynomials.h"
#include "pieces/thermometers.h"

static inline V times(V x, V y) { return mul_words(x, y); }
static inline V plus(V x, V y) { return _mm256_add_epi64(x, y); }
static inline V minus(V x, V y) { return _mm256_sub_epi64(x, y); }
static inline V both(V x, V y) { return _mm256_and_si256(x, y); }
static inline V either(V x, V y) { return _mm256_xor_si256(x, y); }
static inline V masks(uint64_t bits) {
    const V of_lanes = _mm256_set_epi64x(8, 4, 2, 1);
    return _mm256_cmpeq_epi64(both(spread(bits), of_lanes), of_lanes);
}

const PieceKernels pieces_avx2 = {OWN(polynomials) OWN(thermometers)};

#include "targets/end.h"

#endif
