/* Writing the company that never was: history.csv, leads.csv, truth.json.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATASETS_WRITE_H
#define DATASETS_WRITE_H

#include "row.h"

/* Writes rows [from, to) under a header; leads carry no outcome. False, with a message on standard error,
 * where it fails. */
bool write_table(const world *w, const char *name, uint64_t from, uint64_t to, bool leads);
bool write_truth(const world *w);

#endif
