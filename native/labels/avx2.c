/* AES-NI: a label a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "aes/blocks_avx2.h"
#include "aes/rekeyed.h"
#include "labels/fixed_key.h"
#include "labels/half_gates.h"
#include "labels/three_halves.h"
#include "labels/joint_gates.h"

#include "labels/circuits.h"

#include "labels/authenticated_circuits.h"
#include "labels/proved_circuits.h"

#include "labels/joint_circuits.h"

const LabelKernels labels_avx2 = {LABEL_KERNELS(OWN)};

#include "targets/end.h"

#endif
