/* Manual pages in mdoc, from the same tables as --help. */
#include "cli/manual.h"

#include <ctype.h>
#include <string.h>

static const char date[] = "November 22, 2026";

/* ---- words ---------------------------------------------------------------------------------------- */

/* Running text, in lines that mandoc likes: a sentence begins a line, none is long, nothing is a request. */
static void add_text(lf_text *out, const char *text) {
  enum { LONG = 70 };
  size_t at = 0;
  bool ended = false;
  for (const char *p = text; *p; p++) {
    if (*p == ' ' && (ended || at + strcspn(p + 1, " ") > LONG)) {
      lf_text_add(out, "\n");
      at = 0;
      continue;
    }
    if (!at && (*p == '.' || *p == '\'')) lf_text_add(out, "\\&");
    if (*p == '\\')
      lf_text_add(out, "\\e");
    else
      lf_text_add_n(out, p, 1);
    ended = *p == '.' && (p == text || p[-1] != '.');
    at++;
  }
  lf_text_add(out, "\n");
}

static void add_upper(lf_text *out, const char *text) {
  for (; *text; text++) {
    char c = (char)toupper((unsigned char)*text);
    lf_text_add_n(out, &c, 1);
  }
}

/* "HISTORY... -o DIR", "[--claims FILE]", "--config FILE | --score COLUMN" in mdoc's words. */
static void add_arguments(lf_text *out, const char *arguments) {
  for (const char *p = arguments; *p;) {
    size_t n = strcspn(p, " []");
    if (*p == '(') {
      n = strcspn(p, ")") + 1; /* a remark */
    } else if (*p == '[' || *p == ']') {
      lf_text_add(out, *p == '[' ? " Oo" : " Oc");
      n = 1;
    } else if (*p == '-') {
      lf_text_addf(out, " Fl %.*s", (int)n - 1, p + 1);
    } else if (n == 1 && *p == '|') {
      lf_text_add(out, " |");
    } else if (n) {
      lf_text_addf(out, " Ar \"%.*s\"", (int)n, p);
    }
    p += n;
    while (*p == ' ') p++;
  }
  lf_text_add(out, "\n");
}

/* ---- sections ------------------------------------------------------------------------------------- */

static void add_head(lf_text *out, const char *name, const char *what) {
  lf_text_addf(out, ".\\\" Written by leadfit --manual.\n.Dd %s\n.Dt ", date);
  add_upper(out, name);
  lf_text_addf(out, " 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n", name, what);
}

static void add_option(void *context, const lf_option_text *option) {
  lf_text *out = context;
  lf_text_add(out, ".It");
  if (option->letter) lf_text_addf(out, " Fl %c ,", option->letter);
  lf_text_addf(out, " Fl -%s", option->name);
  if (option->value) lf_text_addf(out, " Ar \"%s\"", option->value);
  lf_text_add(out, "\n");
  add_text(out, option->help);
}

static void add_status(lf_text *out) {
  lf_text_add(
      out, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n"
           ".It 0\ndone\n"
           ".It 1\ndone, and what was asked about does not hold (an alarm of\n.Cm monitor )\n"
           ".It 2\nusage\n"
           ".It 3\nthe data cannot answer, and why\n"
           ".It 4\na file could not be read or written\n"
           ".It 130\ninterrupted; nothing is left half written\n.El\n"
           ".Pp\nErrors are one line on standard error:\nfile, line, what is wrong, what to do about it.\n");
}

static void add_example(lf_text *out, const lf_example *example, bool first) {
  if (!first) lf_text_add(out, ".Pp\n");
  add_text(out, example->what);
  lf_text_add(out, ".Bd -literal -offset indent\n");
  lf_text_addf(out, "%s\n.Ed\n", example->line);
}

static void add_see_also(const lf_command_rule *rules, size_t n, size_t i, lf_text *out) {
  lf_text_add(out, ".Sh SEE ALSO\n");
  const char *names[64];
  size_t count = 0;
  for (size_t k = 0; k < n && count < 64; k++)
    if (k != i) names[count++] = rules[k].name;
  for (size_t k = 1; k < count; k++) /* in order, as mdoc wants them */
    for (size_t m = k; m > 0 && strcmp(names[m - 1], names[m]) > 0; m--) {
      const char *name = names[m];
      names[m] = names[m - 1];
      names[m - 1] = name;
    }
  if (i < n) lf_text_addf(out, ".Xr leadfit 1%s\n", count ? " ," : "");
  for (size_t k = 0; k < count; k++)
    lf_text_addf(out, ".Xr leadfit-%s 1%s\n", names[k], k + 1 < count ? " ," : "");
}

