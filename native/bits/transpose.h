/* The transpose of any bit matrix by blocks of 64 x 64, LANES of them side by side; see docs/algorithms/
 * bit_transpose.md. To be included after bits/planes.h by a file that defines
 * transpose_words (v[i] lane j <-> v[j] lane i for LANES registers, in place). */

typedef uint8_t Bytes; /* of rows that may begin anywhere */

/* The first `count` bytes, or all of a register; the others are zero. */
static inline Lanes load_bytes(const Bytes *p, size_t count) {
    Lanes v = {0};
    if (count >= sizeof v)
        memcpy(&v, p, sizeof v);
    else
        memcpy(&v, p, count);
    return v;
}

static inline void store_bytes(Bytes *p, Lanes v, size_t count) {
    if (count >= sizeof v)
        memcpy(p, &v, sizeof v);
    else
        memcpy(p, &v, count);
}

static inline uint64_t load_word(const Bytes *p, size_t count) {
    uint64_t word = 0;
    if (count >= sizeof word)
        memcpy(&word, p, sizeof word);
    else
        memcpy(&word, p, count);
    return word;
}

static inline void store_word(Bytes *p, uint64_t word, size_t count) {
    if (count >= sizeof word)
        memcpy(p, &word, sizeof word);
    else
        memcpy(p, &word, count);
}

/* A matrix, or what of it begins at some byte: its rows begin `step` bytes apart, of which `rows` are left, each with
 * `bytes` bytes left. */
typedef struct {
    const Bytes *first;
    size_t step, rows, bytes;
} Source;

typedef struct {
    Bytes *first;
    size_t step, rows, bytes;
} Target;

/* 64 rows with LANES words each: lane l becomes the words of rows 64 l, 64 l + 1, ... of the target. */
static void wide_block(Target out, Source x) {
    Lanes rows[64];
    for (size_t r = 0; r < 64; r++) {
        rows[r] = r < x.rows ? load_bytes(x.first + r * x.step, x.bytes) : (Lanes){0};
        __builtin_prefetch(x.first + at_most(r, x.rows - 1) * x.step + 2 * sizeof(Lanes));
    }
    transpose_bits(rows);
    for (size_t l = 0; l < LANES; l++)
        for (size_t r = 0; r < 64 && 64 * l + r < out.rows; r++)
            store_word(out.first + (64 * l + r) * out.step, rows[r][l], out.bytes);
}

/* 64 LANES rows with one word each: the other way round. */
static void tall_block(Target out, Source x) {
    Lanes rows[64];
    for (size_t r = 0; r < 64; r++)
        for (size_t l = 0; l < LANES; l++) {
            const size_t row = 64 * l + r;
            rows[r][l] = row < x.rows ? load_word(x.first + row * x.step, x.bytes) : 0;
        }
    transpose_bits(rows);
    for (size_t r = 0; r < 64 && r < out.rows; r++) {
        store_bytes(out.first + r * out.step, rows[r], out.bytes);
        __builtin_prefetch(out.first + r * out.step + 2 * sizeof(Lanes), 1);
    }
}

static void bit_transpose(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t rows, size_t columns) {
    const size_t row_bytes = (columns + 7) / 8, column_bytes = (rows + 7) / 8;
    const size_t wide = columns >= rows;
    const size_t down = wide ? 64 : 64 * LANES, across = wide ? 64 * LANES : 64;
    for (size_t far = 0; far < (wide ? columns : rows); far += 64 * LANES)
        for (size_t near = 0; near < (wide ? rows : columns); near += 64) {
            const size_t r = wide ? near : far, c = wide ? far : near;
            const Source source = {x + r * x_step + c / 8, x_step, at_most(rows - r, down), row_bytes - c / 8};
            const Target target = {out + c * out_step + r / 8, out_step, at_most(columns - c, across),
                                   column_bytes - r / 8};
            (wide ? wide_block : tall_block)(target, source);
        }
}
