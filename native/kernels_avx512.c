/* AVX-512 (F, BW, DQ, VL), and VAES in a table of its own. */

#include "kernels.h"

const Kernels kernels_avx512 = {.name = "avx512"};
const Kernels kernels_avx512_vaes = {.name = "avx512-vaes"};
