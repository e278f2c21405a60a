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
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/srtp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#endif
