/* Columns of one piece, read as a choice says that was made of all values. Internal to ingest. */
#ifndef LF_INGEST_CHOSEN_H
#define LF_INGEST_CHOSEN_H

#include "ingest/facts.h"
#include "ingest/piece.h"

/* Makes column from part, whose cells it takes over: codes for what was read by dictionary, whatever the
 * number of different values, so that a value is looked up in the same way in every piece. Kind, store, cells
 * and levels are set; what is counted of a column is not. The levels stand in no order. */
lf_status lf_column_chosen(lf_part *part, size_t rows, const lf_choice *choice, const lf_missing *missing,
                           lf_column *column, lf_error *err);
/* Frees what lf_column_chosen made; the name stays. */
void lf_column_chosen_free(lf_column *column);

#endif
