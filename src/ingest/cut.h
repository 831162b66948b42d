/* Where fields and records end, from the bytes alone. */
#ifndef LF_INGEST_CUT_H
#define LF_INGEST_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What has been found, in order, up to the first byte that is odd. A quote is regular where it opens a field
 * at its first byte, or closes one right before its end, and no line ends between the two: any other quote,
 * NUL, and a CR without LF are odd. Whoever cuts leaves the record with an odd byte, and what follows it, to
 * libcsv. */
typedef struct lf_cuts {
  uint32_t *ends;  /* bytes that end a field: delimiters and LFs outside quotes */
  uint32_t *lines; /* the LFs among them */
  size_t n_ends, n_lines;
  size_t odd;     /* the first odd byte, SIZE_MAX: none */
  bool not_ascii; /* some byte is not */
  /* how the bytes so far ended: all bits set, or the lowest bit */
  uint64_t inside;                               /* within quotes */
  uint64_t after_end, after_close, after_return; /* right behind the end of a field, a closing quote, a CR */
} lf_cuts;

/* Bytes past the ends that are found which may be written. */
enum { LF_CUT_SLACK = 16 };

/* Forgets what was found; the next byte begins a record. */
static inline void lf_cuts_reset(lf_cuts *cuts) {
  cuts->n_ends = cuts->n_lines = 0;
  cuts->odd = SIZE_MAX;
  cuts->inside = cuts->after_close = cuts->after_return = 0;
  cuts->after_end = 1;
}

/* Adds the ends among 64 * n_blocks bytes, of which the first has the position `at`; stops at the block with
 * an odd byte. ends and lines have room for a position each byte and LF_CUT_SLACK more. */
typedef void (*lf_cut_function)(const char *bytes, size_t n_blocks, size_t at, char delimiter, lf_cuts *cuts);

void lf_cut_portable(const char *bytes, size_t n_blocks, size_t at, char delimiter, lf_cuts *cuts);
/* NULL where the machine has no AVX2, or no AVX-512 with VBMI2. */
lf_cut_function lf_cut_avx2(void);
lf_cut_function lf_cut_avx512(void);
/* The fastest on this machine. */
lf_cut_function lf_cut_best(void);

#endif
