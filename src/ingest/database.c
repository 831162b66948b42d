/* Which driver an address is for, names without secrets, and what all drivers say alike. */
#include "ingest/database.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "ingest/bytes.h"
#include "ingest/database_parts.h"

static const lf_driver *const drivers[] = {&lf_driver_postgresql, &lf_driver_postgres, &lf_driver_sqlite,
                                           &lf_driver_odbc};
enum { DRIVERS = sizeof drivers / sizeof *drivers };

static const lf_driver *find_driver(const char *address) {
  for (size_t i = 0; i < DRIVERS; i++)
    if (strncmp(address, drivers[i]->scheme, strlen(drivers[i]->scheme)) == 0) return drivers[i];
  return NULL;
}

bool lf_is_database(const char *path) {
  return find_driver(path) != NULL;
}

/* ---- names without secrets ------------------------------------------------------------------------ */

/* USER@HOST/NAME of USER:PASSWORD@HOST/NAME?OPTIONS. Whatever stands before the last @ and behind the first
 * colon may be part of a password, whether or not it was escaped as it should be. */
static void name_url(const char *address, lf_text *out) {
  const char *start = strstr(address, "://") + 3, *at = strrchr(start, '@');
  lf_text_add_n(out, address, (size_t)(start - address));
  if (at) {
    lf_text_add_n(out, start, strcspn(start, ":@"));
    start = at;
  }
  lf_text_add_n(out, start, strcspn(start, "?"));
}

