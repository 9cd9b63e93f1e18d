/* Products of polynomials in registers and their reduction, for both fields, from carry-less products of words; see
 * docs/algorithms/binary_fields.md. To be included once by a file that defines V and
 *   CARRYLESS(x, y, which)   in each 128 bits, the product of a word of x (bit 0 of `which`) and one of y (bit 4)
 *   both, any_odd            x ^ y, x ^ y ^ z
 *   words_swapped            in each 128 bits, the words in the other order
 *   word_up, word_down       in each 128 bits, the lower word to the upper place, the upper to the lower; 0 comes in
 *   lower_words, upper_words the lower (upper) words of x and y: x0 y0 x2 y2 ...
 *   LEFT, RIGHT              shifts of words
 *   from_table(low, high, x) byte x of the 16 bytes of two words, for each byte of x below 16
 *   spread                   one word in all places */

typedef struct {
    V low, high, cross; /* low + x^64 (cross - low - high) + x^128 high */
} Unreduced_128;

static inline V sum_of_words(V x) { return both(x, words_swapped(x)); }

/* Karatsuba and Ofman, 1962: three products of words for four. */
static inline void add_product_128(Unreduced_128 *sum, V x, V y) {
    sum->low = both(sum->low, CARRYLESS(x, y, 0x00));
    sum->high = both(sum->high, CARRYLESS(x, y, 0x11));
    sum->cross = both(sum->cross, CARRYLESS(sum_of_words(x), sum_of_words(y), 0x00));
}

static inline void add_square_128(Unreduced_128 *sum, V x) {
    const V low = CARRYLESS(x, x, 0x00), high = CARRYLESS(x, x, 0x11);
    sum->low = both(sum->low, low);
    sum->high = both(sum->high, high);
    sum->cross = any_odd(sum->cross, low, high);
}

/* x^128 = x^7 + x^2 + x + 1 = 0x87. The upper word of `high` stands at x^192, so its multiple of 0x87 joins what stands at x^64;
 * then all that is left at x^128 is one word. */
static inline V reduced_128(Unreduced_128 sum) {
    const V modulus = spread(0x87);
    const V middle = both(any_odd(sum.cross, sum.low, sum.high), CARRYLESS(sum.high, modulus, 0x01));
    const V rest = CARRYLESS(both(sum.high, word_down(middle)), modulus, 0x00);
    return any_odd(sum.low, word_up(middle), rest);
}

typedef struct {
    V even, odd; /* products of the words at even and at odd places */
} Unreduced_64;

static inline void add_product_64(Unreduced_64 *sum, V x, V y) {
    sum->even = both(sum->even, CARRYLESS(x, y, 0x00));
    sum->odd = both(sum->odd, CARRYLESS(x, y, 0x11));
}

static inline void add_square_64(Unreduced_64 *sum, V x) { add_product_64(sum, x, x); }

/* x^64 = x^4 + x^3 + x + 1 = (x + 1) (x^3 + 1), by shifts; what the four topmost bits lift beyond x^63 comes back from
 * a table in a register: for bits h it is (h + h / x + h / x^3) (x^4 + x^3 + x + 1). */
static inline V reduced_64(Unreduced_64 sum) {
    const V low = lower_words(sum.even, sum.odd), high = upper_words(sum.even, sum.odd);
    const V beyond = from_table(0x6c77415a362d1b00, (long long)0xc3d8eef59982b4afu, RIGHT(high, 60));
    const V once = both(high, LEFT(high, 1));
    return both(any_odd(low, once, LEFT(once, 3)), beyond);
}
