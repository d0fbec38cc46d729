#ifndef CONSULT_COPENSSL_SHIM_H
#define CONSULT_COPENSSL_SHIM_H

// OpenSSL's macros over SSL_ctrl and BIO_ctrl, which Swift does not import.

// SHA-1 without EVP is called deprecated; only there can the state of a keyed HMAC be prepared once and copied for each packet.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

static inline EVP_PKEY *co_ec_p256(void) { return EVP_EC_gen("P-256"); }

static inline void co_ssl_prepare_dtls(SSL *ssl, long mtu) {
  SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU);
  DTLS_set_link_mtu(ssl, mtu);
}

static inline int co_ssl_dtls_timeout(SSL *ssl, struct timeval *left) { return (int)DTLSv1_get_timeout(ssl, left); }
static inline int co_ssl_dtls_handle_timeout(SSL *ssl) { return (int)DTLSv1_handle_timeout(ssl); }
static inline void co_ssl_ctx_read_ahead(SSL_CTX *context) { SSL_CTX_set_read_ahead(context, 1); }
static inline size_t co_bio_pending(BIO *bio) { return BIO_ctrl_pending(bio); }
static inline void co_bio_mem_eof_is_retry(BIO *bio) { BIO_set_mem_eof_return(bio, -1); }
static inline int co_x509_set_not_before(X509 *x, long seconds) {
  return X509_gmtime_adj(X509_getm_notBefore(x), seconds) != NULL;
}
static inline int co_x509_set_not_after(X509 *x, long seconds) {
  return X509_gmtime_adj(X509_getm_notAfter(x), seconds) != NULL;
}

#endif
