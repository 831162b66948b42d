/* A piece of one input, parsed into columns of its own. */
#ifndef LF_INGEST_PIECE_H
#define LF_INGEST_PIECE_H

#include "ingest/dictionary.h"
#include "ingest/missing.h"
#include "ingest/scan.h"

/* How the cells of a column are read. Only a dictionary forgets nothing; the others are bets on what the
 * whole file holds, placed on a sample, and a column whose values contradict its bet is read again by
 * dictionary. So the bets change the time taken, never the result. */
typedef enum lf_plan {
  LF_PLAN_DICTIONARY = 0, /* cells: 1 + index into the dictionary; 0 is empty */
  LF_PLAN_SKIP,           /* only empty cells are counted */
  LF_PLAN_NUMBER,         /* all values are plain numbers, of many sizes: int32 / 10^scale, or double */
  LF_PLAN_HASH,           /* texts nearly all distinct, no numbers, no dates: lf_text_key of each */
  LF_PLAN_KEY,            /* lf_hash of each text, whatever it is: no bet */
  LF_PLAN_KEY_FOLDED      /* the same of the text in lower case (ASCII) */
} lf_plan;

/* The dictionaries of one thread, one a table column: the pieces that it reads share them. Which thread reads
 * which piece is chance, and a piece may be read twice: so nothing may hang on the order of the entries, and
 * an entry is worth what the cells say. */
typedef struct lf_shelf {
  lf_dictionary *dictionaries;
  size_t n;
} lf_shelf;

lf_status lf_shelf_init(lf_shelf *shelf, size_t n_columns, lf_error *err);
void lf_shelf_free(lf_shelf *shelf);

/* One column of one piece. */
typedef struct lf_part {
  lf_plan plan;
  uint8_t width; /* bytes a cell: codes 1, 2 or 4, decimals 4, doubles and hashes 8 */
  uint8_t scale; /* of decimals */
  bool contradicted;
  bool settled; /* cells stand in the map of the piece */
  void *cells;
  size_t capacity;                  /* in cells */
  lf_dictionary *dictionary;        /* of the shelf */
  uint64_t empty;                   /* skipped columns */
  uint64_t spelled[LF_MISSING_MAX]; /* missing cells by spelling; not for dictionaries */
  uint64_t values, like_values;     /* hashes: cells, and how many might be numbers or dates */
} lf_part;

/* One input, opened and understood. */
typedef struct lf_input {
  const char *name; /* as given */
  const char *data;
  size_t n;
  size_t body; /* first byte behind the header */
  char delimiter;
  size_t n_fields;      /* of a record */
  const size_t *column; /* table column of each field */
  const size_t *keys;   /* fields that are read once more, as keys: the last columns of the table */
  size_t n_keys;
} lf_input;

/* A record as it stands in the input, without its line end; of a line quoted whole, what was in it. */
typedef struct lf_raw_record {
  const char *text;
  size_t n;
} lf_raw_record;

typedef struct lf_piece {
  const lf_input *input;
  size_t from, to; /* records that start in [from, to) of the input */
  size_t reached;  /* where the last of them ended */
  size_t max_rows; /* for samples; 0: all */
  size_t rows;
  size_t shelf;   /* who read it */
  lf_part *parts; /* one a table column, of n_parts */
  size_t n_parts;
  void *map; /* temporary file of the cells of all parts; NULL: they are in memory */
  size_t map_size;
  lf_raw_record *records; /* one a row, where they are kept */
  size_t records_capacity;
  lf_text unwrapped; /* texts of records that do not stand in the input, one after the other */
  uint64_t ragged, recovered;
  size_t n_odd;
  lf_odd_record odd[20];
  bool bad_utf8;
  lf_record_end bad;
  size_t bad_at;
} lf_piece;

/* What all pieces share. */
typedef struct lf_reading {
  const lf_missing *missing;
  const lf_plan *plans; /* one a table column */
  size_t n_columns;
  const lf_run *run;
  bool spooled;      /* cells go to temporary files */
  bool keep_records; /* and with them the bytes of the input in memory */
} lf_reading;

/* Parses piece->input from piece->from; what was wrong with the bytes is left in the piece, the status is for
 * memory and interruption. */
lf_status lf_piece_read(lf_piece *piece, const lf_reading *reading, lf_shelf *shelf, lf_error *err);
void lf_piece_free(lf_piece *piece);
void lf_part_free(lf_part *part);
/* Frees the cells alone, of which there are `rows`. */
void lf_part_drop_cells(lf_part *part, size_t rows);

/* Adds the rows of each code of a part that was read by dictionary. */
void lf_part_count(const lf_part *part, size_t rows, uint64_t *counts);

/* Reads one column of a batch into a part that holds `rows` rows so far. False where memory ends. */
bool lf_part_add(lf_part *part, const lf_scan *scan, size_t field, size_t rows, const lf_missing *missing);

#endif