static void add_inputs(lf_text *out) {
  lf_text_add(out, ".Pp\nSeveral files with the same columns, in any order, are one table.\n"
                   ".Sq -\nis standard input.\n"
                   "Files compressed by\n.Xr gzip 1\nor\n.Xr zstd 1\nare read as they are.\n");
}

/* ---- pages ---------------------------------------------------------------------------------------- */

static void command_page(const lf_command_rule *rules, size_t n, size_t i, lf_text *out) {
  const lf_command_rule *rule = &rules[i];
  const lf_command_about *about = lf_command_about_of(rule->command);
  lf_text name = {0};
  lf_text_addf(&name, "leadfit-%s", rule->name);
  add_head(out, name.failed ? rule->name : name.data, rule->help);
  lf_text_free(&name);
  lf_text_addf(out, ".Sh SYNOPSIS\n.Nm leadfit %s", rule->name);
  add_arguments(out, rule->arguments);
  lf_text_add(out, ".Sh DESCRIPTION\n");
  add_text(out, about->about);
  if (!(rule->command & (LF_COMMAND_EXPORT | LF_COMMAND_SQL))) add_inputs(out);
  lf_text_add(out, ".Sh OPTIONS\n");
  for (lf_option_group group = 0; group < LF_OPTION_GROUPS; group++) {
    size_t before = out->length;
    lf_text_addf(out, ".Ss %s\n.Bl -tag -width Ds\n", lf_option_group_name(group));
    size_t empty = out->length;
    lf_option_group_visit(rule->command, group, add_option, out);
    if (out->length == empty)
      out->length = before;
    else
      lf_text_add(out, ".El\n");
  }
  add_status(out);
  lf_text_add(out, ".Sh EXAMPLES\n");
  for (size_t k = 0; k < 3 && about->examples[k].line; k++) add_example(out, &about->examples[k], k == 0);
  add_see_also(rules, n, i, out);
}

static void program_page(const lf_command_rule *rules, size_t n, lf_text *out) {
  add_head(out, "leadfit", "which lead attributes predict closed revenue");
  lf_text_add(out, ".Sh SYNOPSIS\n");
  for (size_t k = 0; k < n; k++) {
    lf_text_addf(out, ".Nm leadfit %s", rules[k].name);
    add_arguments(out, rules[k].arguments);
  }
  lf_text_add(out,
              ".Nm leadfit Fl -help | Fl -version | Fl -manual Oo Ar COMMAND Oc | Fl -completion Ar SHELL\n"
              ".Sh DESCRIPTION\n");
  add_text(
      out,
      "Reads a company's own history of won and lost opportunities, fits logistic-regression weights for the "
      "attributes that sales and marketing share, proves them on rows that took no part in the fit, and "
      "writes a definition that programs load and a report that people read.");
  add_inputs(out);
  lf_text_add(out, ".Ss Commands\n.Bl -tag -width evidence\n");
  for (size_t k = 0; k < n; k++) {
    lf_text_addf(out, ".It Cm %s\n", rules[k].name);
    add_text(out, rules[k].help);
  }
  lf_text_add(out, ".El\n.Pp\nEach has a page of its own,\n.Xr leadfit-fit 1\nfor one, and\n"
                   ".Nm leadfit Ar COMMAND Fl -help\nlists its options.\n.Ss Options without a command\n"
                   ".Bl -tag -width Ds\n"
                   ".It Fl -help\nthe commands\n.It Fl -version\nversion of the program\n"
                   ".It Fl -manual Op Ar COMMAND\nthis page, or that of a command, in mdoc\n"
                   ".It Fl -completion Ar SHELL\nthe completion for bash, zsh or fish\n.El\n"
                   ".Sh ENVIRONMENT\n.Bl -tag -width NO_COLOR\n"
                   ".It Ev NO_COLOR\nNo colours on a terminal where it is set and not empty.\n"
                   ".It Ev TMPDIR\nWhere temporary files stand: copies of what is read from a pipe\n"
                   "or compressed, and cells beyond\n.Fl -memory .\n.El\n");
  add_status(out);
  lf_text_add(out, ".Sh EXAMPLES\n");
  add_example(out, &lf_command_about_of(LF_COMMAND_FIT)->examples[0], true);
  add_example(out, &lf_command_about_of(LF_COMMAND_SCORE)->examples[0], false);
  add_see_also(rules, n, n, out);
}

void lf_manual_page(const lf_command_rule *rules, size_t n, size_t i, lf_text *out) {
  if (i < n)
    command_page(rules, n, i, out);
  else
    program_page(rules, n, out);
}
