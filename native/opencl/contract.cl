/* The kernels of a device, in OpenCL C 1.2. The host compiles the files of this folder as one program, in the order
 * contract, words, matmul, montgomery, aes; or a vendor's tool chain does so beforehand.
 *
 * Words are ulong and mean elements of Z_2^64; all arithmetic wraps. Buffers overlap only where it is said. Lengths are
 * ulong; a work-item beyond the end does nothing, so global sizes may be rounded up.
 *
 * Time: control flow and addresses depend on lengths, shapes and shift counts alone, which are public, never on the
 * contents of buffers. The device must multiply integers in a time that does not depend on them; the processors, GPUs
 * and FPGAs that OpenCL drivers exist for do.
 *
 * LANES: how many independent numbers or block groups one work-item handles side by side in the kernels that cannot
 * be vectorised across work-items: 1 where work-items run in lockstep (GPU), the width of a register where they are
 * loops on a processor (4). */

#ifndef LANES
#define LANES 1
#endif

#define CONTRACT_VERSION 1

#if LANES == 1
typedef uint Narrow;
typedef ulong Wide;
typedef ulong2 Pairs;
#define NARROW(v) ((uint)(v))
#define WIDE(v) ((ulong)(v))
#define LANE_NUMBERS ((ulong)0)
#define PAIRS(a, b) ((ulong2)((a), (b)))
#elif LANES == 4
typedef uint4 Narrow;
typedef ulong4 Wide;
typedef ulong8 Pairs;
#define NARROW(v) convert_uint4(v)
#define WIDE(v) convert_ulong4(v)
#define LANE_NUMBERS ((ulong4)(0, 1, 2, 3))
#define PAIRS(a, b) ((ulong8)((a).s0, (b).s0, (a).s1, (b).s1, (a).s2, (b).s2, (a).s3, (b).s3))
#else
#error "LANES is 1 or 4"
#endif

/* What the host must know of a program that it did not compile: out[0] the version of this contract, out[1] LANES. */
kernel void parley_about(global uint *out) {
    out[0] = CONTRACT_VERSION;
    out[1] = LANES;
}
