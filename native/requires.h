/* Contracts that are checked in builds with PARLEY_CHECK_CONTRACTS and cost nothing in others. */
#ifndef PARLEY_REQUIRES_H
#define PARLEY_REQUIRES_H

#include <stddef.h>
#include <stdint.h>

#if defined(PARLEY_CHECK_CONTRACTS)

#include <stdio.h>
#include <stdlib.h>

#define REQUIRES(condition) ((condition) ? (void)0 : contract_broken(#condition, __FILE__, __LINE__))

static inline void contract_broken(const char *condition, const char *file, int line) {
    fprintf(stderr, "%s:%d: the caller broke the contract: %s\n", file, line, condition);
    abort();
}

#else

#define REQUIRES(condition) ((void)(0 && (condition)))

#endif

/* Whether two arrays have no byte in common. */
static inline int apart(const void *x, size_t x_bytes, const void *y, size_t y_bytes) {
    const uintptr_t a = (uintptr_t)x, b = (uintptr_t)y;
    return !x_bytes || !y_bytes || (a < b ? b - a >= x_bytes : a - b >= y_bytes);
}

/* Whether two arrays of `bytes` bytes are one and the same or have no byte in common. */
static inline int same_or_apart(const void *x, const void *y, size_t bytes) {
    return x == y || apart(x, bytes, y, bytes);
}

#endif
