/* What a scorecard asks of further sources. Internal to cli. */
#ifndef LF_CLI_CARD_SOURCES_H
#define LF_CLI_CARD_SOURCES_H

#include "card/card.h"
#include "cli/command.h"

/* LF_E_USAGE where the card was made of joined sources, an attribute's column came from one of them, and
 * neither the table has the column nor the project that source. file: of the card. */
lf_status lf_check_card_sources(const lf_options *options, const char *file, const lf_scorecard *card,
                                const lf_table *table, lf_error *err);

/* score: sources that bring no attribute of the card (--config) are marked idle. */
lf_status lf_find_idle_sources(lf_options *options, lf_error *err);

#endif
