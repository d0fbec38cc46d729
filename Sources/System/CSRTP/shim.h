#ifndef CONSULT_CSRTP_SHIM_H
#define CONSULT_CSRTP_SHIM_H

#include <srtp2/srtp.h>

#endif
