#include "cases.h"

#include <string.h>

#include "aes/exports.h"
#include "replicated/exports.h"

enum { STREAMS = 19 };

static void expand_key(uint64_t *out, uint64_t *s) { parley_aes_expand_key((uint8_t *)out, (const uint8_t *)s); }
static void expand_key_256(uint64_t *out, uint64_t *s) { parley_aes256_expand_key((uint8_t *)out, (const uint8_t *)s); }
static void ctr(uint64_t *out, uint64_t *s) { parley_aes_ctr((uint8_t *)out, (const uint8_t *)s, 1, 2, 3, 100); }
static void ctr_256(uint64_t *out, uint64_t *s) { parley_aes256_ctr((uint8_t *)out, (const uint8_t *)s, 1, 2, 3, 100); }

static void streams(uint64_t *out, uint64_t *s, size_t blocks) {
    uint64_t first[STREAMS];
    for (size_t i = 0; i < STREAMS; i++) first[i] = i;
    parley_aes_streams((uint8_t *)out, (const uint8_t *)s, first, STREAMS, blocks);
}

static void short_streams(uint64_t *out, uint64_t *s) { streams(out, s, 2); }
static void long_streams(uint64_t *out, uint64_t *s) { streams(out, s, 7); }

/* The schedules of two keys, one added and one subtracted, to a sum that is secret as well. */
static void masks(uint64_t *out, uint64_t *s) {
    const uint8_t negative[2] = {0, 1};
    memcpy(out, s, 16 * 33);
    parley_aes256_add_streams((uint8_t *)out, (const uint8_t *)s, negative, 2, 5, 33, 4);
}

/* Of secret numbers, under streams of secret keys. */
static void product(uint64_t *out, uint64_t *s) {
    const uint8_t *const keys = (const uint8_t *)(s + 4 * 45);
    parley_replicated_product(out, s, s + 45, s + 90, s + 135, keys, 3, keys + 16, 5, 45);
    parley_replicated_and(out + 45, s, s + 45, s + 90, s + 135, keys, 3, keys + 16, 5, 45);
}

const Case cases[] = {
    {"expand_key", expand_key}, {"expand_key_256", expand_key_256}, {"ctr", ctr}, {"ctr_256", ctr_256},
    {"short_streams", short_streams}, {"long_streams", long_streams}, {"masks", masks},
    {"product", product}, {0},
};
