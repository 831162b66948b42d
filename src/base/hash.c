#include "base/hash.h"

#include <openssl/evp.h>
#include <stdio.h>
#define XXH_INLINE_ALL /* short texts: a call into a shared library would cost as much as the hash */
#include <xxhash.h>

uint64_t lf_hash(const void *bytes, size_t n, uint64_t seed) {
  return XXH64(bytes, n, seed);
}

uint64_t lf_hash_mix(uint64_t a, uint64_t b) {
  uint64_t pair[2] = {a, b};
  return XXH64(pair, sizeof pair, 0);
}

double lf_hash_unit(uint64_t hash) {
  return (double)(hash >> 11) * 0x1p-53;
}

lf_status lf_sha256(const void *bytes, size_t n, char out[LF_SHA256_TEXT], lf_error *err) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (EVP_Digest(bytes, n, digest, &length, EVP_sha256(), NULL) != 1 || length != 32)
    return lf_fail(
        err, LF_E_IO,
        "SHA-256 is not available from libcrypto: memory is short, or check the OpenSSL configuration");
  for (unsigned i = 0; i < length; i++) snprintf(out + 2 * i, 3, "%02x", digest[i]);
  return LF_OK;
}
