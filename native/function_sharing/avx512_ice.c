/* VAES: four keys a register, four registers at a time. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "aes/blocks_avx512_ice.h"
#include "aes/rekeyed.h"
#include "function_sharing/walks.h"

const FunctionSharingKernels function_sharing_avx512_ice = {OWN(point_deal) OWN(point_read)};

#include "targets/end.h"

#endif
