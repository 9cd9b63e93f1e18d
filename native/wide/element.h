/* One element of Z_2^128. */
#ifndef PARLEY_WIDE_ELEMENT_H
#define PARLEY_WIDE_ELEMENT_H

#include <stddef.h>
#include <stdint.h>

typedef unsigned __int128 Element;

static inline Element element(const uint64_t *words) { return (Element)words[1] << 64 | words[0]; }

static inline void put_element(uint64_t *words, Element e) {
    words[0] = (uint64_t)e;
    words[1] = (uint64_t)(e >> 64);
}

#endif
