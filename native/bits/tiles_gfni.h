/* Bit matrices of 64 rows with 512 columns and of 512 rows with 64 columns, transposed by GFNI and VBMI; see
 * docs/algorithms/bit_transpose.md. For a file that has opened targets/avx512_ice.h and included words_avx512.h.
 *
 * A strip is up to STRIP neighbouring tiles. Long rows are written for all of its tiles at once, eight at a time: a
 * cache keeps few lines of rows that lie a power of two apart, and a line that is written in two parts should not leave
 * it between them. */

enum { STRIP = 4 };

/* Byte j of word i <-> byte i of word j. */
static inline V bytes_transposed(V x) {
    const V from = _mm512_set_epi64(0x3f372f271f170f07, 0x3e362e261e160e06, 0x3d352d251d150d05, 0x3c342c241c140c04,
                                    0x3b332b231b130b03, 0x3a322a221a120a02, 0x3931292119110901, 0x3830282018100800);
    return _mm512_permutexvar_epi8(from, x);
}

/* Where bytes_transposed would put bytes, but each word's in the other order, as bits_transposed takes them: for bytes
 * of eight rows that lie `step` = 8 or 16 bytes apart, in one register or two. */
static inline V places_of_columns(int step) {
    const V rows = _mm512_set1_epi64(0x0001020304050607);
    const V columns = _mm512_set_epi64(0x0707070707070707, 0x0606060606060606, 0x0505050505050505, 0x0404040404040404,
                                       0x0303030303030303, 0x0202020202020202, 0x0101010101010101, 0);
    return _mm512_add_epi8(_mm512_slli_epi64(rows, step == 8 ? 3 : 4), columns);
}

/* In each word, bit b of byte 7 - i becomes bit i of byte b: the affine map takes its matrix from the data, and is
 * applied to the bytes 1, 2, 4, ..., 128. */
static inline V bits_transposed(V x) {
    return _mm512_gf2p8affine_epi64_epi8(_mm512_set1_epi64((long long)0x8040201008040201u), x, 0);
}

/* Eight registers of which byte b of word j of number i belongs to column 8 j + b: number j gets the columns 8 j to
 * 8 j + 7, a word each, its byte i from number i. */
static inline __attribute__((always_inline)) void gather_columns(V v[8]) {
    transpose_8x8(v);
    for (int j = 0; j < 8; j++) v[j] = bytes_transposed(v[j]);
}

/* 64 rows of 512 columns, of which `rows` are there and the others are 0, as gather_columns takes them: register
 * 8 l + g is number g for columns 64 l to 64 l + 63. */
static void wide_blocks(V blocks[64], const uint8_t *x, size_t step, size_t rows) {
    const V nothing = _mm512_setzero_si512();
    V v[8];
    for (size_t g = 0; g < 8; g++) {
        for (size_t i = 0; i < 8; i++)
            v[i] = 8 * g + i < rows ? _mm512_loadu_si512(x + (8 * g + i) * step) : nothing;
        transpose_8x8(v);
        for (size_t l = 0; l < 8; l++)
            blocks[8 * l + g] = bits_transposed(_mm512_permutexvar_epi8(places_of_columns(8), v[l]));
    }
}

/* The words at the beginning of eight rows, as bits_transposed takes them. */
static inline __attribute__((always_inline)) V eight_words(const uint8_t *x, size_t step) {
    if (step == 8) return _mm512_permutexvar_epi8(places_of_columns(8), _mm512_loadu_si512(x));
    const V offsets = _mm512_mullo_epi64(_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), spread(step));
    return _mm512_permutexvar_epi8(places_of_columns(8), _mm512_i64gather_epi64(offsets, x, 1));
}

/* The same where rows have 16 bytes: words 0 or words 1 of eight rows. Reads nothing beyond them. */
static inline V eight_of_pairs(const uint8_t *x, int upper) {
    const V places = _mm512_add_epi8(places_of_columns(16), _mm512_set1_epi8((char)(8 * upper)));
    return _mm512_permutex2var_epi8(_mm512_loadu_si512(x), places, _mm512_loadu_si512(x + 64));
}

/* 512 rows from x on, a word each, transposed but for the order of words: word l of register 8 j + b is word b of
 * register 8 j + l. `half` is 0 or 1 for a word of rows of 16 bytes, and -1 for rows of any step. */
static inline __attribute__((always_inline)) void tall_blocks(V blocks[64], const uint8_t *x, size_t step, int half) {
    V v[8];
    for (size_t l = 0; l < 8; l++) {
        for (size_t g = 0; g < 8; g++) {
            const uint8_t *rows = x + (64 * l + 8 * g) * step;
            v[g] = bits_transposed(half < 0 ? eight_words(rows, step) : eight_of_pairs(rows, half));
        }
        gather_columns(v);
        for (size_t j = 0; j < 8; j++) blocks[8 * j + l] = v[j];
    }
}

/* The first `columns` of the 64 rows that the blocks of a strip make up. */
static void store_blocks(uint8_t *out, size_t step, V blocks[STRIP][64], size_t columns, size_t tiles) {
    V v[8];
    for (size_t j = 0; j < columns; j += 8)
        for (size_t t = 0; t < tiles; t++) {
            for (size_t l = 0; l < 8; l++) v[l] = blocks[t][j + l];
            transpose_8x8(v);
            for (size_t b = 0; b < 8 && j + b < columns; b++) _mm512_storeu_si512(out + (j + b) * step + 64 * t, v[b]);
        }
}

/* Ask for the cache lines of tile t of the strip beside this one, while this one is worked on. */
static void fetch_next(const uint8_t *x, size_t step, size_t rows, size_t t) {
    for (size_t r = 0; r < rows; r++) __builtin_prefetch(x + r * step + 64 * (STRIP + t), 0, 2);
}

static void fetch_next_to_write(const uint8_t *out, size_t step, size_t rows, size_t t) {
    for (size_t r = 0; r < rows; r++) __builtin_prefetch(out + r * step + 64 * (STRIP + t), 1, 2);
}
