/* The fast scan gives the rows that libcsv gives, record by record, of any bytes. The first byte chooses
 * delimiter and number of fields. */
#include <stdlib.h>
#include <string.h>

#include "../unit/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const char *bytes, size_t n, char delimiter, size_t n_fields) {
  lf_cut_function cuts[] = {lf_cut_portable, lf_cut_avx2(), lf_cut_avx512()};
  listing expected = {.n_fields = n_fields};
  lf_record_end end = list_by_record(bytes, n, delimiter, &expected);
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
    listing found = {.n_fields = n_fields};
    if (!cuts[i]) continue; /* not on this machine */
    if (list_by_scan(bytes, n, delimiter, cuts[i], &found) != end) abort();
    if (end == LF_RECORD_OK && found.ragged != expected.ragged) abort();
    if (found.text.length != expected.text.length) abort();
    if (found.text.length && memcmp(found.text.data, expected.text.data, found.text.length) != 0) abort();
    lf_text_free(&found.text);
    lf_text_free(&found.record);
  }
  lf_text_free(&expected.text);
  lf_text_free(&expected.record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  char *bytes = malloc(size); /* of exactly this size, so that a byte beyond is seen */
  if (!bytes) return 0;
  memcpy(bytes, data + 1, size - 1);
  same(bytes, size - 1, ",;\t|"[data[0] & 3], 1 + (data[0] >> 2) % 8);
  free(bytes);
  return 0;
}
