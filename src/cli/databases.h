/* Inputs that are databases: read once, before the command begins, into files it then reads like any other.
 */
#ifndef LF_CLI_DATABASES_H
#define LF_CLI_DATABASES_H

#include "cli/options.h"

/* Reads every database among the paths and the sources of the project; their places in options become paths
 * of unlinked files. Inputs at one address are read in one transaction. */
lf_status lf_databases_read(lf_options *options, const lf_run *run, lf_error *err);
void lf_databases_clear(lf_options *options);

/* What to call an input: the address of the database that a path stands for, without secrets; else the path.
 */
const char *lf_input_name(const lf_options *options, const char *path);

/* An argument as it may be shown: the address of a database without secrets. The caller frees. */
lf_status lf_shown_argument(const char *argument, char **shown, lf_error *err);

#endif
