#ifndef ROOST_CCurl_SHIM_H
#define ROOST_CCurl_SHIM_H
#if !__has_include(<curl/curl.h>)
#error "the Debian package libcurl4-openssl-dev is missing: apt-get install libcurl4-openssl-dev (or run tools/install)"
#endif
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// Options are variadic, which Swift cannot call: one function for each type of value.
static inline CURLcode roost_curl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode roost_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode roost_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode roost_curl_set_list(CURL *handle, struct curl_slist *value) {
  return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, value);
}
static inline CURLcode roost_curl_set_receiver(
    CURL *handle, CURLoption option, size_t (*receiver)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(handle, option, receiver);
}
static inline CURLcode roost_curl_set_opener(
    CURL *handle, curl_socket_t (*opener)(void *, curlsocktype, struct curl_sockaddr *)) {
  return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, opener);
}
static inline CURLcode roost_curl_status(CURL *handle, long *status) {
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
}
// What a finished transfer's message holds, as a value instead of a union.
static inline CURLcode roost_curl_result(const CURLMsg *message) { return message->data.result; }
static inline const struct sockaddr *roost_curl_address(const struct curl_sockaddr *address) {
  return &address->addr;
}
#endif
