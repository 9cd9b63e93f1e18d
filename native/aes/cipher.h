/* AES in plain C for any machine: the slow, obvious reference, for portable.c of the families that encrypt.
 *
 * Eight bytes of the state at a time, each byte an element of GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197).
 * No table is indexed by a secret: SubBytes computes the inverse as the 254th power. */
#ifndef PARLEY_AES_CIPHER_H
#define PARLEY_AES_CIPHER_H

#include <stdint.h>
#include <string.h>

#define EACH(byte) (0x0101010101010101u * (uint64_t)(byte))

static inline uint64_t times_x(uint64_t a) {
    const uint64_t top = a & EACH(0x80);
    return ((a ^ top) << 1) ^ ((top >> 7) * 0x1b);
}

static inline uint64_t field_mul(uint64_t a, uint64_t b) {
    uint64_t product = 0;
    for (int i = 0; i < 8; i++) {
        product ^= a & (((b >> i) & EACH(1)) * 0xff);
        a = times_x(a);
    }
    return product;
}

static inline uint64_t field_inverse(uint64_t a) {
    const uint64_t a2 = field_mul(a, a);
    const uint64_t a3 = field_mul(a2, a);
    const uint64_t a6 = field_mul(a3, a3);
    const uint64_t a12 = field_mul(a6, a6);
    uint64_t power = field_mul(a12, a3); /* a^15 */
    for (int i = 0; i < 4; i++) power = field_mul(power, power);
    return field_mul(field_mul(power, a12), a2); /* a^(240 + 12 + 2) */
}

static inline uint64_t rotate_each(uint64_t a, int s) {
    const uint64_t low = EACH(0xff >> s);
    return ((a & low) << s) | ((a & ~low) >> (8 - s));
}

static inline uint64_t sub_bytes(uint64_t a) {
    const uint64_t b = field_inverse(a);
    return b ^ rotate_each(b, 1) ^ rotate_each(b, 2) ^ rotate_each(b, 3) ^ rotate_each(b, 4) ^ EACH(0x63);
}

static inline void shift_rows(uint64_t state[2]) {
    uint8_t from[16], to[16];
    memcpy(from, state, 16);
    for (int i = 0; i < 16; i++) to[i] = from[(i + 4 * (i % 4)) % 16];
    memcpy(state, to, 16);
}

/* The bytes of each of the two columns, turned up by one place. */
static inline uint64_t turn(uint64_t columns) {
    return ((columns >> 8) & 0x00ffffff00ffffffu) | ((columns << 24) & 0xff000000ff000000u);
}

static inline uint64_t mix_columns(uint64_t a) {
    const uint64_t b = turn(a), c = turn(b), d = turn(c);
    return times_x(a ^ b) ^ b ^ c ^ d;
}

/* One block in place; `rounds` is 10 for AES-128, 14 for AES-256. */
static inline void encrypt(uint64_t state[2], const uint8_t *round_keys, int rounds) {
    uint64_t keys[30];
    memcpy(keys, round_keys, 16 * ((size_t)rounds + 1));
    state[0] ^= keys[0];
    state[1] ^= keys[1];
    for (int round = 1; round <= rounds; round++) {
        state[0] = sub_bytes(state[0]);
        state[1] = sub_bytes(state[1]);
        shift_rows(state);
        for (int half = 0; half < 2; half++) {
            if (round < rounds) state[half] = mix_columns(state[half]);
            state[half] ^= keys[2 * round + half];
        }
    }
}

static inline uint32_t sub_word(uint32_t word) { return (uint32_t)sub_bytes(word); }

/* The `rounds` + 1 round keys of a key of `words` words of 32 bits: 4 for 10 rounds, 8 for 14. */
static inline void expand(uint8_t *round_keys, const uint8_t *key, int words, int rounds) {
    uint32_t w[60];
    uint32_t constant = 1;
    memcpy(w, key, 4 * (size_t)words);
    for (int i = words; i < 4 * (rounds + 1); i++) {
        uint32_t t = w[i - 1];
        if (i % words == 0) {
            t = sub_word((t >> 8) | (t << 24)) ^ constant;
            constant = (uint32_t)times_x(constant);
        } else if (words == 8 && i % 8 == 4) {
            t = sub_word(t);
        }
        w[i] = w[i - words] ^ t;
    }
    memcpy(round_keys, w, 16 * ((size_t)rounds + 1));
}

#endif
