/* The reference: a word of lanes at a time. */

#include "kernels.h"

typedef uint64_t V;

enum { PER_LINE = PARLEY_COIN_WORDS };

static inline V load(const uint64_t *p) { return *p; }
static inline void store(uint64_t *p, V v) { *p = v; }
static inline V spread(uint64_t word) { return word; }

/* Where all digits before were the same, a drawn 0 beside a 1 of the probability puts the fraction below it. */
static inline V with_first_difference(V below, V same, V one, V drawn) { return below | (same & one & ~drawn); }

static inline V while_same(V same, V one, V drawn) { return same & ~(one ^ drawn); }

#include "coins/tosses.h"

const CoinKernels coins_portable = {OWN(toss)};
