/* Files that are often handed over instead of a CSV: each is named, with what to do. */
#include <string.h>

#include "base/text.h"
#include "ingest/dialect.h"

typedef struct foreign {
  const char *start;
  size_t n;
  const char *what;
} foreign;

static const char save_as_csv[] = "save the sheet as 'CSV UTF-8'";

static lf_status refuse(const char *name, const char *what, const char *advice, lf_error *err) {
  return lf_fail_at(err, LF_E_DATA, name, 0, 0, "is %s, not a table in text form: %s", what, advice);
}

/* UTF-16 without a byte order mark shows by its NULs: every second byte of a text that is mostly ASCII. */
static bool looks_like_utf16(const char *data, size_t n) {
  size_t look = n < 256 ? n : 256, even = 0, odd = 0;
  for (size_t i = 0; i < look; i++)
    if (!data[i]) *(i % 2 ? &odd : &even) += 1;
  return look >= 4 && ((odd * 4 >= look && !even) || (even * 4 >= look && !odd));
}

lf_status lf_refuse_foreign(const char *name, const char *data, size_t n, lf_error *err) {
  static const foreign known[] = {
      {"PK\x03\x04", 4, "an Excel workbook or another zip archive"},
      {"\xd0\xcf\x11\xe0", 4, "an old Excel workbook"},
      {"PAR1", 4, "a Parquet file"},
      {"SQLite format 3", 15, "an SQLite database"},
      {"%PDF", 4, "a PDF"},
      {"BZh", 3, "compressed with bzip2"},
      {"\xfd"
       "7zXZ",
       5, "compressed with xz"},
      {"7z\xbc\xaf", 4, "a 7z archive"},
      {"Rar!", 4, "a RAR archive"},
      {"\x89PNG", 4, "a picture"},
      {"\x7f"
       "ELF",
       4, "a program"},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (n >= known[i].n && memcmp(data, known[i].start, known[i].n) == 0)
      return refuse(name, known[i].what, i < 2 ? save_as_csv : "export it as CSV, plain or .gz or .zst", err);
  bool marked = n >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 || memcmp(data, "\xfe\xff", 2) == 0);
  if (marked || looks_like_utf16(data, n))
    return refuse(name, "UTF-16 text",
                  "save it as UTF-8 ('CSV UTF-8' in Excel), or run iconv -f UTF-16 -t UTF-8", err);
  const char *text = data;
  size_t left = n < 512 ? n : 512;
  lf_trim(&text, &left);
  if ((left > 14 && lf_same_span(text, 14, "<!doctype html", 14)) ||
      (left > 5 && lf_same_span(text, 5, "<html", 5)))
    return refuse(name, "a web page (perhaps the login page of the CRM)", "export it again while logged in",
                  err);
  if (left > 5 && memcmp(text, "<?xml", 5) == 0) return refuse(name, "XML", save_as_csv, err);
  if (left > 2 && (text[0] == '{' || (text[0] == '[' && (text[1] == '{' || text[1] == '\n'))))
    return refuse(name, "JSON", "export it as CSV", err);
  return LF_OK;
}
