/* Arithmetic on lengths, which are public. */
#ifndef PARLEY_LENGTHS_H
#define PARLEY_LENGTHS_H

#include <stddef.h>

static inline size_t at_most(size_t value, size_t limit) { return value < limit ? value : limit; }

#endif
