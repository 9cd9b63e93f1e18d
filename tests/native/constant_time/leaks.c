/* What must be found: a branch and an address that depend on a secret. */

#include "cases.h"

static uint64_t table[256];

static void branch(uint64_t *out, uint64_t *s) {
    volatile uint64_t *place = out;
    for (int i = 0; i < 8; i++)
        if (s[i] & 1) *place = 1;
}

static void address(uint64_t *out, uint64_t *s) {
    const volatile uint64_t *from = table;
    for (int i = 0; i < 8; i++) out[i] = from[s[i] & 255];
}

const Case cases[] = {{"branch", branch}, {"address", address}, {0}};
