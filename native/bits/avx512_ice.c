/* VPOPCNTDQ: the ones of eight words an instruction. GFNI and VBMI: bit matrices. */

#include "kernels.h"
#include "lengths.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "bits/lanes_avx512.h"

#include "bits/tiles_gfni.h"

static uint64_t popcount(const uint64_t *x, size_t n) {
    V even = _mm512_setzero_si512(), odd = even;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        even = _mm512_add_epi64(even, _mm512_popcnt_epi64(load(x + i)));
        odd = _mm512_add_epi64(odd, _mm512_popcnt_epi64(load(x + i + 8)));
    }
    for (; i < n; i += 8) odd = _mm512_add_epi64(odd, _mm512_popcnt_epi64(load_first(x + i, at_most(n - i, 8))));
    return (uint64_t)_mm512_reduce_add_epi64(_mm512_add_epi64(even, odd));
}

/* The 64 bits of each of 64 columns, eight a register, to rows that are `step` bytes apart. */
static inline void store_columns(uint8_t *out, size_t step, const V columns[8]) {
    for (size_t i = 0; i < 8; i++) {
        if (step == 8) {
            _mm512_storeu_si512(out + 64 * i, columns[i]);
            continue;
        }
        uint64_t words[8];
        store(words, columns[i]);
        for (size_t b = 0; b < 8; b++) memcpy(out + (8 * i + b) * step, &words[b], sizeof words[b]);
    }
}

/* The same for 128 bits of each column and rows of 16 bytes. */
static inline void store_pairs(uint8_t *out, const V lower[8], const V upper[8]) {
    const V first = _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0), second = _mm512_add_epi64(first, spread(4));
    for (size_t i = 0; i < 8; i++) {
        _mm512_storeu_si512(out + 128 * i, _mm512_permutex2var_epi64(lower[i], first, upper[i]));
        _mm512_storeu_si512(out + 128 * i + 64, _mm512_permutex2var_epi64(lower[i], second, upper[i]));
    }
}

/* 64 rows (some may be missing: `rows` are there), `tiles` times 512 columns. */
static void wide_strip(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t rows, size_t tiles) {
    V blocks[64], v[8];
    for (size_t t = 0; t < tiles; t++) {
        fetch_next(x, x_step, rows, t);
        wide_blocks(blocks, x + 64 * t, x_step, rows);
        for (size_t l = 0; l < 64; l += 8) {
            for (size_t g = 0; g < 8; g++) v[g] = blocks[l + g];
            gather_columns(v);
            store_columns(out + (512 * t + 8 * l) * out_step, out_step, v);
        }
    }
}

/* 128 rows, which become rows of 16 bytes. */
static void wide_strip_of_pairs(uint8_t *out, const uint8_t *x, size_t x_step, size_t tiles) {
    V lower_blocks[64], upper_blocks[64], lower[8], upper[8];
    for (size_t t = 0; t < tiles; t++) {
        fetch_next(x, x_step, 64, t);
        wide_blocks(lower_blocks, x + 64 * t, x_step, 64);
        fetch_next(x + 64 * x_step, x_step, 64, t);
        wide_blocks(upper_blocks, x + 64 * x_step + 64 * t, x_step, 64);
        for (size_t l = 0; l < 64; l += 8) {
            for (size_t g = 0; g < 8; g++) lower[g] = lower_blocks[l + g];
            gather_columns(lower);
            for (size_t g = 0; g < 8; g++) upper[g] = upper_blocks[l + g];
            gather_columns(upper);
            store_pairs(out + (512 * t + 8 * l) * 16, lower, upper);
        }
    }
}

/* `tiles` times 512 rows with 64 columns, of which `columns` are wanted. */
static void tall_strip(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t columns, size_t tiles) {
    V blocks[STRIP][64];
    for (size_t t = 0; t < tiles; t++) {
        fetch_next_to_write(out, out_step, columns, t);
        if (x_step == 8)
            tall_blocks(blocks[t], x + 512 * t * 8, 8, -1);
        else
            tall_blocks(blocks[t], x + 512 * t * x_step, x_step, -1);
    }
    store_blocks(out, out_step, blocks, columns, tiles);
}

/* Rows of 16 bytes: 128 columns. */
static void tall_strip_of_pairs(uint8_t *out, size_t out_step, const uint8_t *x, size_t tiles) {
    V lower[STRIP][64], upper[STRIP][64];
    for (size_t t = 0; t < tiles; t++) {
        fetch_next_to_write(out, out_step, 128, t);
        tall_blocks(lower[t], x + 512 * t * 16, 16, 0);
        tall_blocks(upper[t], x + 512 * t * 16, 16, 1);
    }
    store_blocks(out, out_step, lower, 64, tiles);
    store_blocks(out + 64 * out_step, out_step, upper, 64, tiles);
}

/* What whole tiles make up: long_side x short_side bits, multiples of 512 and of 64. */
static void transpose_tiles(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t rows, size_t columns,
                            int wide) {
    const size_t far = wide ? columns : rows, near = wide ? rows : columns;
    for (size_t f = 0; f < far; f += 512 * STRIP) {
        const size_t tiles = at_most((far - f) / 512, STRIP);
        for (size_t s = 0; s < near;) {
            const size_t r = wide ? s : f, c = wide ? f : s, pairs = near - s >= 128;
            uint8_t *to = out + c * out_step + r / 8;
            const uint8_t *from = x + r * x_step + c / 8;
            if (wide && pairs && out_step == 16)
                wide_strip_of_pairs(to, from, x_step, tiles);
            else if (!wide && pairs && x_step == 16)
                tall_strip_of_pairs(to, out_step, from, tiles);
            else {
                (wide ? wide_strip : tall_strip)(to, out_step, from, x_step, 64, tiles);
                s += 64;
                continue;
            }
            s += 128;
        }
    }
}

static void transpose_with_tiles(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t rows,
                                 size_t columns) {
    const int wide = columns >= rows;
    const size_t whole_rows = rows - rows % (wide ? 64 : 512), whole_columns = columns - columns % (wide ? 512 : 64);
    transpose_tiles(out, out_step, x, x_step, whole_rows, whole_columns, wide);
    bit_transpose(out + whole_rows / 8, out_step, x + whole_rows * x_step, x_step, rows - whole_rows, whole_columns);
    bit_transpose(out + whole_columns * out_step, out_step, x + whole_columns / 8, x_step, rows, columns - whole_columns);
}

static void planes_with_tiles(uint64_t *out, const uint64_t *x, size_t count, size_t bits) {
    const size_t width = (count + 63) / 64, tiles = count / 512;
    for (size_t t = 0; t < tiles; t += STRIP)
        tall_strip((uint8_t *)(out + 8 * t), 8 * width, (const uint8_t *)(x + 512 * t), 8, bits, at_most(tiles - t, STRIP));
    planes_from(8 * tiles, out, x, count, bits);
}

static void from_planes_with_tiles(uint64_t *out, const uint64_t *rows, size_t count, size_t bits) {
    const size_t width = (count + 63) / 64, tiles = count / 512;
    for (size_t t = 0; t < tiles; t += STRIP)
        wide_strip((uint8_t *)(out + 512 * t), 8, (const uint8_t *)(rows + 8 * t), 8 * width, bits, at_most(tiles - t, STRIP));
    from_planes_from(8 * tiles, out, rows, count, bits);
}

const BitKernels bits_avx512_ice = {
    .popcount = popcount,
    .planes = planes_with_tiles,
    .from_planes = from_planes_with_tiles,
    .bit_transpose = transpose_with_tiles,
};

#include "targets/end.h"

#endif
