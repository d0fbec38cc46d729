#ifndef CONSULT_CWEBSOCKETS_SHIM_H
#define CONSULT_CWEBSOCKETS_SHIM_H

#include <libwebsockets.h>

/// Bytes libwebsockets wants free in front of every buffer handed to `lws_write` (the macro LWS_PRE).
static inline size_t cw_pre(void) { return LWS_PRE; }

#endif
