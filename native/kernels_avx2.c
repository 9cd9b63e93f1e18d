/* AVX2 and AES-NI. */

#include "kernels.h"

const Kernels kernels_avx2 = {.name = "avx2"};
