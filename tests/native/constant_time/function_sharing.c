#include "cases.h"

#include "function_sharing/exports.h"

/* The start of the hashes' keys is public. 21 keys fill all lanes of a group and leave some of the next one empty. */
enum { KEYS = 21, WIDTH = 9, LEVELS = WIDTH - 7, CORRECTIONS = 2 * (LEVELS + 1) * KEYS };

static const uint64_t start[2] = {1, 2};

static void point_deal(uint64_t *out, uint64_t *s) {
    parley_point_deal(out, KEYS, s, s + KEYS, s + 3 * KEYS, start, 5, WIDTH, KEYS);
}

static void point_read(uint64_t *out, uint64_t *s) {
    const uint64_t *roots = s + CORRECTIONS;
    parley_point_read(out, out + 1, s, KEYS, roots, 1, roots + 2 * KEYS, start, 5, WIDTH, KEYS);
}

const Case cases[] = {{"point_deal", point_deal}, {"point_read", point_read}, {0}};
