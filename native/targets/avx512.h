/* Opens a block of functions for AVX-512 F, BW, DQ and VL beside all of targets/avx2.h; targets/end.h closes it. */

#include <immintrin.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target( \
    "avx2,popcnt,aes,pclmul,bmi2,avx512f,avx512bw,avx512dq,avx512vl"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,aes,pclmul,bmi2,avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")
#endif

#include "targets/avx512_words.h"
