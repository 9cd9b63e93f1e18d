/* Planes and transposes with eight words a register, for blocks that targets/avx512_words.h opens. */

typedef uint64_t Lanes __attribute__((vector_size(64)));
enum { LANES = 8 };

#include "bits/words_avx512.h"

#include "bits/planes.h"

#include "bits/transpose.h"

static inline void transpose_words(Lanes v[8]) {
    V words[8];
    memcpy(words, v, sizeof words);
    transpose_8x8(words);
    memcpy(v, words, sizeof words);
}
