/* Products of eight words of one number with the words of another, which slide past them. For blocks that targets/adx.h
 * opens.
 *
 * A sum of nine words moves up by one word with every step: its lower eight are the window w0, ..., w7. A step takes up a
 * word of memory and a word times eight rows, and puts the lowest word back:
 *
 *     window + word 2^512 + ... <= (2^512 - 1) + (2^64 - 1) + (2^64 - 1) (2^512 - 1) = 2^576 - 1
 *
 * so that nine words always hold it. */

/* Two chains of carries: OF for the lower halves of products, CF for the upper ones. */
#define ROW(row, lower, upper)                \
    "mulx %[" row "], %[low], %[high]\n\t"    \
    "adox %[low], %[" lower "]\n\t"           \
    "adcx %[high], %[" upper "]\n\t"

/* Afterwards the window is w1, ..., w7, w0. */
#define STEP(sum, word, rows, w0, w1, w2, w3, w4, w5, w6, w7)                                                          \
    do {                                                                                                               \
        uint64_t low, high;                                                                                            \
        __asm__("xorl %k[low], %k[low]\n\t"                                                                            \
                "adcx %[memory], %[a0]\n\t" ROW("r0", "a0", "a1")                                                      \
                "movq %[a0], %[memory]\n\t" ROW("r1", "a1", "a2") ROW("r2", "a2", "a3") ROW("r3", "a3", "a4")          \
                ROW("r4", "a4", "a5") ROW("r5", "a5", "a6") ROW("r6", "a6", "a7")                                      \
                "mulx %[r7], %[low], %[a0]\n\t"                                                                        \
                "adox %[low], %[a7]\n\t"                                                                               \
                "movl $0, %k[low]\n\t"                                                                                 \
                "adcx %[low], %[a0]\n\t"                                                                               \
                "adox %[low], %[a0]"                                                                                   \
                : [a0] "+&r"(w0), [a1] "+&r"(w1), [a2] "+&r"(w2), [a3] "+&r"(w3), [a4] "+&r"(w4), [a5] "+&r"(w5),      \
                  [a6] "+&r"(w6), [a7] "+&r"(w7), [memory] "+m"(sum), [low] "=&r"(low), [high] "=&r"(high)             \
                : "d"(word), [r0] "m"((rows)[0]), [r1] "m"((rows)[1]), [r2] "m"((rows)[2]), [r3] "m"((rows)[3]),       \
                  [r4] "m"((rows)[4]), [r5] "m"((rows)[5]), [r6] "m"((rows)[6]), [r7] "m"((rows)[7])                   \
                : "cc");                                                                                               \
    } while (0)

/* Step i takes word(i); afterwards the window is w0, ..., w7 again. */
#define EIGHT_STEPS(sums, word, rows)                                        \
    do {                                                                     \
        STEP((sums)[0], word(0), rows, w0, w1, w2, w3, w4, w5, w6, w7);      \
        STEP((sums)[1], word(1), rows, w1, w2, w3, w4, w5, w6, w7, w0);      \
        STEP((sums)[2], word(2), rows, w2, w3, w4, w5, w6, w7, w0, w1);      \
        STEP((sums)[3], word(3), rows, w3, w4, w5, w6, w7, w0, w1, w2);      \
        STEP((sums)[4], word(4), rows, w4, w5, w6, w7, w0, w1, w2, w3);      \
        STEP((sums)[5], word(5), rows, w5, w6, w7, w0, w1, w2, w3, w4);      \
        STEP((sums)[6], word(6), rows, w6, w7, w0, w1, w2, w3, w4, w5);      \
        STEP((sums)[7], word(7), rows, w7, w0, w1, w2, w3, w4, w5, w6);      \
    } while (0)

typedef struct {
    uint64_t word[ROWS];
} Window;

/* t += x rows for x of `size` words, a multiple of ROWS; returns what is above them, beside what came from below. */
static inline __attribute__((always_inline)) Window slide(uint64_t *t, const uint64_t *x, size_t size,
                                                          const uint64_t *rows, Window w) {
    uint64_t w0 = w.word[0], w1 = w.word[1], w2 = w.word[2], w3 = w.word[3];
    uint64_t w4 = w.word[4], w5 = w.word[5], w6 = w.word[6], w7 = w.word[7];
#define WORD(i) x[j + (i)]
    for (size_t j = 0; j < size; j += ROWS) EIGHT_STEPS(t + j, WORD, rows);
#undef WORD
    return (Window){{w0, w1, w2, w3, w4, w5, w6, w7}};
}

/* Takes so many quotient digits that `count` words of t become zero, each digit from the sum of those before it; the other
 * digits are zero. The moduli's lowest ROWS words are the rows. */
static inline __attribute__((always_inline)) Window divide(uint64_t *m, uint64_t *t, const uint64_t *n, uint64_t inverse,
                                                           size_t count) {
    uint64_t w0 = 0, w1 = 0, w2 = 0, w3 = 0, w4 = 0, w5 = 0, w6 = 0, w7 = 0;
#define DIGIT(i) (m[i] = (i) < count ? (w##i + t[i]) * inverse : 0)
    EIGHT_STEPS(t, DIGIT, n);
#undef DIGIT
    return (Window){{w0, w1, w2, w3, w4, w5, w6, w7}};
}

/* Subtracts with a borrow and sets or clears the next. */
#define BORROW(place)                        \
    "movq " place "(%[x]), %[word]\n\t"      \
    "sbbq " place "(%[y]), %[word]\n\t"      \
    "movq %[word], " place "(%[out])\n\t"

/* out = x - y - borrow for ROWS words; 1 where it borrows. */
static inline uint64_t subtract_rows(uint64_t *out, const uint64_t *x, const uint64_t *y, uint64_t borrow) {
    uint64_t word;
    __asm__ volatile("addq $-1, %[borrow]\n\t" BORROW("") BORROW("8") BORROW("16") BORROW("24") BORROW("32") BORROW("40")
            BORROW("48") BORROW("56")
            "sbbq %[borrow], %[borrow]\n\t"
            "negq %[borrow]"
            : [borrow] "+&r"(borrow), [word] "=&r"(word)
            : [x] "r"(x), [y] "r"(y), [out] "r"(out)
            : "cc", "memory");
    return borrow;
}
