#ifndef CONSULT_CWEBSOCKETS_SHIM_H
#define CONSULT_CWEBSOCKETS_SHIM_H

#include <libwebsockets.h>

/// Bytes libwebsockets wants free in front of every buffer handed to `lws_write` (the macro LWS_PRE).
static inline size_t cw_pre(void) { return LWS_PRE; }

/// The OpenSSL options that refuse TLS before 1.2 (macros that Swift doesn't import; RFC 8996).
static inline long cw_no_old_tls(void) { return SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1; }

#endif
