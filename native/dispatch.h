/* For the entries that Python calls: the kernels they go to. */
#ifndef PARLEY_DISPATCH_H
#define PARLEY_DISPATCH_H

#include "process_exports.h"
#include "kernels.h"
#include "requires.h"

extern const Kernels *selected;

#endif
