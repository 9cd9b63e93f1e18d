#include "cases.h"

#include "bits/exports.h"

enum { N = 45, COUNT = 200 };

static void bit_and(uint64_t *out, uint64_t *s) { parley_bit_and(out, s, s + N, N); }
static void bit_xor(uint64_t *out, uint64_t *s) { parley_bit_xor(out, s, s + N, N); }
static void bit_or(uint64_t *out, uint64_t *s) { parley_bit_or(out, s, s + N, N); }
static void bit_not(uint64_t *out, uint64_t *s) { parley_bit_not(out, s, N); }
static void popcount(uint64_t *out, uint64_t *s) { out[0] = parley_popcount(s, N); }
static void pack(uint64_t *out, uint64_t *s) { parley_pack(out, (const uint8_t *)s, COUNT); }
static void unpack(uint64_t *out, uint64_t *s) { parley_unpack((uint8_t *)out, s, COUNT); }
static void planes(uint64_t *out, uint64_t *s) { parley_planes(out, s, 70, 33); }
static void from_planes(uint64_t *out, uint64_t *s) { parley_from_planes(out, s, 70, 33); }

const Case cases[] = {
    {"bit_and", bit_and}, {"bit_xor", bit_xor}, {"bit_or", bit_or}, {"bit_not", bit_not}, {"popcount", popcount},
    {"pack", pack}, {"unpack", unpack}, {"planes", planes}, {"from_planes", from_planes}, {0},
};
