#include "dispatch.h"
#include "lengths.h"

enum { LABEL_BITS = 128, LABEL_WORDS = 2, LABEL_BYTES = 16, ROUND_KEYS = 176 };

/* Batches are worked on in tiles that stay in the second-level cache: LABEL_BITS rows of TILE blocks. Between rows lies
 * a cache line that is not used, so that the same block of all rows does not fall into the same few cache sets. */
enum { TILE = 32, ROW_WORDS = TILE * LABEL_WORDS + 8, TILE_WORDS = LABEL_BITS * ROW_WORDS };

static size_t parts(size_t k) { return (LABEL_BITS + k - 1) / k; }

static size_t bits_of_part(size_t part, size_t k) { return at_most(LABEL_BITS - part * k, k); }

static const uint8_t *keys_of_part(const uint8_t *round_keys, size_t part, size_t k) {
    return round_keys + (part * ROUND_KEYS << k);
}

static inline size_t all_keys(size_t k) {
    const size_t last = parts(k) - 1;
    return ((last << k) + ((size_t)1 << bits_of_part(last, k))) * ROUND_KEYS;
}

static inline int in_range(size_t k, uint64_t first, size_t blocks) {
    return k >= 1 && k <= 8 && (!blocks || blocks - 1 <= UINT64_MAX - first);
}

static void add_to(uint64_t *out, const uint64_t *x, size_t words) { selected->bits.bit_xor(out, out, x, words); }

/* One tile of a receiver. corrections: the tile's part of the first of rows that are `step` words apart. */
static void receive_tile(uint64_t *tile, uint64_t *choices, uint64_t *corrections, size_t step,
                         const uint8_t *round_keys, size_t k, uint64_t first, size_t blocks) {
    for (size_t i = 0; i < parts(k); i++) {
        uint64_t *sum = i ? corrections + (i - 1) * step : choices;
        selected->ot.fold(sum, tile + i * k * ROW_WORDS, ROW_WORDS, keys_of_part(round_keys, i, k),
                          bits_of_part(i, k), first, blocks);
        if (i) add_to(sum, choices, blocks * LABEL_WORDS);
    }
}

/* One tile of a sender: row j of part i gets its correction where bit i k + j of delta is 1. */
static void send_tile(uint64_t *tile, const uint64_t *corrections, size_t step, const uint64_t *delta,
                      const uint8_t *round_keys, size_t k, uint64_t first, size_t blocks) {
    for (size_t i = 0; i < parts(k); i++) {
        uint64_t *rows = tile + i * k * ROW_WORDS;
        selected->ot.fold(NULL, rows, ROW_WORDS, keys_of_part(round_keys, i, k), bits_of_part(i, k), first, blocks);
        for (size_t j = 0; i && j < bits_of_part(i, k); j++) {
            const size_t bit = i * k + j;
            const uint64_t mask = 0 - (delta[bit / 64] >> (bit % 64) & 1);
            for (size_t w = 0; w < blocks * LABEL_WORDS; w++)
                rows[j * ROW_WORDS + w] ^= mask & corrections[(i - 1) * step + w];
        }
    }
}

static void add_sums(uint64_t *sums, const uint64_t *tile, const uint64_t *powers, size_t blocks) {
    for (size_t r = 0; r < LABEL_BITS; r++) {
        uint64_t sum[LABEL_WORDS];
        selected->binary_field.inner_128(sum, tile + r * ROW_WORDS, powers, blocks);
        for (size_t w = 0; w < LABEL_WORDS; w++) sums[r * LABEL_WORDS + w] ^= sum[w];
    }
}

static void make_labels(uint64_t *labels, const uint64_t *tile, size_t blocks) {
    selected->bits.bit_transpose((uint8_t *)labels, LABEL_BYTES, (const uint8_t *)tile, ROW_WORDS * sizeof *tile,
                             LABEL_BITS, blocks * LABEL_BITS);
}

