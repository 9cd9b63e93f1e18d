/* Functions in pieces of masked numbers. */
#ifndef PARLEY_PIECES_CONTRACT_H
#define PARLEY_PIECES_CONTRACT_H

#include "members.h"

#include "pieces/exports.h"

enum { PARLEY_PIECES_DEGREE = 8, PARLEY_PIECES_THRESHOLDS = 64 };

typedef struct {
    LIKE(parley_pieces_polynomials) polynomials;
    LIKE(parley_pieces_thermometers) thermometers;
    LIKE(parley_pieces_crossed) crossed;
} PieceKernels;

extern const PieceKernels pieces_portable, pieces_avx2, pieces_avx512;

#endif
