/* A family's struct and its tables from one list of its kernels. A kernel has the signature and the contract of its
 * entry, which stand in exports.h. */
#ifndef PARLEY_MEMBERS_H
#define PARLEY_MEMBERS_H

#include <stddef.h>
#include <stdint.h>

#include "shapes.h"

/* A pointer to functions of the entry's signature, for a struct. */
#define LIKE(entry) __typeof__(entry) *

/* For the table of a file that has every kernel of a list under its own name: {RING_KERNELS(OWN)}. */
#define OWN(kernel) .kernel = kernel,

#endif
