/* Coins of given probabilities, 512 side by side: lane i % 64 of word i / 64. A coin is a fraction drawn uniformly, of
 * which random bits are the binary digits, compared with the digits of its probability. docs/algorithms/coins.md. */
#ifndef PARLEY_COINS_EXPORTS_H
#define PARLEY_COINS_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* Words of one group of lanes: a line of the cache. */
enum { PARLEY_COIN_WORDS = 8 };

/* out, tied (coins, groups, 8): a bit of out is set where the fraction of the lane is below the probability of the coin,
 * one of tied where the first `depth` digits of both are the same, so that nothing is decided yet; out is 0 there.
 * probabilities (coins): the digits, first one highest; they are public. tape (coins, groups, depth, 8): uniformly random
 * bits, one digit of each lane a row, the first digit first. 1 <= depth <= 64. */
void parley_coins(uint64_t *out, uint64_t *tied, const uint64_t *probabilities, const uint64_t *tape, size_t coins,
                  size_t depth, size_t groups);

#endif
