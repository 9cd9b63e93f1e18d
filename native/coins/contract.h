/* Coins of given probabilities. */
#ifndef PARLEY_COINS_CONTRACT_H
#define PARLEY_COINS_CONTRACT_H

#include "members.h"

#include "coins/exports.h"

typedef struct {
    LIKE(parley_coins) toss;
} CoinKernels;

extern const CoinKernels coins_portable, coins_avx2, coins_avx512;

#endif
