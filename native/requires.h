/* What an entry asks of its caller, checked in every build: where lengths lie, and that arrays are there, are aligned and
 * do not overlap. An entry begins with it. A broken contract ends the entry before it has written anything, and is told to
 * Python, which raises it (native/contracts.py). */
#ifndef PARLEY_REQUIRES_H
#define PARLEY_REQUIRES_H

#include <stddef.h>
#include <stdint.h>

#define REQUIRES(condition) END_UNLESS(condition, #condition, )
#define REQUIRES_OR_ELSE(value, condition) END_UNLESS(condition, #condition, value)

#define END_UNLESS(condition, text, value)               \
    do {                                                 \
        if (__builtin_expect(!(condition), 0)) {         \
            contract_broken(__func__, text);             \
            return value;                                \
        }                                                \
    } while (0)

/* What is asked of the contents of arrays, which takes time or is secret: checked in builds with PARLEY_CHECK_CONTRACTS. */
#if defined(PARLEY_CHECK_CONTRACTS)
#define REQUIRES_OF_CONTENTS(condition) END_UNLESS(condition, #condition, )
#else
#define REQUIRES_OF_CONTENTS(condition) ((void)(0 && (condition)))
#endif

/* Remembers, for this thread, which entry asked for what. */
__attribute__((cold)) void contract_broken(const char *entry, const char *condition);

/* Whether an array of `bytes` bytes is there, and aligned as its type asks. */
#define there(x, bytes) ((bytes) == 0 || ((x) && (uintptr_t)(x) % _Alignof(__typeof__(*(x))) == 0))

/* Whether two arrays are there and have no byte in common. */
#define apart(x, x_bytes, y, y_bytes) (there(x, x_bytes) && there(y, y_bytes) && disjoint(x, x_bytes, y, y_bytes))

/* Whether two arrays of `bytes` bytes are there, and are one and the same or have no byte in common. */
#define same_or_apart(x, y, bytes) \
    (there(x, bytes) && there(y, bytes) && ((x) == (y) || disjoint(x, bytes, y, bytes)))

static inline int disjoint(const void *x, size_t x_bytes, const void *y, size_t y_bytes) {
    const uintptr_t a = (uintptr_t)x, b = (uintptr_t)y;
    return !x_bytes || !y_bytes || (a < b ? b - a >= x_bytes : a - b >= y_bytes);
}

#endif
