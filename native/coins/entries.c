/* The entry of coins. */

#include "dispatch.h"

enum { MAX_DEPTH = 64, GROUP_BYTES = PARLEY_COIN_WORDS * 8 };

void parley_coins(uint64_t *out, uint64_t *tied, const uint64_t *probabilities, const uint64_t *tape, size_t coins,
                  size_t depth, size_t groups) {
    const size_t bytes = coins * groups * GROUP_BYTES;
    REQUIRES(depth >= 1 && depth <= MAX_DEPTH);
    REQUIRES(apart(out, bytes, tied, bytes));
    REQUIRES(apart(out, bytes, tape, bytes * depth) && apart(tied, bytes, tape, bytes * depth));
    REQUIRES(apart(out, bytes, probabilities, coins * 8) && apart(tied, bytes, probabilities, coins * 8));
    selected->coins.toss(out, tied, probabilities, tape, coins, depth, groups);
}
