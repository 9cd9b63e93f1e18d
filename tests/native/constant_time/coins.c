#include "cases.h"

#include "coins/exports.h"

/* The tape is secret, probabilities are public. */
enum { COINS = 3, GROUPS = 2, OUT = COINS * GROUPS * PARLEY_COIN_WORDS };

static const uint64_t probabilities[COINS] = {0, 1ull << 63, 0x5e2d58d8b3bcdf1b};

static void toss(uint64_t *out, uint64_t *s) { parley_coins(out, out + OUT, probabilities, s, COINS, 64, GROUPS); }

static void toss_few(uint64_t *out, uint64_t *s) { parley_coins(out, out + OUT, probabilities, s, COINS, 5, GROUPS); }

const Case cases[] = {{"toss", toss}, {"toss_few", toss_few}, {0}};
