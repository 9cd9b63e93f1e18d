/* Walks down the trees of KEYS keys, each in a lane of its own and under the round keys of its own: all levels under one
 * schedule. To be included once by a file that includes aes/blocks_LEVEL.h and aes/rekeyed.h. */

#include "function_sharing/leaf.h"

enum { REGISTERS = 4 };

/* The round keys of keys first, first + 1, ..., one a lane. */
static ALWAYS_INLINE void schedules(B round_keys[11][REGISTERS], const uint64_t start[2], uint64_t first) {
    B keys[REGISTERS];
    for (int r = 0; r < REGISTERS; r++) {
        const B number = add_words(lane_numbers(), spread_words(first + (uint64_t)(LANES * r), 0));
        keys[r] = xor_blocks(spread_block(start), number);
    }
    expand_keys(round_keys, keys);
}

/* out[i] = pi(sigma(x[i])) ^ sigma(x[i]), `walks` states a key: state REGISTERS * w + r under the keys of register r. */
static ALWAYS_INLINE void hash_all(B *out, const B *x, const int walks, const B round_keys[11][REGISTERS]) {
    B input[2 * REGISTERS];
#pragma GCC unroll 8
    for (int i = 0; i < walks * REGISTERS; i++) {
        input[i] = sigma(x[i]);
        out[i] = xor_blocks(input[i], round_keys[0][i % REGISTERS]);
    }
#pragma GCC unroll 9
    for (int round = 1; round < 10; round++)
#pragma GCC unroll 8
        for (int i = 0; i < walks * REGISTERS; i++) out[i] = aes_round(out[i], round_keys[round][i % REGISTERS]);
#pragma GCC unroll 8
    for (int i = 0; i < walks * REGISTERS; i++)
        out[i] = xor_blocks(aes_last_round(out[i], round_keys[10][i % REGISTERS]), input[i]);
}

static ALWAYS_INLINE void load_labels(B *out, const uint64_t *labels, size_t count) {
    for (int r = 0; r < REGISTERS; r++) out[r] = load_blocks(labels + 2 * LANES * r, in_register(count, r));
}

static ALWAYS_INLINE void store_labels(uint64_t *labels, const B *x, size_t count) {
    for (int r = 0; r < REGISTERS; r++) store_blocks(labels + 2 * LANES * r, in_register(count, r), x[r]);
}

/* Each place in both words of its lane. */
static ALWAYS_INLINE void load_places(B *out, const uint64_t *places, size_t count) {
    for (int r = 0; r < REGISTERS; r++) out[r] = load_words_twice(places + LANES * r, in_register(count, r));
}

/* The roots of a party, whose lowest bits are its number. */
static ALWAYS_INLINE void load_roots(B *out, const uint64_t *roots, uint64_t party, size_t count) {
    const B one = spread_words(1, 0), lowest = spread_words(party, 0);
    load_labels(out, roots, count);
    for (int r = 0; r < REGISTERS; r++) out[r] = xor_three(out[r], where_odd(out[r], one), lowest);
}

typedef struct {
    B round_keys[11][REGISTERS], places[REGISTERS], states[2 * REGISTERS], hashes[2 * REGISTERS];
} Walk;

/* From a node to its child on the side of the place, of walk w: the hash with the correction, and on the right the node
 * itself added. `turn` has that side's bit as the lowest of each word. */
static ALWAYS_INLINE void step_down(Walk *walk, int w, int r, B turn, B correction) {
    const int i = REGISTERS * w + r;
    const B left = xor_blocks(walk->hashes[i], if_odd(walk->states[i], correction));
    walk->hashes[i] = left;
    walk->states[i] = xor_blocks(left, where_odd(turn, walk->states[i]));
}

static ALWAYS_INLINE B turn_of(const Walk *walk, int r, size_t width, size_t level) {
    const int shift = (int)(width - 1 - level);
    return shift_words(walk->places[r], shift, shift);
}

