/* Any bytes as claims.yaml: claims, or an error that says why not. */
#include <stdlib.h>

#include "evidence/claims.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  lf_claims *claims = NULL;
  lf_error err = {0};
  lf_status status = lf_claims_parse("fuzz.yaml", (const char *)data, size, &claims, &err);
  if ((status == LF_OK) != (claims != NULL)) abort();
  if (status != LF_OK && !err.message[0]) abort();
  lf_claims_free(claims);
  return 0;
}
