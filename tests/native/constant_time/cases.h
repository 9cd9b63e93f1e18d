/* Entries of one family run on secret bytes, for two ways to show that no branch and no address depends on a secret:
 * under valgrind with the secret marked as undefined, and instruction by instruction for several secrets (tracer.c).
 *
 * FAMILY.c defines `cases`, which ends with an empty one. A case takes its secret operands from `secret`, may overwrite
 * them, and writes what it computes to `out`. Lengths and everything else that is public are constants in it. Keep a
 * case below some ten thousand instructions: tracing is slow.
 */
#ifndef PARLEY_CONSTANT_TIME_CASES_H
#define PARLEY_CONSTANT_TIME_CASES_H

#include <stddef.h>
#include <stdint.h>

enum { SECRET_WORDS = 1 << 12, OUT_WORDS = 1 << 13 };

typedef struct {
    const char *name;
    void (*run)(uint64_t *out, uint64_t *secret);
} Case;

extern const Case cases[];

#endif
