/* The slow, obvious reference: plain C for any machine. Every other table must equal it bit for bit. */

#include "kernels.h"

#include <string.h>

static void add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] + y[i];
}

static void sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] - y[i];
}

static void neg(uint64_t *out, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = 0 - x[i];
}

static void mul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] * y[i];
}

static void recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de) {
    const uint64_t keep = with_de ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i++) out[i] = c[i] + d[i] * (b[i] + (e[i] & keep)) + e[i] * a[i];
}

static void shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = (x[i] + plus) >> s;
}

static void shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] << s;
}

static void matmul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner, size_t columns) {
    for (size_t i = 0; i < rows; i++) {
        uint64_t *row = out + i * columns;
        for (size_t j = 0; j < columns; j++) row[j] = 0;
        for (size_t l = 0; l < inner; l++)
            for (size_t j = 0; j < columns; j++) row[j] += x[i * inner + l] * y[l * columns + j];
    }
}

static void bit_and(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] & y[i];
}

static void bit_xor(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] ^ y[i];
}

static void bit_or(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] | y[i];
}

static void bit_not(uint64_t *out, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = ~x[i];
}

static uint64_t popcount(const uint64_t *x, size_t n) {
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t v = x[i];
        v -= (v >> 1) & 0x5555555555555555u;
        v = (v & 0x3333333333333333u) + ((v >> 2) & 0x3333333333333333u);
        v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
        total += (v * 0x0101010101010101u) >> 56;
    }
    return total;
}

static void pack(uint64_t *out, const uint8_t *bits, size_t count) {
    for (size_t i = 0; i < (count + 63) / 64; i++) out[i] = 0;
    for (size_t i = 0; i < count; i++) out[i / 64] |= (uint64_t)(bits[i] & 1) << (i % 64);
}

static void unpack(uint8_t *out, const uint64_t *words, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = (words[i / 64] >> (i % 64)) & 1;
}

static void planes(uint64_t *out, const uint64_t *x, size_t count, size_t bits) {
    const size_t width = (count + 63) / 64;
    for (size_t i = 0; i < bits * width; i++) out[i] = 0;
    for (size_t e = 0; e < count; e++)
        for (size_t i = 0; i < bits; i++) out[i * width + e / 64] |= ((x[e] >> i) & 1) << (e % 64);
}

static void from_planes(uint64_t *out, const uint64_t *rows, size_t count, size_t bits) {
    const size_t width = (count + 63) / 64;
    for (size_t e = 0; e < count; e++) {
        out[e] = 0;
        for (size_t i = 0; i < bits; i++) out[e] |= ((rows[i * width + e / 64] >> (e % 64)) & 1) << i;
    }
}

/* AES on eight bytes of the state at a time, each byte an element of GF(2^8) modulo x^8 + x^4 + x^3 + x + 1.
 * No table is indexed by a secret: SubBytes computes the inverse as the 254th power. */

#define EACH(byte) (0x0101010101010101u * (uint64_t)(byte))

static uint64_t times_x(uint64_t a) {
    const uint64_t top = a & EACH(0x80);
    return ((a ^ top) << 1) ^ ((top >> 7) * 0x1b);
}

static uint64_t field_mul(uint64_t a, uint64_t b) {
    uint64_t product = 0;
    for (int i = 0; i < 8; i++) {
        product ^= a & (((b >> i) & EACH(1)) * 0xff);
        a = times_x(a);
    }
    return product;
}

static uint64_t field_inverse(uint64_t a) {
    const uint64_t a2 = field_mul(a, a);
    const uint64_t a3 = field_mul(a2, a);
    const uint64_t a6 = field_mul(a3, a3);
    const uint64_t a12 = field_mul(a6, a6);
    uint64_t power = field_mul(a12, a3); /* a^15 */
    for (int i = 0; i < 4; i++) power = field_mul(power, power);
    return field_mul(field_mul(power, a12), a2); /* a^(240 + 12 + 2) */
}

static uint64_t rotate_each(uint64_t a, int s) {
    const uint64_t low = EACH(0xff >> s);
    return ((a & low) << s) | ((a & ~low) >> (8 - s));
}

static uint64_t sub_bytes(uint64_t a) {
    const uint64_t b = field_inverse(a);
    return b ^ rotate_each(b, 1) ^ rotate_each(b, 2) ^ rotate_each(b, 3) ^ rotate_each(b, 4) ^ EACH(0x63);
}

static void shift_rows(uint64_t state[2]) {
    uint8_t from[16], to[16];
    memcpy(from, state, 16);
    for (int i = 0; i < 16; i++) to[i] = from[(i + 4 * (i % 4)) % 16];
    memcpy(state, to, 16);
}

/* The bytes of each of the two columns, turned up by one place. */
static uint64_t turn(uint64_t columns) {
    return ((columns >> 8) & 0x00ffffff00ffffffu) | ((columns << 24) & 0xff000000ff000000u);
}

static uint64_t mix_columns(uint64_t a) {
    const uint64_t b = turn(a), c = turn(b), d = turn(c);
    return times_x(a ^ b) ^ b ^ c ^ d;
}

static void aes_encrypt(uint64_t state[2], const uint8_t round_keys[176]) {
    uint64_t keys[22];
    memcpy(keys, round_keys, 176);
    state[0] ^= keys[0];
    state[1] ^= keys[1];
    for (int round = 1; round <= 10; round++) {
        state[0] = sub_bytes(state[0]);
        state[1] = sub_bytes(state[1]);
        shift_rows(state);
        for (int half = 0; half < 2; half++) {
            if (round < 10) state[half] = mix_columns(state[half]);
            state[half] ^= keys[2 * round + half];
        }
    }
}

static void aes_expand_key(uint8_t round_keys[176], const uint8_t key[16]) {
    uint32_t w[44];
    uint32_t constant = 1;
    memcpy(w, key, 16);
    for (int i = 4; i < 44; i++) {
        uint32_t t = w[i - 1];
        if (i % 4 == 0) {
            t = (uint32_t)sub_bytes((t >> 8) | (t << 24)) ^ constant;
            constant = (uint32_t)times_x(constant);
        }
        w[i] = w[i - 4] ^ t;
    }
    memcpy(round_keys, w, 176);
}

static uint64_t byte_swap(uint64_t v) {
    uint64_t swapped = 0;
    for (int i = 0; i < 8; i++) swapped = (swapped << 8) | ((v >> (8 * i)) & 0xff);
    return swapped;
}

static void aes_ctr(uint8_t *out, const uint8_t round_keys[176], uint64_t high, uint64_t low, size_t blocks) {
    for (size_t i = 0; i < blocks; i++) {
        uint64_t state[2] = {byte_swap(high), byte_swap(low + i)};
        aes_encrypt(state, round_keys);
        memcpy(out + 16 * i, state, 16);
    }
}

const Kernels kernels_portable = {
    .name = "portable",
    .add = add,
    .sub = sub,
    .neg = neg,
    .mul = mul,
    .recombine = recombine,
    .shift_right = shift_right,
    .shift_left = shift_left,
    .matmul = matmul,
    .bit_and = bit_and,
    .bit_xor = bit_xor,
    .bit_or = bit_or,
    .bit_not = bit_not,
    .popcount = popcount,
    .pack = pack,
    .unpack = unpack,
    .planes = planes,
    .from_planes = from_planes,
    .aes_expand_key = aes_expand_key,
    .aes_ctr = aes_ctr,
};
