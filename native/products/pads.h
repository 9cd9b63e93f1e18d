/* Pads of labels. To be included once by a file that includes aes/blocks_LEVEL.h and aes/rekeyed.h, and defines
 * store_first_words (the lower words of the first `count` lanes, one after another). */

#include "lengths.h"
#include "products/keys.h"

enum { GROUP = 8, ROWS = 64 };

/* How far ahead labels are asked for, in words: beyond the page of memory where the processor's own fetching ends. */
enum { AHEAD = 1024 };

static inline void store_first_words(uint64_t *out, size_t count, B v);

/* `registers` is a constant where this is inlined. */
static ALWAYS_INLINE void encrypt(B *state, const int registers, const B keys[11]) {
    for (int v = 0; v < registers; v++) state[v] = xor_blocks(state[v], keys[0]);
    for (int round = 1; round < 10; round++)
        for (int v = 0; v < registers; v++) state[v] = aes_round(state[v], keys[round]);
    for (int v = 0; v < registers; v++) state[v] = aes_last_round(state[v], keys[10]);
}

/* state = pi(inner ^ tweaks) ^ inner, tweaks that of the first register and `each` more for each after it. */
static ALWAYS_INLINE void outer(B *state, const B *inner, B tweaks, B each, const int registers,
                                                        const B keys[11]) {
    for (int v = 0; v < registers; v++) {
        state[v] = xor_blocks(inner[v], tweaks);
        tweaks = add_words(tweaks, each);
    }
    encrypt(state, registers, keys);
    for (int v = 0; v < registers; v++) state[v] = xor_blocks(state[v], inner[v]);
}

/* pi(x ^ offset) of `count` labels that fill `registers` registers. */
static ALWAYS_INLINE void encrypt_step(uint64_t *out, const uint64_t *labels, B offset, const B *keys,
                                       const int registers, size_t count) {
    B state[GROUP];
    for (int v = 0; v < registers; v++)
        state[v] = xor_blocks(load_blocks(labels + 2 * LANES * v, in_register(count, v)), offset);
    encrypt(state, registers, keys);
    for (int v = 0; v < registers; v++) store_blocks(out + 2 * LANES * v, in_register(count, v), state[v]);
}

/* The same of n labels. */
static void encrypt_all(uint64_t *out, const uint64_t *labels, B offset, const B *keys, size_t n) {
    for (size_t i = 0; i < n;) {
        const size_t count = at_most(n - i, n - i > LANES ? GROUP * LANES : LANES);
        if (count > LANES)
            encrypt_step(out + 2 * i, labels + 2 * i, offset, keys, GROUP, count);
        else
            encrypt_step(out + 2 * i, labels + 2 * i, offset, keys, 1, count);
        i += count;
    }
}

/* Labels side by side, `words` = 1 or 2 words of a pad each; `count` labels that fill `registers` registers. */
static ALWAYS_INLINE void across_step(uint64_t *out, const uint64_t *labels, B offset,
                                                              const B *keys, uint64_t tweak, const int words,
                                                              const int registers, size_t count) {
    B inner[GROUP], state[GROUP];
    for (int v = 0; v < registers; v++) {
        inner[v] = xor_blocks(load_blocks(labels + 2 * LANES * v, in_register(count, v)), offset);
        __builtin_prefetch(labels + 2 * LANES * v + AHEAD);
    }
    encrypt(inner, registers, keys);
    outer(state, inner, add_words(lane_numbers(), spread_words(tweak, 0)), spread_words(LANES, 0), registers, keys);
    for (int v = 0; v < registers; v++) {
        if (words == 1)
            store_first_words(out + LANES * v, in_register(count, v), state[v]);
        else
            store_blocks(out + 2 * LANES * v, in_register(count, v), state[v]);
    }
}

static ALWAYS_INLINE void pads_across(uint64_t *out, const uint64_t *labels, B offset,
                                                              const B *keys, uint64_t tweak, const int words,
                                                              size_t n) {
    const size_t step = (size_t)words;
    size_t i = 0;
    for (; i + GROUP * LANES <= n; i += GROUP * LANES)
        across_step(out + step * i, labels + 2 * i, offset, keys, tweak + i, words, GROUP, GROUP * LANES);
    for (; i < n; i += LANES)
        across_step(out + step * i, labels + 2 * i, offset, keys, tweak + i, words, 1, at_most(n - i, LANES));
}

