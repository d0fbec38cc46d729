#ifndef CONSULT_CCRYPT_SHIM_H
#define CONSULT_CCRYPT_SHIM_H

// libxcrypt, and the sizes of its buffers, one of which is a structure too large for Swift to import.

#include <crypt.h>

enum {
  cc_scratch_size = sizeof(struct crypt_data),
  cc_setting_size = CRYPT_GENSALT_OUTPUT_SIZE
};

#endif
