/* The product of two numbers of 52-bit digits, eight digits a register; for single_avx512_ice.c. */

enum { MOST_DIGITS = 160, MOST_REGISTERS = MOST_DIGITS / 8 };

/* x / 2^52 in digits, where `above` is the register that follows x. */
INLINE V next_digits(V x, V above) { return _mm512_alignr_epi64(above, x, 1); }

INLINE uint64_t first_word(V x) { return (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(x)); }

/* out = sums with every digit below 2^52; the digits come with at most 12 bits too many, the whole fits.
 * Once each digit has got the upper bits of the one below it, carries are single bits: they start where a digit is over
 * the mask and pass through those that equal it, which is what an addition of the two masks does. */
INLINE void carry_over(uint64_t *out, V *sums, const int REGISTERS) {
    uint64_t starts[3] = {0}, passes[3] = {0}, carry = 0;
    const V mask = spread(DIGIT_MASK);
    V above = zero();
    UNROLL for (int v = 0; v < REGISTERS; v++) {
        const V next = above_digit(sums[v]);
        sums[v] = add(low_digit(sums[v]), _mm512_alignr_epi64(next, above, 7));
        above = next;
        starts[v / 8] |= (uint64_t)_mm512_cmpgt_epu64_mask(sums[v], mask) << v % 8 * 8;
        passes[v / 8] |= (uint64_t)_mm512_cmpeq_epi64_mask(sums[v], mask) << v % 8 * 8;
    }
    for (int i = 0; i < 3; i++) {
        const uint64_t incoming = starts[i] << 1 | carry, total = incoming + passes[i];
        carry = starts[i] >> 63 | (total < incoming);
        passes[i] ^= total;
    }
    UNROLL for (int v = 0; v < REGISTERS; v++) {
        const __mmask8 plus_one = (__mmask8)(passes[v / 8] >> v % 8 * 8);
        store(out + 8 * v, low_digit(_mm512_mask_add_epi64(sums[v], plus_one, sums[v], spread(1))));
    }
}

/* The lower and the upper 52 bits of x * y for words below 2^52. */
INLINE uint64_t low_half(uint64_t x, uint64_t y) { return x * y & DIGIT_MASK; }
INLINE uint64_t high_half(uint64_t x, uint64_t y) { return (uint64_t)((unsigned __int128)(x << 12) * y >> 64); }

/* out = x * y / R mod n, below 2 n for x * y < R n + 4 n^2: Gueron and Krasnov, "Software implementation of modular
 * exponentiation, using advanced vector instructions architectures", WAIFI 2012, in radix 2^52.
 * Each step adds the multiple m of n that clears the lowest digit, moves all sums one digit down, and adds x * (a digit
 * of y). The next m waits for the next lowest digit alone, so that one is computed ahead in a general register, from
 * what the sums held before this step's m; the first register's terms of n are summed apart for its sake. Hiding the
 * pointers keeps the compiler from holding all of x and n in registers that the sums need. */
INLINE void almost_montgomery(uint64_t *out, const uint64_t *x, const uint64_t *y, const uint64_t *n, uint64_t inverse,
                              size_t digits, const int REGISTERS) {
    V sums[MOST_REGISTERS], of_n = zero(), factor = spread(y[0]);
    UNROLL for (int v = 0; v < REGISTERS; v++) sums[v] = add_low(zero(), load(x + 8 * v), factor);
    uint64_t lowest = first_word(sums[0]);
    for (size_t i = 0; i < digits; i++) {
        __asm__ volatile("" : "+r"(x), "+r"(n));
        const uint64_t next_digit = i + 1 < digits ? y[i + 1] : 0, m_digit = low_half(lowest, inverse);
        const V m = spread(m_digit), ahead = next_digits(add(sums[0], of_n), zero());
        lowest = ((lowest + DIGIT_MASK) >> DIGIT_BITS) + first_word(ahead) + high_half(x[0], y[i]) +
                 low_half(x[0], next_digit) + high_half(n[0], m_digit) + low_half(n[1], m_digit);
        of_n = next_digits(add_low(of_n, load(n), m), zero());
        of_n = add_high(of_n, load(n), m);
        UNROLL for (int v = 1; v < REGISTERS; v++) sums[v] = add_low(sums[v], load(n + 8 * v), m);
        UNROLL for (int v = 0; v < REGISTERS; v++)
            sums[v] = next_digits(sums[v], v + 1 < REGISTERS ? sums[v + 1] : zero());
        UNROLL for (int v = 1; v < REGISTERS; v++) sums[v] = add_high(sums[v], load(n + 8 * v), m);
        UNROLL for (int v = 0; v < REGISTERS; v++) sums[v] = add_high(sums[v], load(x + 8 * v), factor);
        factor = spread(next_digit);
        UNROLL for (int v = 0; v < REGISTERS; v++) sums[v] = add_low(sums[v], load(x + 8 * v), factor);
    }
    sums[0] = _mm512_mask_set1_epi64(add(sums[0], of_n), 1, (long long)lowest);
    carry_over(out, sums, REGISTERS);
}

/* CALL(registers) with a constant, so that the sums of each length have registers of their own. */
#define WITH_REGISTERS(registers, CALL) \
    switch (registers) {                \
    case 1: CALL(1); break;             \
    case 2: CALL(2); break;             \
    case 3: CALL(3); break;             \
    case 4: CALL(4); break;             \
    case 5: CALL(5); break;             \
    case 6: CALL(6); break;             \
    case 7: CALL(7); break;             \
    case 8: CALL(8); break;             \
    case 9: CALL(9); break;             \
    case 10: CALL(10); break;           \
    case 11: CALL(11); break;           \
    case 12: CALL(12); break;           \
    case 13: CALL(13); break;           \
    case 14: CALL(14); break;           \
    case 15: CALL(15); break;           \
    case 16: CALL(16); break;           \
    case 17: CALL(17); break;           \
    case 18: CALL(18); break;           \
    case 19: CALL(19); break;           \
    default: CALL(20);                  \
    }
