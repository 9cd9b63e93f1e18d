/* Finds the tables this processor can run, fills their gaps, and hands every call to the selected one. */

#include "kernels.h"

#include "exports.h"

#include <string.h>

#if defined(__x86_64__)

#include <cpuid.h>

enum { STATE_AVX = 0x06, STATE_AVX512 = 0xe6 };

/* The register states that the operating system saves (XCR0); 0 where it saves none. */
static unsigned saved_states(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 0;
    __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    return a;
}

static int runs_avx2(void) {
    unsigned a, b, c, d;
    if ((saved_states() & STATE_AVX) != STATE_AVX) return 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_POPCNT) || !(c & bit_AES)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2);
}

static int runs_avx512(void) {
    const unsigned needed = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    unsigned a, b, c, d;
    if (!runs_avx2() || (saved_states() & STATE_AVX512) != STATE_AVX512) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & needed) == needed;
}

static int runs_avx512_vaes(void) {
    const unsigned vaes = 1u << 9;
    unsigned a, b, c, d;
    return runs_avx512() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & vaes);
}

#else

static int runs_avx2(void) { return 0; }
static int runs_avx512(void) { return 0; }
static int runs_avx512_vaes(void) { return 0; }

#endif

static int runs_portable(void) { return 1; }

static const struct {
    const Kernels *table;
    int (*runs)(void);
} candidates[] = {
    /* From the slowest to the fastest: each table's gaps are filled from the one before it. */
    {&kernels_portable, runs_portable},
    {&kernels_avx2, runs_avx2},
    {&kernels_avx512, runs_avx512},
    {&kernels_avx512_vaes, runs_avx512_vaes},
};

enum { CANDIDATES = sizeof candidates / sizeof candidates[0] };

static Kernels tables[CANDIDATES]; /* complete ones, slowest first */
static int table_count;
static const Kernels *selected;

#define FILL(entry) \
    if (!table->entry) table->entry = next->entry

static void fill_gaps(Kernels *table, const Kernels *next) {
    FILL(add);
    FILL(sub);
    FILL(neg);
    FILL(mul);
    FILL(recombine);
    FILL(shift_right);
    FILL(shift_left);
    FILL(matmul);
    FILL(bit_and);
    FILL(bit_xor);
    FILL(bit_or);
    FILL(bit_not);
    FILL(popcount);
    FILL(pack);
    FILL(unpack);
    FILL(planes);
    FILL(from_planes);
    FILL(aes_expand_key);
    FILL(aes_ctr);
}

void parley_start(void) {
    table_count = 0;
    for (int i = 0; i < CANDIDATES; i++) {
        if (!candidates[i].runs()) continue;
        tables[table_count] = *candidates[i].table;
        if (table_count) fill_gaps(&tables[table_count], &tables[table_count - 1]);
        table_count++;
    }
    selected = &tables[table_count - 1];
}

int parley_implementation_count(void) { return table_count; }

const char *parley_implementation_name(int index) { return tables[table_count - 1 - index].name; }

void parley_select(int index) { selected = &tables[table_count - 1 - index]; }

int parley_selected(void) { return table_count - 1 - (int)(selected - tables); }

int parley_has_fast_aes(void) { return selected->aes_ctr != kernels_portable.aes_ctr; }

void parley_add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) { selected->add(out, x, y, n); }

void parley_sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) { selected->sub(out, x, y, n); }

void parley_neg(uint64_t *out, const uint64_t *x, size_t n) { selected->neg(out, x, n); }

void parley_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) { selected->mul(out, x, y, n); }

void parley_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de) {
    selected->recombine(out, c, d, b, e, a, n, with_de);
}

void parley_shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n) {
    selected->shift_right(out, x, plus, s, n);
}

void parley_shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) { selected->shift_left(out, x, s, n); }

void parley_matmul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t batch, size_t x_step, size_t y_step,
                   size_t rows, size_t inner, size_t columns) {
    for (size_t i = 0; i < batch; i++)
        selected->matmul(out + i * rows * columns, x + i * x_step, y + i * y_step, rows, inner, columns);
}

void parley_bit_and(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) { selected->bit_and(out, x, y, n); }

void parley_bit_xor(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) { selected->bit_xor(out, x, y, n); }

void parley_bit_or(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) { selected->bit_or(out, x, y, n); }

void parley_bit_not(uint64_t *out, const uint64_t *x, size_t n) { selected->bit_not(out, x, n); }

uint64_t parley_popcount(const uint64_t *x, size_t n) { return selected->popcount(x, n); }

void parley_pack(uint64_t *out, const uint8_t *bits, size_t length) { selected->pack(out, bits, length); }

void parley_unpack(uint8_t *out, const uint64_t *words, size_t length) { selected->unpack(out, words, length); }

void parley_planes(uint64_t *out, const uint64_t *x, size_t length, size_t bits) {
    selected->planes(out, x, length, bits);
}

void parley_from_planes(uint64_t *out, const uint64_t *rows, size_t length, size_t bits) {
    selected->from_planes(out, rows, length, bits);
}

void parley_aes_expand_key(uint8_t *round_keys, const uint8_t *key) { selected->aes_expand_key(round_keys, key); }

/* Copies part of one block of the key stream. */
static void part_of_block(uint8_t *out, const uint8_t *round_keys, uint64_t high, uint64_t low, size_t from,
                          size_t length) {
    uint8_t block[16];
    selected->aes_ctr(block, round_keys, high, low, 1);
    memcpy(out, block + from, length);
}

void parley_aes_ctr(uint8_t *out, const uint8_t *round_keys, uint64_t high, uint64_t low, size_t skip,
                    size_t length) {
    if (skip) {
        const size_t head = length < 16 - skip ? length : 16 - skip;
        part_of_block(out, round_keys, high, low++, skip, head);
        out += head;
        length -= head;
    }
    const size_t blocks = length / 16;
    selected->aes_ctr(out, round_keys, high, low, blocks);
    if (length % 16) part_of_block(out + 16 * blocks, round_keys, high, low + blocks, 0, length % 16);
}
