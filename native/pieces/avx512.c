/* Eight numbers a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512.h"

enum { LANES = 8 };

#include "pieces/polynomials.h"
#include "pieces/thermometers.h"

static inline V times(V x, V y) { return _mm512_mullo_epi64(x, y); }
static inline V plus(V x, V y) { return _mm512_add_epi64(x, y); }
static inline V minus(V x, V y) { return _mm512_sub_epi64(x, y); }
static inline V both(V x, V y) { return _mm512_and_si512(x, y); }
static inline V either(V x, V y) { return _mm512_xor_si512(x, y); }
static inline V masks(uint64_t bits) { return _mm512_movm_epi64((__mmask8)bits); }

const PieceKernels pieces_avx512 = {OWN(polynomials) OWN(thermometers)};

#include "targets/end.h"

#endif
