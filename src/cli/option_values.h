/* The value of an option, read into its field; LF_E_USAGE says what the option takes. */
#ifndef LF_CLI_OPTION_VALUES_H
#define LF_CLI_OPTION_VALUES_H

#include "history/project.h"

/* A copy in place of what stands in *field. */
lf_status lf_option_set_text(char **field, const char *value, lf_error *err);
/* Comma-separated, in place of what the list holds. */
lf_status lf_option_set_list(lf_text_list *list, const char *value, lf_error *err);
/* name: of the option, without its dashes. low and high are allowed, too. */
lf_status lf_option_set_number(const char *name, const char *value, double low, double high, double *field,
                               lf_error *err);
lf_status lf_option_set_whole(const char *name, const char *value, double low, double high, double *field,
                              lf_error *err);
/* Bytes: 256M, 4G. */
lf_status lf_option_set_size(const char *name, const char *value, uint64_t *field, lf_error *err);

#endif