/* The corrections of up to KEYS keys, all arguments from the first of them on. */
static inline void deal_keys(uint64_t *corrections, size_t step, const uint64_t *points, const uint64_t *left_roots,
                             const uint64_t *right_roots, const uint64_t *start, uint64_t first, size_t width,
                             size_t count) {
    const size_t levels = levels_of(width);
    Walk walk;
    B delta[REGISTERS], cw[REGISTERS];
    schedules(walk.round_keys, start, first);
    load_places(walk.places, points, count);
    load_roots(walk.states, left_roots, 0, count);
    load_roots(walk.states + REGISTERS, right_roots, 1, count);
    for (int r = 0; r < REGISTERS; r++) delta[r] = xor_blocks(walk.states[r], walk.states[REGISTERS + r]);
    for (size_t level = 0; level < levels; level++) {
        hash_all(walk.hashes, walk.states, 2, walk.round_keys);
        for (int r = 0; r < REGISTERS; r++) {
            const B turn = turn_of(&walk, r, width, level), off = xor_blocks(delta[r], where_odd(turn, delta[r]));
            cw[r] = xor_three(walk.hashes[r], walk.hashes[REGISTERS + r], off);
            for (int w = 0; w < 2; w++) step_down(&walk, w, r, turn, cw[r]);
        }
        store_labels(corrections + 2 * level * step, cw, count);
    }
    hash_all(walk.hashes, walk.states, 2, walk.round_keys);
    for (int r = 0; r < REGISTERS; r++) cw[r] = xor_blocks(walk.hashes[r], walk.hashes[REGISTERS + r]);
    uint64_t *leaves = corrections + 2 * levels * step;
    store_labels(leaves, cw, count);
    for (size_t j = 0; j < count; j++) flip_place(leaves + 2 * j, in_leaf(points[j], width));
}

/* The leaves to which up to KEYS walks come, and as the lowest bits of `passed` the sums of the left nodes that they
 * leave on their left. */
static inline void walk_keys(uint64_t *passed, uint64_t *leaves, const uint64_t *corrections, size_t step,
                             const uint64_t *roots, uint64_t party, const uint64_t *places, const uint64_t *start,
                             uint64_t first, size_t width, size_t count) {
    const size_t levels = levels_of(width);
    Walk walk;
    B sums[REGISTERS], cw[REGISTERS];
    schedules(walk.round_keys, start, first);
    load_places(walk.places, places, count);
    load_roots(walk.states, roots, party, count);
    for (int r = 0; r < REGISTERS; r++) sums[r] = spread_words(0, 0);
    for (size_t level = 0; level < levels; level++) {
        hash_all(walk.hashes, walk.states, 1, walk.round_keys);
        load_labels(cw, corrections + 2 * level * step, count);
        for (int r = 0; r < REGISTERS; r++) {
            const B turn = turn_of(&walk, r, width, level);
            step_down(&walk, 0, r, turn, cw[r]);
            sums[r] = xor_blocks(sums[r], where_odd(turn, walk.hashes[r]));
        }
    }
    hash_all(walk.hashes, walk.states, 1, walk.round_keys);
    load_labels(cw, corrections + 2 * levels * step, count);
    for (int r = 0; r < REGISTERS; r++) {
        const B leaf = xor_blocks(walk.hashes[r], if_odd(walk.states[r], cw[r]));
        store_blocks(leaves + 2 * LANES * r, LANES, leaf);
        store_lower_words(passed + LANES * r, LANES, sums[r]);
    }
}

static void point_deal(uint64_t *corrections, size_t step, const uint64_t *points, const uint64_t *left_roots,
                       const uint64_t *right_roots, const uint64_t *start, uint64_t first, size_t width, size_t n) {
    for (size_t i = 0; i < n; i += KEYS)
        deal_keys(corrections + 2 * i, step, points + i, left_roots + 2 * i, right_roots + 2 * i, start, first + i,
                  width, at_most(n - i, KEYS));
}

static void point_read(uint64_t *below, uint64_t *same, const uint64_t *corrections, size_t step,
                       const uint64_t *roots, int party, const uint64_t *places, const uint64_t *start, uint64_t first,
                       size_t width, size_t n) {
    uint64_t passed[KEYS], leaves[2 * KEYS];
    for (size_t i = 0; i < n; i += KEYS) {
        const size_t count = at_most(n - i, KEYS);
        walk_keys(passed, leaves, corrections + 2 * i, step, roots + 2 * i, (uint64_t)party, places + i, start,
                  first + i, width, count);
        answer(below, same, i, passed, leaves, places, width, count);
    }
}
