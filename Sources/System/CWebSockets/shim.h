#ifndef CONSULT_CWEBSOCKETS_SHIM_H
#define CONSULT_CWEBSOCKETS_SHIM_H

#include <libwebsockets.h>

/// Bytes libwebsockets wants free in front of every buffer handed to `lws_write` (the macro LWS_PRE).
static inline size_t cw_pre(void) { return LWS_PRE; }

/// The OpenSSL options that refuse TLS before 1.2 (macros that Swift doesn't import; RFC 8996).
static inline long cw_no_old_tls(void) { return SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1; }

/// A timer that starts itself again, so that `lws_service` never waits longer than `period`: the library runs a timer
/// that is due before it waits, and then waits for the next one.
typedef struct cw_ticker {
  lws_sorted_usec_list_t sul; // first: the callback finds the ticker by it
  struct lws_context *context;
  lws_usec_t period;
} cw_ticker;

static inline void cw_ticker_fired(lws_sorted_usec_list_t *sul) {
  cw_ticker *ticker = (cw_ticker *)sul;
  lws_sul_schedule(ticker->context, 0, sul, cw_ticker_fired, ticker->period);
}

static inline void cw_ticker_start(cw_ticker *ticker, struct lws_context *context, lws_usec_t period) {
  ticker->context = context;
  ticker->period = period;
  lws_sul_schedule(context, 0, &ticker->sul, cw_ticker_fired, period);
}

static inline void cw_ticker_stop(cw_ticker *ticker) { lws_sul_cancel(&ticker->sul); }

#endif