size_t parley_softspoken_rows_size(size_t blocks) { return (blocks + TILE - 1) / TILE * TILE_WORDS; }

void parley_softspoken_receive(uint64_t *labels, uint64_t *choices, uint64_t *corrections, size_t step,
                               const uint8_t *round_keys, size_t k, uint64_t first, size_t blocks) {
    REQUIRES(in_range(k, first, blocks));
    REQUIRES(apart(labels, blocks * LABEL_BITS * LABEL_BYTES, round_keys, all_keys(k)));
    REQUIRES(step >= blocks * LABEL_WORDS);
    REQUIRES(apart(choices, blocks * LABEL_BYTES, corrections, (parts(k) - 1) * step * 8));
    uint64_t tile[TILE_WORDS];
    for (size_t at = 0; at < blocks; at += TILE) {
        const size_t now = at_most(blocks - at, TILE), words = at * LABEL_WORDS;
        receive_tile(tile, choices + words, corrections + words, step, round_keys, k, first + at, now);
        make_labels(labels + words * LABEL_BITS, tile, now);
    }
}

void parley_softspoken_rows(uint64_t *rows, uint64_t *choices, uint64_t *corrections, size_t step,
                            const uint8_t *round_keys, size_t k, uint64_t first, size_t blocks) {
    REQUIRES(in_range(k, first, blocks) && step >= blocks * LABEL_WORDS);
    REQUIRES(there(rows, parley_softspoken_rows_size(blocks) * 8) && there(round_keys, all_keys(k)));
    REQUIRES(apart(choices, blocks * LABEL_BYTES, corrections, (parts(k) - 1) * step * 8));
    for (size_t at = 0; at < blocks; at += TILE) {
        const size_t words = at * LABEL_WORDS;
        receive_tile(rows + at / TILE * TILE_WORDS, choices + words, corrections + words, step, round_keys, k,
                     first + at, at_most(blocks - at, TILE));
    }
}

void parley_softspoken_labels(uint64_t *labels, uint64_t *sums, const uint64_t *rows, const uint64_t *powers,
                              size_t blocks) {
    REQUIRES(apart(labels, blocks * LABEL_BITS * LABEL_BYTES, rows, parley_softspoken_rows_size(blocks) * 8));
    REQUIRES(there(sums, LABEL_BITS * LABEL_BYTES) && there(powers, blocks * LABEL_BYTES));
    for (size_t at = 0; at < blocks; at += TILE) {
        const uint64_t *tile = rows + at / TILE * TILE_WORDS;
        const size_t now = at_most(blocks - at, TILE);
        add_sums(sums, tile, powers + at * LABEL_WORDS, now);
        make_labels(labels + at * LABEL_WORDS * LABEL_BITS, tile, now);
    }
}

void parley_softspoken_send(uint64_t *labels, uint64_t *sums, const uint64_t *corrections, size_t step,
                            const uint64_t *delta, const uint8_t *round_keys, size_t k, uint64_t first,
                            const uint64_t *powers, size_t blocks) {
    REQUIRES(in_range(k, first, blocks));
    REQUIRES(apart(labels, blocks * LABEL_BITS * LABEL_BYTES, round_keys, all_keys(k)));
    REQUIRES(apart(labels, blocks * LABEL_BITS * LABEL_BYTES, corrections, (parts(k) - 1) * step * 8));
    REQUIRES(step >= blocks * LABEL_WORDS);
    REQUIRES(there(delta, LABEL_BYTES) && (!powers || there(sums, LABEL_BITS * LABEL_BYTES)));
    uint64_t tile[TILE_WORDS];
    for (size_t at = 0; at < blocks; at += TILE) {
        const size_t now = at_most(blocks - at, TILE), words = at * LABEL_WORDS;
        send_tile(tile, corrections + words, step, delta, round_keys, k, first + at, now);
        if (powers) add_sums(sums, tile, powers + words, now);
        make_labels(labels + words * LABEL_BITS, tile, now);
    }
}