/* Blocks of one pad side by side: `words` of them, which fill `registers` registers. */
static ALWAYS_INLINE void along_step(uint64_t *out, B inner, const B *keys, B tweaks, B each,
                                                             const int registers, size_t words) {
    B copies[GROUP], state[GROUP];
    for (int v = 0; v < registers; v++) copies[v] = inner;
    outer(state, copies, tweaks, each, registers, keys);
    for (int v = 0; v < registers; v++) {
        const size_t before = (size_t)(2 * LANES * v), left = words > before ? words - before : 0;
        store_blocks(out + before, at_most(left / 2, LANES), state[v]);
        if (left % 2 && left < 2 * LANES) {
            uint64_t last[2 * LANES];
            store_blocks(last, LANES, state[v]);
            out[before + left - 1] = last[left - 1];
        }
    }
}

/* The tweaks of blocks 0, 1, ... of a pad whose number is 0. */
static inline B block_tweaks(void) {
    uint64_t tweaks[2 * LANES];
    for (size_t lane = 0; lane < LANES; lane++) {
        tweaks[2 * lane] = (uint64_t)lane << PARLEY_BLOCK_TWEAK;
        tweaks[2 * lane + 1] = 0;
    }
    return load_blocks(tweaks, LANES);
}

static void row_of_pad(uint64_t *out, const uint64_t *inner, const B *keys, uint64_t tweak, size_t length) {
    const B block = spread_block(inner);
    const B register_tweak = spread_words((uint64_t)LANES << PARLEY_BLOCK_TWEAK, 0);
    const size_t group = 2 * GROUP * LANES, step = 2 * LANES;
    for (size_t c = 0; c < length;) {
        const B tweaks = add_words(block_tweaks(), spread_words(tweak + ((uint64_t)c / 2 << PARLEY_BLOCK_TWEAK), 0));
        const size_t left = length - c;
        if (left > group / 2)
            along_step(out + c, block, keys, tweaks, register_tweak, GROUP, at_most(left, group));
        else
            along_step(out + c, block, keys, tweaks, register_tweak, 1, at_most(left, step));
        c += at_most(left, left > group / 2 ? group : step);
    }
}

/* Pads that have a key in common: n rows of `length` words, or a part of one row. */
static void pads_of_key(uint64_t *out, const uint64_t *labels, B offset, const B keys[11], uint64_t tweak, size_t n,
                        size_t length) {
    if (length == 1)
        pads_across(out, labels, offset, keys, tweak, 1, n);
    else if (length == 2)
        pads_across(out, labels, offset, keys, tweak, 2, n);
    else
        for (size_t i = 0; i < n; i += ROWS) {
            uint64_t inner[2 * ROWS];
            const size_t rows = at_most(n - i, ROWS);
            encrypt_all(inner, labels + 2 * i, offset, keys, rows);
            for (size_t r = 0; r < rows; r++)
                row_of_pad(out + (i + r) * length, inner + 2 * r, keys, tweak + i + r, length);
        }
}

/* How far it is from `at` to the next multiple of `step`, a power of two. */
static inline size_t to_next(size_t at, size_t step) { return step - (at & (step - 1)); }

static void pads(uint64_t *out, const uint64_t *labels, const uint64_t offset[2], const PadRun *run, size_t row,
                 size_t n, size_t column, size_t length) {
    const B difference = spread_block(offset);
    const size_t together = (size_t)1 << shared_rows(run);
    for (size_t i = 0, rows; i < n; i += rows) {
        rows = at_most(n - i, to_next(row + i, together));
        for (size_t c = 0, words; c < length; c += words) {
            const uint64_t block = (uint64_t)(column + c) / 2;
            uint64_t key[2];
            B keys[11];
            words = at_most(length - c, to_next(column + c, PARLEY_KEY_WORDS));
            key_of_pad(key, run, row + i, column + c);
            spread_round_keys(keys, key);
            pads_of_key(out + i * length + c, labels + 2 * i, difference, keys,
                        run->first + row + i + (block << PARLEY_BLOCK_TWEAK), rows, words);
        }
    }
}
