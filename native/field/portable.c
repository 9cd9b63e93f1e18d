/* The slow, obvious reference: plain C for any machine whose compiler has integers of 128 bits. */

#include "kernels.h"
#include "lengths.h"

#include "field/portable_words.h"

#include "field/portable_pairs.h"

#define STEP 1
#define Element uint64_t
#define Sum Words
#define LOAD_ELEMENT(place) (*(place))
#define STORE_ELEMENT(place, value) (*(place) = (value))
#define ADD(x, y) add_words(x, y, f)
#define SUB(x, y) sub_words(x, y, f)
#define MODULUS f->p
#define PRODUCT(x, y) REDUCE((uint64_t)((Wide)(x) * (y) >> 64), (x) * (y), f)
#define SUM_MUL_ADD words_mul_add
#define REDUCED(sum) \
    REDUCE(REDUCE((sum)->high, (uint64_t)((sum)->low >> 64), f), (uint64_t)(sum)->low, f)

#define KIND(name) name##_mersenne61
#define REDUCE reduce_mersenne61
#define table_mersenne61 mersenne61_portable
#include "field/portable_kernels.h"
#undef KIND
#undef REDUCE

#define KIND(name) name##_field64
#define REDUCE reduce_field64
#define table_field64 field64_portable
#include "field/portable_kernels.h"
#undef KIND
#undef REDUCE

#define KIND(name) name##_pseudo
#define REDUCE reduce_pseudo
#define table_pseudo pseudo_portable
#include "field/portable_kernels.h"
#undef KIND
#undef REDUCE

#define KIND(name) name##_general
#define REDUCE reduce_general
#define table_general general_portable
#include "field/portable_kernels.h"
#undef KIND
#undef REDUCE

#undef STEP
#undef Element
#undef Sum
#undef LOAD_ELEMENT
#undef STORE_ELEMENT
#undef ADD
#undef SUB
#undef MODULUS
#undef PRODUCT
#undef SUM_MUL_ADD
#undef REDUCED

#define STEP 2
#define Element Wide
#define Sum Pairs
#define LOAD_ELEMENT(place) ((Wide)(place)[1] << 64 | (place)[0])
#define STORE_ELEMENT(place, value) store_pair(place, value)
#define ADD(x, y) ((void)f, add_pairs(x, y))
#define SUB(x, y) ((void)f, sub_pairs(x, y))
#define MODULUS ((void)f, FIELD128_P)
#define PRODUCT(x, y) ((void)f, mul_pairs(x, y))
#define SUM_MUL_ADD pairs_mul_add
#define REDUCED(sum) ((void)f, pairs_reduced(sum))

#define KIND(name) name##_field128
#define table_field128 field128_portable
#include "field/portable_kernels.h"