/* Whether a key of an ODBC connection string may be shown. */
static bool may_show(const char *key, size_t n) {
  static const char *const keys[] = {"DSN", "DRIVER", "SERVER", "SERVERNAME", "HOST", "PORT", "DATABASE"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (lf_same_span(key, n, keys[i], strlen(keys[i]))) return true;
  return false;
}

/* Length of KEY=VALUE; a value in braces may hold a semicolon, and }} for a brace. */
static size_t pair_length(const char *text) {
  size_t n = strcspn(text, "=;");
  if (text[n] != '=') return n;
  n++;
  if (text[n] != '{') return n + strcspn(text + n, ";");
  for (n++; text[n]; n++)
    if (text[n] == '}' && text[++n] != '}') break;
  return n + strcspn(text + n, ";");
}

static void name_odbc(const char *address, lf_text *out) {
  const char *at = address + strlen("odbc:");
  lf_text_add(out, "odbc:");
  if (!strchr(at, '=')) {
    lf_text_add(out, at);
    return;
  }
  for (bool any = false; *at;) {
    size_t n = pair_length(at), key = strcspn(at, "=;");
    if (may_show(at, key)) {
      if (any) lf_text_add(out, ";");
      lf_text_add_n(out, at, n);
      any = true;
    }
    at += n;
    if (*at) at++;
  }
}

lf_status lf_database_name(const char *address, char **name, lf_error *err) {
  lf_text text = {0};
  if (strncmp(address, "odbc:", 5) == 0)
    name_odbc(address, &text);
  else if (strstr(address, "://"))
    name_url(address, &text);
  else
    lf_text_add(&text, address);
  lf_status status = lf_text_status(&text, err);
  if (status == LF_OK) status = lf_copy_text(text.data, text.length, name, err);
  lf_text_free(&text);
  return status;
}

/* ---- opening and reading -------------------------------------------------------------------------- */

static lf_status open_for(const char *address, bool writes, const lf_run *run, lf_database **database,
                          lf_error *err) {
  const lf_driver *driver = find_driver(address);
  lf_database *d = NULL;
  lf_status status = LF_OK;
  if (!driver) return lf_fail(err, LF_E_USAGE, "this is no address of a database that is known");
  LF_TRY(lf_alloc(1, sizeof *d, &d, err));
  d->driver = driver;
  d->writes = writes;
  LF_TRY(lf_copy_text(address, strlen(address), &d->address, err));
  LF_TRY(lf_database_name(address, &d->name, err));
  bool url = strstr(driver->scheme, "://") != NULL;
  d->place = d->address + (url ? 0 : strlen(driver->scheme));
  LF_TRY(driver->open(d, run, err));
  *database = d;
  d = NULL;
cleanup:
  lf_database_close(d);
  return status;
}

lf_status lf_database_open(const char *address, const lf_run *run, lf_database **database, lf_error *err) {
  return open_for(address, false, run, database, err);
}

void lf_database_close(lf_database *database) {
  if (!database) return;
  database->driver->close(database);
  free(database->address);
  free(database->name);
  free(database);
}

lf_status lf_database_fetch(lf_database *database, const lf_selection *selection, const lf_run *run, int *fd,
                            lf_error *err) {
  int out = -1;
  if (!selection->query == !selection->table)
    return lf_fail_at(
        err, LF_E_USAGE, database->name, 0, 0,
        "say what to read of it: --table NAME or --query SQL (in leadfit.yaml: table: or query:)");
  lf_status status = lf_spool_open(&out, err);
  if (status == LF_OK) status = database->driver->fetch(database, selection, run, out, err);
  if (status == LF_OK)
    *fd = out;
  else if (out >= 0)
    close(out);
  return status;
}

lf_status lf_database_store(const char *address, const lf_upload *upload, const lf_run *run, lf_error *err) {
  lf_database *database = NULL;
  lf_status status = open_for(address, true, run, &database, err);
  if (status == LF_OK) status = database->driver->store(database, upload, run, err);
  lf_database_close(database);
  return status;
}

/* ---- errors --------------------------------------------------------------------------------------- */

/* Whether the address holds the n bytes as a secret: they stand in it and not in its name. */
static bool is_secret(const lf_database *database, const char *word, size_t n) {
  if (n < 3) return false;
  char copy[256];
  if (n >= sizeof copy) return false;
  memcpy(copy, word, n);
  copy[n] = '\0';
  return strstr(database->address, copy) && !strstr(database->name, copy);
}

static bool ends_word(char c) {
  return isspace((unsigned char)c) || strchr("\"':;,=(){}", c);
}

/* The words of what a library says, without those that are a secret of the address. */
static void add_words(const lf_database *database, const char *said, lf_text *out) {
  for (const char *at = said; *at;) {
    size_t n = 0;
    while (at[n] && !ends_word(at[n])) n++;
    if (n && is_secret(database, at, n))
      lf_text_add(out, "***");
    else
      lf_text_add_n(out, at, n);
    at += n;
    if (*at) lf_text_add_n(out, *at == '\n' ? " " : at, 1);
    if (*at) at++;
  }
  while (out->length && isspace((unsigned char)out->data[out->length - 1])) out->data[--out->length] = '\0';
}

lf_status lf_database_fail(const lf_database *database, lf_error *err, const char *doing, const char *said) {
  lf_text text = {0};
  add_words(database, said ? said : "no reason given", &text);
  lf_status status =
      lf_fail_at(err, LF_E_IO, database->name, 0, 0, "%s: %.600s", doing, text.data ? text.data : "");
  lf_text_free(&text);
  return status;
}

lf_status lf_database_no_rows(const lf_database *database, lf_error *err) {
  return lf_fail_at(err, LF_E_USAGE, database->name, 0, 0,
                    "the query gives no rows that could be read: a single SELECT is needed");
}

lf_status lf_database_not_built(const lf_database *database, const char *library, const char *package,
                                lf_error *err) {
  return lf_fail_at(err, LF_E_USAGE, database->name, 0, 0,
                    "this leadfit was built without %s: install %s (make deps-sources) and build again, or "
                    "export the table as CSV",
                    library, package);
}

/* ---- SQL ------------------------------------------------------------------------------------------ */

void lf_quote_name(const char *name, char quote, lf_text *out) {
  lf_text_add_n(out, &quote, 1);
  for (; *name; name++) {
    if (*name == quote) lf_text_add_n(out, &quote, 1);
    lf_text_add_n(out, name, 1);
  }
  lf_text_add_n(out, &quote, 1);
}

/* One part of a name: up to the next point, or what stands in double quotes. */
static lf_status take_part(const char **at, lf_text *part, lf_error *err) {
  const char *c = *at;
  if (*c == '"') {
    for (c++; *c && (*c != '"' || c[1] == '"'); c++) {
      if (*c == '"') c++;
      lf_text_add_n(part, c, 1);
    }
    if (*c != '"')
      return lf_fail(err, LF_E_USAGE, "the name of the table opens a quote and does not close it");
    c++;
    if (*c && *c != '.')
      return lf_fail(err, LF_E_USAGE, "in the name of the table something follows a closing quote");
  } else {
    size_t n = strcspn(c, ".");
    lf_text_add_n(part, c, n);
    c += n;
  }
  *at = c;
  if (part->failed || part->length) return lf_text_status(part, err);
  return lf_fail(err, LF_E_USAGE, "a part of the name of the table is empty");
}

lf_status lf_quote_table(const char *table, char quote, lf_text *out, lf_error *err) {
  for (const char *at = table;;) {
    lf_text part = {0};
    lf_status status = take_part(&at, &part, err);
    if (status == LF_OK) lf_quote_name(part.data, quote, out);
    lf_text_free(&part);
    if (status != LF_OK) return status;
    if (!*at) return lf_text_status(out, err);
    lf_text_add(out, ".");
    at++;
  }
}

size_t lf_query_length(const char *query) {
  size_t n = strlen(query);
  while (n && (isspace((unsigned char)query[n - 1]) || query[n - 1] == ';')) n--;
  return n;
}
