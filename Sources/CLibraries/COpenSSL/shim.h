#ifndef ROOST_COpenSSL_SHIM_H
#define ROOST_COpenSSL_SHIM_H
#if !__has_include(<openssl/ssl.h>)
#error "the Debian package libssl-dev is missing: apt-get install libssl-dev (or run tools/install)"
#endif
#include <openssl/ssl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/srtp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* Swift imports neither variadic functions nor macros that cast: the ones it needs, as functions. */

/* A new P-256 key pair, or NULL. */
static inline EVP_PKEY *roost_p256_generate(void) {
  return EVP_EC_gen("P-256");
}

/* DTLS 1.2 with these suites and groups; no renegotiation, tickets, or asking the socket for its MTU. */
static inline int roost_dtls_configure(
    SSL_CTX *context, const char *suites, const char *groups, long certificates_max) {
  SSL_CTX_set_options(
      context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, certificates_max);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1
      && SSL_CTX_set_cipher_list(context, suites) == 1
      && SSL_CTX_set1_groups_list(context, groups) == 1;
}

/* SHA-1 whose state is a plain value. OpenSSL 3.0's EVP digests and MACs take a heap block for every message,
 * which the packet path must not; these functions are deprecated in favour of EVP and otherwise the same. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
static inline int roost_sha1_begin(SHA_CTX *state) { return SHA1_Init(state); }
static inline int roost_sha1_add(SHA_CTX *state, const unsigned char *octets, size_t count) {
  return SHA1_Update(state, octets, count);
}
static inline int roost_sha1_end(SHA_CTX *state, unsigned char *digest) { return SHA1_Final(digest, state); }
#pragma clang diagnostic pop
#endif
