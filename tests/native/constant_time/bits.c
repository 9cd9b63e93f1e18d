#include "cases.h"

#include "bits/exports.h"

enum { N = 45, COUNT = 200 };

static void bit_and(uint64_t *out, uint64_t *s) { parley_bit_and(out, s, s + N, N); }
static void bit_xor(uint64_t *out, uint64_t *s) { parley_bit_xor(out, s, s + N, N); }
static void bit_or(uint64_t *out, uint64_t *s) { parley_bit_or(out, s, s + N, N); }
static void bit_and_not(uint64_t *out, uint64_t *s) { parley_bit_and_not(out, s, s + N, N); }
static void bit_same(uint64_t *out, uint64_t *s) { parley_bit_same(out, s, s + N, N); }
static void bit_not(uint64_t *out, uint64_t *s) { parley_bit_not(out, s, N); }
static void popcount(uint64_t *out, uint64_t *s) { out[0] = parley_popcount(s, N); }
static void pack(uint64_t *out, uint64_t *s) { parley_pack(out, (const uint8_t *)s, COUNT); }
static void unpack(uint64_t *out, uint64_t *s) { parley_unpack((uint8_t *)out, s, COUNT); }
static void planes(uint64_t *out, uint64_t *s) { parley_planes(out, s, 70, 33); }
static void from_planes(uint64_t *out, uint64_t *s) { parley_from_planes(out, s, 70, 33); }

static void recombine(uint64_t *out, uint64_t *s) {
    parley_bit_recombine(out, s, s + N, s + 2 * N, s + 3 * N, s + 4 * N, N, 1);
}

static void masked_product(uint64_t *out, uint64_t *s) {
    parley_bit_masked_product(out, s, s + N, s + 2 * N, s + 3 * N, s + 4 * N, s + 5 * N, N);
}

static void one_hot(uint64_t *out, uint64_t *s) { parley_bit_one_hot(out, s, 3, 1, 9); }
static void compare(uint64_t *out, uint64_t *s) { parley_bit_compare(out, 9, s, 9, s + 7 * 9, 3, 1, 0, 9); }
static void compare_lower(uint64_t *out, uint64_t *s) { parley_bit_compare(out, 9, s, 9, s + 3 * 9, 2, 0, 1, 9); }

static void prefix_xor(uint64_t *out, uint64_t *s) { parley_bit_prefix_xor(out, s, N); }
static void prefix_or(uint64_t *out, uint64_t *s) { parley_bit_prefix_or(out, s, N); }
static void prefix_and(uint64_t *out, uint64_t *s) { parley_bit_prefix_and(out, s, N); }
static void rows(uint64_t *out, uint64_t *s) { parley_bit_rows(PARLEY_XOR, out, s, 40, 20, s, 0, 9, 2, 2, 17); }
static void prefix_rows(uint64_t *out, uint64_t *s) { parley_bit_prefix_rows(PARLEY_OR, out, s, 5, 17, 1); }

static void recombine_rows(uint64_t *out, uint64_t *s) {
    parley_bit_recombine_rows(out, s, s + N, s + 2 * N, s + 3 * N, s + 4 * N, 0, 17, 2, 17, 1);
}

/* Whole tiles of 512 with a rest, each way. */
static void wide(uint64_t *out, uint64_t *s) {
    parley_bit_transpose((uint8_t *)out, 9, (const uint8_t *)s, 65, 64, 513);
}

static void wide_pairs(uint64_t *out, uint64_t *s) {
    parley_bit_transpose((uint8_t *)out, 16, (const uint8_t *)s, 64, 128, 512);
}

static void tall(uint64_t *out, uint64_t *s) {
    parley_bit_transpose((uint8_t *)out, 65, (const uint8_t *)s, 8, 513, 64);
}

static void tall_pairs(uint64_t *out, uint64_t *s) {
    parley_bit_transpose((uint8_t *)out, 64, (const uint8_t *)s, 16, 512, 128);
}

static void planes_of_tiles(uint64_t *out, uint64_t *s) { parley_planes(out, s, 513, 33); }
static void from_planes_of_tiles(uint64_t *out, uint64_t *s) { parley_from_planes(out, s, 513, 33); }

const Case cases[] = {
    {"bit_and", bit_and}, {"bit_xor", bit_xor}, {"bit_or", bit_or}, {"bit_and_not", bit_and_not},
    {"bit_same", bit_same}, {"bit_not", bit_not}, {"recombine", recombine}, {"prefix_xor", prefix_xor},
    {"masked_product", masked_product}, {"one_hot", one_hot}, {"compare", compare}, {"compare_lower", compare_lower},
    {"prefix_or", prefix_or}, {"prefix_and", prefix_and}, {"rows", rows}, {"prefix_rows", prefix_rows},
    {"recombine_rows", recombine_rows}, {"popcount", popcount}, {"pack", pack}, {"unpack", unpack},
    {"planes", planes}, {"from_planes", from_planes}, {"planes_of_tiles", planes_of_tiles},
    {"from_planes_of_tiles", from_planes_of_tiles}, {"wide", wide}, {"wide_pairs", wide_pairs}, {"tall", tall},
    {"tall_pairs", tall_pairs}, {0},
};
