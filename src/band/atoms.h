/* Atoms: the finest bands an attribute can have. Bands are unions of atoms.
 *
 * A number is cut at about 200 quantiles (a value that many rows share is an atom of its own); each frequent
 * level of a category is one; so is each pattern of a text, and each band the user gave. Atoms are chosen
 * without a look at the outcome, so folds may share them. Every row is coded once; a band is then a map of
 * atoms. */
#ifndef LF_BAND_ATOMS_H
#define LF_BAND_ATOMS_H

#include "band/band.h"

/* What a team said the attribute shall be worth (leadfit.yaml), by code: the card keeps it. pins.c. */
typedef struct lf_atom_rules {
  int16_t *pin; /* points said for each code 0..n+1, LF_NO_PIN where none; NULL: none said. Owned */
  int8_t *sign; /* of each code: +1 worth no less than the average lead, -1 no more, 0 free; or NULL. Owned */
  lf_trend trend;   /* NUMBER: of its bands, and of their points where it is increasing or decreasing */
  int direction;    /* FLAG: +1 yes is worth no less than no, -1 no more, 0 free */
  uint16_t no, yes; /* FLAG with a direction: its codes */
  int cap;          /* most points; 0: none */
  bool exclude;     /* kept out of the card */
} lf_atom_rules;

enum { LF_NO_PIN = -1 };

typedef struct lf_atom_set {
  size_t column; /* of the history's table */
  const char *name;
  lf_kind kind;
  lf_owner owner;
  const lf_attribute_spec *spec; /* what the user said, or NULL */
  bool ordered; /* the atoms stand in order and bands are runs of them: numbers, and levels that are ranges */
  bool given;   /* the atoms are the user's bands (edges or patterns) and are not to be merged */
  size_t n;     /* atoms with values; codes: 0..n-1, then missing (n), then other (n + 1) */
  double *edge; /* NUMBER: n - 1 inner edges; atom a is [edge[a-1], edge[a]) */
  uint32_t *level; /* CATEGORY, FLAG: code of the level that is atom a */
  uint16_t *code;  /* one a row of the history */
  lf_atom_rules rules;
} lf_atom_set;

typedef struct lf_atoms {
  size_t n;
  lf_atom_set *items;
  size_t n_rows;
  bool without_rules; /* as asked */
} lf_atoms;

typedef struct lf_atom_options {
  size_t max_atoms;   /* of a number; 0: 200 */
  size_t max_levels;  /* of a category; 0: 1000 */
  double min_rows;    /* a level with fewer training rows goes to other; 0: 5 */
  bool without_rules; /* as if leadfit.yaml said nothing of points, signs, caps, exclusions, rising or falling
                       */
} lf_atom_options;

/* Atoms of every attribute of the history. */
lf_status lf_atoms_make(const lf_history *history, const lf_atom_options *options, const lf_run *run,
                        lf_atoms **out, lf_error *err);
void lf_atoms_free(lf_atoms *atoms);

/* Band apart from those the data draw: 0 none, -1 other (a table that says what all other values get), else a
 * key that codes of one band share. */
int lf_atom_apart(const lf_atom_set *set, size_t code);

/* The roundest number in (low, high]: 50 rather than 48.73. */
double lf_round_edge(double low, double high);

#endif
