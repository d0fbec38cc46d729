#ifndef CONSULT_COPENBLAS_SHIM_H
#define CONSULT_COPENBLAS_SHIM_H

// OpenBLAS: matrix products.

#include <cblas.h>

#endif
