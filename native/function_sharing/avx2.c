/* AES-NI: a key a register, four registers at a time. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "aes/blocks_avx2.h"
#include "aes/rekeyed.h"
#include "function_sharing/walks.h"

const FunctionSharingKernels function_sharing_avx2 = {OWN(point_deal) OWN(point_read)};

#include "targets/end.h"

#endif
