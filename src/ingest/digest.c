/* SHA-256 of an input of any size without keeping it in memory. */
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/bytes.h"

void lf_bytes_rest(const char *data, size_t from, size_t to) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t first = ((uintptr_t)(data + from) + page - 1) / page * page;
  uintptr_t last = (uintptr_t)(data + to) / page * page;
  if (first < last) madvise((void *)first, last - first, MADV_DONTNEED);
}

/* Stops early, with a digest of what was read, where the run is interrupted. */
static bool digest(EVP_MD_CTX *context, const lf_bytes *bytes, const lf_run *run,
                   unsigned char out[EVP_MAX_MD_SIZE]) {
  const size_t block = (size_t)1 << 22;
  if (EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) return false;
  for (size_t at = 0; at < bytes->n && lf_check_interrupt(run, NULL) == LF_OK; at += block) {
    size_t n = bytes->n - at < block ? bytes->n - at : block;
    if (EVP_DigestUpdate(context, bytes->data + at, n) != 1) return false;
    lf_bytes_rest(bytes->data, at, at + n);
  }
  return EVP_DigestFinal_ex(context, out, NULL) == 1;
}

lf_status lf_bytes_sha256(const lf_bytes *bytes, const lf_run *run, char out[65], lf_error *err) {
  unsigned char raw[EVP_MAX_MD_SIZE];
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool ok = context && digest(context, bytes, run, raw);
  EVP_MD_CTX_free(context);
  if (!ok)
    return lf_fail(
        err, LF_E_IO,
        "SHA-256 is not available from libcrypto: memory is short, or check the OpenSSL configuration");
  for (size_t i = 0; i < 32; i++) snprintf(out + 2 * i, 3, "%02x", raw[i]);
  return lf_check_interrupt(run, err);
}
