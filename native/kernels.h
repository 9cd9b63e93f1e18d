/* The contract of Parley's kernels: one struct of function pointers for each family, filled once for each instruction
 * set. What holds for all of them stands here; what each does, in its family's exports.h and contract.h.
 *
 * Words are uint64_t and mean elements of Z_2^64 unless a family says otherwise. Arrays are C-contiguous, of any
 * alignment that their type allows; a length of 0 is allowed everywhere. Kernels allocate nothing, keep no state and
 * call no one: any number of threads may run them, on parts of one array too.
 *
 * Aliasing: in the entries called elementwise `out` may be the very same array as any input; arrays that overlap in
 * part are not allowed. In all other entries `out` overlaps no input. The entries check that, and sizes, null pointers
 * and alignment, in every build; kernels rely on it (requires.h).
 *
 * Time: an entry's running time and memory accesses depend on lengths, shapes, shift counts and whatever its contract
 * calls public, never on the contents of arrays. An entry for which this fails ends in `_var`.
 */
#ifndef PARLEY_KERNELS_H
#define PARLEY_KERNELS_H

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Parley's kernels view words as little-endian bytes; this machine or compiler is not little-endian"
#endif

#include "members.h"

#include "aes/contract.h"
#include "bignum/contract.h"
#include "binary_field/contract.h"
#include "bits/contract.h"
#include "coins/contract.h"
#include "curve/contract.h"
#include "field/contract.h"
#include "function_sharing/contract.h"
#include "labels/contract.h"
#include "matmul/contract.h"
#include "ot/contract.h"
#include "pieces/contract.h"
#include "products/contract.h"
#include "ring/contract.h"
#include "sponge/contract.h"
#include "vole/contract.h"
#include "weights/contract.h"
#include "wide/contract.h"

/* The families: member, type of its struct. */
#define PARLEY_FAMILIES(FAMILY)              \
    FAMILY(ring, RingKernels)                \
    FAMILY(wide, WideKernels)                \
    FAMILY(matmul, MatmulKernels)            \
    FAMILY(weights, WeightKernels)           \
    FAMILY(pieces, PieceKernels)             \
    FAMILY(bits, BitKernels)                 \
    FAMILY(binary_field, BinaryFieldKernels) \
    FAMILY(mersenne61, FieldKernels)         \
    FAMILY(field64, FieldKernels)            \
    FAMILY(pseudo, FieldKernels)             \
    FAMILY(general, FieldKernels)            \
    FAMILY(field128, FieldKernels)           \
    FAMILY(bignum, BignumKernels)            \
    FAMILY(curve, CurveKernels)              \
    FAMILY(aes, AesKernels)                  \
    FAMILY(labels, LabelKernels)             \
    FAMILY(ot, OtKernels)                    \
    FAMILY(products, ProductKernels)         \
    FAMILY(vole, VoleKernels)                \
    FAMILY(function_sharing, FunctionSharingKernels) \
    FAMILY(coins, CoinKernels)               \
    FAMILY(sponge, SpongeKernels)

#define MEMBER(family, Type) Type family;
typedef struct {
    PARLEY_FAMILIES(MEMBER)
} Kernels;
#undef MEMBER

#endif
