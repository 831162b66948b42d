/* Fields of CSV that a spreadsheet may open. */
#ifndef LF_BASE_CSV_H
#define LF_BASE_CSV_H

#include "base/text.h"

/* A field: quoted where it must be; text that a spreadsheet would run as a formula gets a leading apostrophe
 * (numbers do not). */
void lf_csv_field(lf_text *out, const char *value, char delimiter);
/* A field exactly as it is, quoted where it must be: for files that programs read. */
void lf_csv_exact(lf_text *out, const char *value, char delimiter);

#endif
