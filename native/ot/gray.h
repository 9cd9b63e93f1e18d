/* The order in which streams are folded; see docs/algorithms/softspoken.md. */
#ifndef PARLEY_OT_GRAY_H
#define PARLEY_OT_GRAY_H

#include <stddef.h>

/* The t-th number in Gray's order; it differs from the one before in bit `changed(t)` alone. */
static inline size_t gray(size_t t) { return t ^ t >> 1; }
static inline size_t changed(size_t t) { return (size_t)__builtin_ctzl(t); }

#endif
