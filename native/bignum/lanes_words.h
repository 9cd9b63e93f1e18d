/* Numbers of 64-bit words, one after the other, to eight of them in lanes and back. The file
 * that includes this has included bignum/lanes_products.h. */

#include "targets/avx512_transpose.h"

/* Word i of eight numbers becomes the register i of out; with zeros for lanes without a number, and behind the last
 * word, two registers at least. */
static void gather_words(uint64_t *out, const uint64_t *const *numbers, size_t limbs, size_t lanes) {
    for (size_t i = 0; i < limbs; i += LANES) {
        V block[LANES];
        for (size_t lane = 0; lane < LANES; lane++)
            block[lane] = lane < lanes ? load_first(numbers[lane] + i, at_most(limbs - i, LANES)) : zero();
        transpose_8x8(block);
        for (size_t k = 0; k < LANES; k++) put(out, i + k, block[k]);
    }
    put(out, limbs, zero());
    put(out, limbs + 1, zero());
}

/* Word `place` of the row of each number's modulus. */
static V words_of_rows(Moduli m, size_t place, size_t lanes) {
    uint64_t words[LANES] = {0};
    for (size_t lane = 0; lane < lanes; lane++) words[lane] = m.rows[lane * m.step + place];
    return load(words);
}

static void scatter_words(uint64_t *words, const uint64_t *in, size_t limbs, size_t lanes) {
    for (size_t i = 0; i < limbs; i += LANES) {
        V block[LANES];
        for (size_t k = 0; k < LANES; k++) block[k] = i + k < limbs ? at(in, i + k) : zero();
        transpose_8x8(block);
        for (size_t lane = 0; lane < lanes; lane++)
            store_first(words + lane * limbs + i, at_most(limbs - i, LANES), block[lane]);
    }
}

/* Bits `bits` of x to the right or left; none are left from 64 on. */
INLINE V right(V x, size_t bits) { return _mm512_srl_epi64(x, _mm_cvtsi32_si128((int)bits)); }
INLINE V left(V x, size_t bits) { return _mm512_sll_epi64(x, _mm_cvtsi32_si128((int)bits)); }

/* Two words behind the number's last must be zero. */
static void digits_from_words(uint64_t *out, const uint64_t *words, size_t digits) {
    for (size_t i = 0; i < digits; i++) {
        const size_t word = i * DIGIT_BITS / 64, shift = i * DIGIT_BITS % 64;
        put(out, i, low_digit(_mm512_or_si512(right(at(words, word), shift), left(at(words, word + 1), 64 - shift))));
    }
}

/* Two digits behind the number's last must be zero. */
static void words_from_digits(uint64_t *out, const uint64_t *digits, size_t limbs) {
    for (size_t i = 0; i < limbs; i++) {
        const size_t digit = i * 64 / DIGIT_BITS, shift = i * 64 % DIGIT_BITS;
        const V low = right(at(digits, digit), shift), middle = left(at(digits, digit + 1), DIGIT_BITS - shift);
        put(out, i, _mm512_or_si512(_mm512_or_si512(low, middle), left(at(digits, digit + 2), 2 * DIGIT_BITS - shift)));
    }
}
