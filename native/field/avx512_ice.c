/* AVX-512 with IFMA: sums of products of elements of one word. Single products stay with vpmuludq, which needs four
 * instructions where IFMA needs seven. */

#include "kernels.h"

#if defined(__x86_64__)

#include <string.h>

#include "lengths.h"
#include "targets/avx512_ice.h"

#include "field/lanes_words.h"
#include "field/portable_words.h"

#include "field/lanes_products.h"

#define KIND(name) name##_mersenne61
#define VECTOR_REDUCE vector_reduce_mersenne61
#include "field/lanes_matmul.h"
#undef KIND
#undef VECTOR_REDUCE

#define KIND(name) name##_field64
#define VECTOR_REDUCE vector_reduce_field64
#include "field/lanes_matmul.h"
#undef KIND
#undef VECTOR_REDUCE

#define KIND(name) name##_pseudo
#define VECTOR_REDUCE vector_reduce_pseudo
#include "field/lanes_matmul.h"
#undef KIND
#undef VECTOR_REDUCE

#define KIND(name) name##_general
#define VECTOR_REDUCE vector_reduce_general
#include "field/lanes_matmul.h"

const FieldKernels mersenne61_avx512_ice = {.matmul = matmul_mersenne61};
const FieldKernels field64_avx512_ice = {.matmul = matmul_field64};
const FieldKernels pseudo_avx512_ice = {.matmul = matmul_pseudo};
const FieldKernels general_avx512_ice = {.matmul = matmul_general};

#include "targets/end.h"

#endif
