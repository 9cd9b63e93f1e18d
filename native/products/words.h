/* What is done with the words of pads, in C that compilers turn into vectors. To be included once by a file that has
 * opened a target, or by none. */

#include "lengths.h"

/* Ones if bit r of the packed bits is 1, else zero. */
static inline uint64_t mask_of(const uint64_t *packed, size_t r) { return 0 - (packed[r / 64] >> r % 64 & 1); }

static inline void send_word(uint64_t *word, uint64_t *share, uint64_t zero, uint64_t one, uint64_t x, uint64_t turned,
                             unsigned shift) {
    const uint64_t own = zero ^ (turned & (zero ^ one)), other = own ^ zero ^ one;
    *word = x + own - other;
    *share -= own << shift;
}

static void send_columns(uint64_t *restrict words, uint64_t *restrict shares, const uint64_t *restrict zero,
                         const uint64_t *restrict one, const uint64_t *restrict x, const uint64_t *turns,
                         unsigned shift, size_t n) {
    for (size_t r = 0; r < n; r += 64) {
        const uint64_t bits = turns[r / 64];
        const size_t here = at_most(n - r, 64);
        for (size_t j = 0; j < here; j++)
            send_word(words + r + j, shares + r + j, zero[r + j], one[r + j], x[r + j], 0 - (bits >> j & 1), shift);
    }
}

static void send(uint64_t *words, uint64_t *shares, const uint64_t *zero, const uint64_t *one, const uint64_t *x,
                 const uint64_t *turns, unsigned shift, size_t n, size_t length) {
    if (length == 1) {
        send_columns(words, shares, zero, one, x, turns, shift, n);
        return;
    }
    for (size_t r = 0; r < n; r++) {
        const uint64_t turned = mask_of(turns, r);
        for (size_t c = r * length; c < (r + 1) * length; c++)
            send_word(words + c, shares + c, zero[c], one[c], x[c], turned, shift);
    }
}

static void receive_columns(uint64_t *restrict shares, const uint64_t *restrict own, const uint64_t *restrict words,
                            const uint64_t *choices, unsigned shift, size_t n) {
    for (size_t r = 0; r < n; r += 64) {
        const uint64_t bits = choices[r / 64];
        const size_t here = at_most(n - r, 64);
        for (size_t j = 0; j < here; j++)
            shares[r + j] += (own[r + j] + (words[r + j] & (0 - (bits >> j & 1)))) << shift;
    }
}

static void receive(uint64_t *shares, const uint64_t *own, const uint64_t *words, const uint64_t *choices,
                    unsigned shift, size_t n, size_t length) {
    if (length == 1) {
        receive_columns(shares, own, words, choices, shift, n);
        return;
    }
    for (size_t r = 0; r < n; r++) {
        const uint64_t chosen = mask_of(choices, r);
        for (size_t c = r * length; c < (r + 1) * length; c++) shares[c] += (own[c] + (words[c] & chosen)) << shift;
    }
}
