/* Labels of 128 bits and their hashes in plain C for any machine: for portable.c of the families that hash labels. */
#ifndef PARLEY_LABELS_PORTABLE_LABEL_H
#define PARLEY_LABELS_PORTABLE_LABEL_H

#include <stddef.h>

#include "aes/cipher.h"

typedef struct {
    uint64_t low, high;
} Label;

static inline Label label_at(const uint64_t *labels, size_t i) { return (Label){labels[2 * i], labels[2 * i + 1]}; }

static inline void put(uint64_t *labels, size_t i, Label x) {
    labels[2 * i] = x.low;
    labels[2 * i + 1] = x.high;
}

static inline Label sum(Label x, Label y) { return (Label){x.low ^ y.low, x.high ^ y.high}; }

static inline Label sigma(Label x) { return (Label){x.high, x.high ^ x.low}; }

static inline Label if_odd(Label x, Label y) {
    const uint64_t mask = 0 - (x.low & 1);
    return (Label){y.low & mask, y.high & mask};
}

static inline Label pi(Label x, const uint8_t round_keys[176]) {
    uint64_t state[2] = {x.low, x.high};
    encrypt(state, round_keys, 10);
    return (Label){state[0], state[1]};
}

static inline Label ccr(Label x, const uint8_t round_keys[176]) { return sum(pi(sigma(x), round_keys), sigma(x)); }

/* The round keys of the key start ^ tweak. */
static inline void expand_tweaked(uint8_t round_keys[176], const uint64_t start[2], uint64_t tweak) {
    const uint64_t key[2] = {start[0] ^ tweak, start[1]};
    expand(round_keys, (const uint8_t *)key, 4, 10);
}

#endif
