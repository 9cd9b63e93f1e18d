/* AVX-512: eight elements of one word a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include <string.h>

#include "lengths.h"
#include "targets/avx512.h"

#include "field/lanes_words.h"
#include "field/portable_words.h"

#define TABLE(kind) const FieldKernels kind##_avx512 = {FIELD_LANES(kind), .sum = sum_##kind};

#define KIND(name) name##_mersenne61
#define MUL vector_mul_mersenne61
#define REDUCE reduce_mersenne61
#include "field/lanes_kernels.h"
#include "field/lanes_sum.h"
TABLE(mersenne61)
#undef KIND
#undef MUL
#undef REDUCE

#define KIND(name) name##_field64
#define MUL vector_mul_field64
#define REDUCE reduce_field64
#include "field/lanes_kernels.h"
#include "field/lanes_sum.h"
TABLE(field64)
#undef KIND
#undef MUL
#undef REDUCE

#define KIND(name) name##_pseudo
#define MUL vector_mul_pseudo
#define REDUCE reduce_pseudo
#include "field/lanes_kernels.h"
#include "field/lanes_sum.h"
TABLE(pseudo)
#undef KIND
#undef MUL
#undef REDUCE

#define KIND(name) name##_general
#define MUL vector_mul_general
#define REDUCE reduce_general
#include "field/lanes_kernels.h"
#include "field/lanes_sum.h"
TABLE(general)

#include "targets/end.h"

#endif
