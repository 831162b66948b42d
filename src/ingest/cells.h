/* Where cells live: in memory, or, where a budget says so, in unlinked temporary files that are mapped. What
 * is mapped can be let go of after each pass and comes back by itself, so that memory need not hold the
 * table. */
#ifndef LF_INGEST_CELLS_H
#define LF_INGEST_CELLS_H

#include "ingest/ingest.h"

/* Zeroed memory in a temporary file of its own, whose space is taken at once. */
lf_status lf_spool_map(size_t n, void **memory, lf_error *err);
void lf_spool_unmap(void *memory, size_t n);

/* n_rows zeroed cells of column->width bytes. */
lf_status lf_cells_new(lf_column *column, size_t n_rows, bool spooled, lf_error *err);
void lf_cells_free(lf_column *column);
/* Lets go of the memory behind the first n_rows cells. */
void lf_cells_shrink(lf_column *column, size_t n_rows);
/* Lets go of the pages of cells that are mapped. */
void lf_cells_rest(const lf_column *column);

#endif
