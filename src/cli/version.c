/* leadfit --version: the release, and what it was built with and runs on. For a report of a fault: two
 * machines that print the same lines run the same code. Nothing of the machine or the moment is in it. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <csv.h>
#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <pcre2.h>
#include <string.h>
#include <xxhash.h>
#include <yaml.h>
#include <zlib.h>
#include <zstd.h>

#include "cli/command.h"
#include "ingest/database.h"

/* Of OpenBLAS; its header is not installed with every build of it. */
char *openblas_get_config(void);

static void add_compiler(lf_text *text) {
#if defined(__clang__)
  lf_text_add(text, "compiler:  clang " __clang_version__ "\n");
#else
  lf_text_add(text, "compiler:  gcc " __VERSION__ "\n");
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  lf_text_add(text, "sanitizer: yes\n");
#endif
  lf_text_addf(text, "libc:      glibc %s\n", gnu_get_libc_version());
}

/* "OpenBLAS 0.3.21" of a text that goes on with what it found of the processor. */
static void add_blas(lf_text *text) {
  const char *config = openblas_get_config();
  const char *space = strchr(config, ' ');
  const char *end = space ? strchr(space + 1, ' ') : NULL;
  int length = (int)(end ? (size_t)(end - config) : strlen(config));
  lf_text_addf(text, ", %.*s", length, config);
}

static void add_libraries(lf_text *text) {
  char pcre[64] = "";
  int major = 0, minor = 0, patch = 0;
  yaml_get_version(&major, &minor, &patch);
  pcre2_config(PCRE2_CONFIG_VERSION, pcre);
  pcre[strcspn(pcre, " ")] = '\0';
  lf_text_addf(text, "libraries: GSL %s", gsl_version);
  add_blas(text);
  lf_text_addf(text,
               ", jansson %s, libyaml %d.%d.%d, zlib %s, zstd %s, PCRE2 %s, xxHash %u.%u.%u, OpenSSL %s, "
               "libcsv %d.%d.%d\n",
               jansson_version_str(), major, minor, patch, zlibVersion(), ZSTD_versionString(), pcre,
               XXH_versionNumber() / 10000, XXH_versionNumber() / 100 % 100, XXH_versionNumber() % 100,
               OpenSSL_version(OPENSSL_VERSION_STRING), CSV_MAJOR, CSV_MINOR, CSV_RELEASE);
}

lf_status lf_version(lf_error *err) {
  lf_text text = {0};
  lf_text_add(&text, "leadfit " LEADFIT_VERSION "\n");
  add_compiler(&text);
  add_libraries(&text);
  lf_text_add(&text, "databases: ");
  lf_databases_built_in(&text);
  lf_text_add(&text, "\nformats:   leadfit-scoring/1, leadfit-report/1, leadfit-plan/1\n");
  lf_status status = lf_text_status(&text, err);
  if (status == LF_OK) status = lf_print(text.data, text.length, err);
  lf_text_free(&text);
  return status;
}
