/* For this family's entries: the modulus that Python hands over, and the kernels for it. */
#ifndef PARLEY_FIELD_H
#define PARLEY_FIELD_H

#include <string.h>

#include "dispatch.h"

_Static_assert(sizeof(Field) <= 8 * sizeof(uint64_t), "exports.h promises room for it");

static inline Field field_of(const uint64_t *words) {
    Field f;
    memcpy(&f, words, sizeof f);
    return f;
}

/* How an entry begins: `f` is the modulus in the words that Python hands over. */
#define TAKE_FIELD(f, words)                       \
    REQUIRES(there(words, 8 * sizeof *(words)));   \
    const Field f = field_of(words);               \
    REQUIRES(f.kind > FIELD_NONE && f.kind < FIELD_KINDS)

static inline const FieldKernels *kernels_of(const Field *f) {
    switch (f->kind) {
        case FIELD_MERSENNE61:
            return &selected->mersenne61;
        case FIELD_FIELD64:
            return &selected->field64;
        case FIELD_PSEUDO:
            return &selected->pseudo;
        case FIELD_FIELD128:
            return &selected->field128;
        default:
            return &selected->general;
    }
}

/* Words an element. */
static inline size_t step_of(const Field *f) { return f->kind == FIELD_FIELD128 ? 2 : 1; }

static inline size_t bytes_of(size_t n, const Field *f) { return n * step_of(f) * sizeof(uint64_t); }

/* Writes n ones. */
static inline void ones(uint64_t *out, size_t n, const Field *f) {
    const size_t step = step_of(f);
    for (size_t i = 0; i < n * step; i++) out[i] = i % step == 0;
}

#endif
