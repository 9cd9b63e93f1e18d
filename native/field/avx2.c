/* AVX2: four elements of one word a register. A modulus of the kind FIELD_GENERAL stays with the portable kernels. */

#include "kernels.h"

#if defined(__x86_64__)

#include <string.h>

#include "lengths.h"
#include "targets/avx2.h"

#include "field/lanes_words_avx2.h"

#define TABLE(kind) const FieldKernels kind##_avx2 = {FIELD_LANES(kind)};

#define KIND(name) name##_mersenne61
#define MUL vector_mul_mersenne61
#include "field/lanes_kernels.h"
TABLE(mersenne61)
#undef KIND
#undef MUL

#define KIND(name) name##_field64
#define MUL vector_mul_field64
#include "field/lanes_kernels.h"
TABLE(field64)
#undef KIND
#undef MUL

#define KIND(name) name##_pseudo
#define MUL vector_mul_pseudo
#include "field/lanes_kernels.h"
TABLE(pseudo)

#include "targets/end.h"

#endif
