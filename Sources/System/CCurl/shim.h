#ifndef CONSULT_CCURL_SHIM_H
#define CONSULT_CCURL_SHIM_H

// libcurl, and its variadic calls once for each type of value, since Swift imports no variadics.

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*cc_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode cc_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
static inline const curl_version_info_data *cc_version(void) { return curl_version_info(CURLVERSION_NOW); }

static inline CURLcode cc_set_text(CURL *curl, CURLoption option, const char *text) {
  return curl_easy_setopt(curl, option, text);
}
static inline CURLcode cc_set_number(CURL *curl, CURLoption option, long number) {
  return curl_easy_setopt(curl, option, number);
}
static inline CURLcode cc_set_list(CURL *curl, CURLoption option, struct curl_slist *list) {
  return curl_easy_setopt(curl, option, list);
}
static inline CURLcode cc_set_callback(CURL *curl, CURLoption option, cc_callback callback) {
  return curl_easy_setopt(curl, option, callback);
}
static inline CURLcode cc_set_context(CURL *curl, CURLoption option, void *context) {
  return curl_easy_setopt(curl, option, context);
}
static inline CURLcode cc_get_number(CURL *curl, CURLINFO info, long *number) {
  return curl_easy_getinfo(curl, info, number);
}

enum {
  cc_use_tls_never = CURLUSESSL_NONE,
  cc_use_tls_if_offered = CURLUSESSL_TRY,
  cc_use_tls_always = CURLUSESSL_ALL,
  cc_tls_1_2 = CURL_SSLVERSION_TLSv1_2
};

#endif
