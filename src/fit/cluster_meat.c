/* Meat of the cluster-robust sandwich: sum over clusters of s s', s = sum of r_i x_i over the rows of the
 * cluster, r_i = w_i (y_i - mu_i).
 *
 * A cluster of few rows touches few coefficients: s is kept as the dense part of intercept and numbers and a
 * list of the coefficients of codes, and its products are added where they are not 0. Where the list is long,
 * s is written out and a batch of them is multiplied at once (dsyrk). Clusters are cut into chunks by number;
 * a chunk gathers its rows into records in cluster order, so that columns are read in the order they are
 * stored in. Chunks are added in their order. */
#include <gsl/gsl_cblas.h>
#include <stdlib.h>

#include "base/memory.h"
#include "fit/load.h"
#include "fit/sandwich.h"

enum { BATCH = 64, MOST_CHUNKS = 16, LEAST_CLUSTERS = 64 };

typedef struct meat {
  const lf_frame *frame;
  const double *residual;
  const uint32_t *cluster;
  lf_chunks chunks;  /* of clusters */
  size_t *first;     /* of each chunk: where its rows begin in `order`; chunks + 1 */
  uint32_t *order;   /* rows of positive weight, by chunk */
  size_t n_codes;    /* coded terms */
  size_t dense;      /* intercept and numbers: the first items of a record */
  double **products; /* of each chunk: n_coef x n_coef; to be added to its mirror image */
  double **edge;     /* of each chunk: n_coef x dense */
  size_t *used;      /* clusters of each chunk with a row of positive weight */
  lf_status *status;
  lf_error *errors;
} meat;

/* The rows of one chunk in cluster order: r (1, z_1 ..) and the coefficients of the codes, -1: none. */
typedef struct records {
  size_t *start;  /* of each cluster; clusters + 1 */
  double *values; /* [rows][dense] */
  int32_t *coef;  /* [rows][n_codes]; the row's r is values[0] */
} records;

/* One cluster's score. */
typedef struct score {
  double *dense;
  size_t n; /* coefficients of codes it touches */
  int32_t *index;
  double *value; /* by coefficient */
  uint8_t *seen; /* by coefficient */
  double *batch; /* BATCH written-out scores */
  size_t n_batch;
} score;

/* Up to a block of the rows of a chunk, and their places among its records. */
typedef struct picked {
  size_t n;
  const uint32_t *row;
  size_t at[LF_BLOCK_ROWS];
} picked;

static void add_records(const meat *m, const picked *p, records *r) {
  const lf_frame *frame = m->frame;
  double z[LF_BLOCK_ROWS];
  uint32_t joint[LF_BLOCK_ROWS];
  for (size_t i = 0; i < p->n; i++) r->values[p->at[i] * m->dense] = m->residual[p->row[i]];
  for (size_t k = 0; k < frame->n_numbers; k++) {
    lf_load_picked(frame, k, p->n, p->row, z);
    for (size_t i = 0; i < p->n; i++) r->values[p->at[i] * m->dense + k + 1] = m->residual[p->row[i]] * z[i];
  }
  size_t place = 0;
  for (size_t g = 0; g < frame->n_groups; g++) {
    const lf_frame_group *group = &frame->groups[g];
    lf_load_joint(frame, g, p->n, p->row, joint);
    for (size_t t = 0; t < group->n_terms; t++, place++)
      for (size_t i = 0; i < p->n; i++)
        r->coef[p->at[i] * m->n_codes + place] = group->coef[t * group->n_codes + joint[i]];
  }
}

/* Counts, then places, the rows of a chunk, whose clusters are [from, to). */
static lf_status gather(const meat *m, size_t chunk, size_t from, size_t to, records *r, size_t *used,
                        lf_error *err) {
  lf_status status = LF_OK;
  const uint32_t *row = m->order + m->first[chunk];
  size_t *next = NULL, n = to - from, rows = m->first[chunk + 1] - m->first[chunk];
  LF_TRY(lf_alloc(n + 1, sizeof *r->start, &r->start, err));
  for (size_t i = 0; i < rows; i++) r->start[m->cluster[row[i]] - from + 1]++;
  for (size_t c = 0; c < n; c++) {
    *used += r->start[c + 1] > 0;
    r->start[c + 1] += r->start[c];
  }
  LF_TRY(lf_alloc(rows * m->dense, sizeof *r->values, &r->values, err));
  LF_TRY(lf_alloc(rows * m->n_codes + 1, sizeof *r->coef, &r->coef, err));
  LF_TRY(lf_alloc(n + 1, sizeof *next, &next, err));
  memcpy(next, r->start, n * sizeof *next);
  picked p = {0};
  for (size_t at = 0; at < rows; at += p.n) {
    p.row = row + at;
    p.n = at + LF_BLOCK_ROWS < rows ? LF_BLOCK_ROWS : rows - at;
    for (size_t i = 0; i < p.n; i++) p.at[i] = next[m->cluster[p.row[i]] - from]++;
    add_records(m, &p, r);
  }
cleanup:
  free(next);
  return status;
}

static void sum_rows(const meat *m, const records *r, size_t cluster, score *s) {
  memset(s->dense, 0, m->dense * sizeof *s->dense);
  s->n = 0;
  for (size_t i = r->start[cluster]; i < r->start[cluster + 1]; i++) {
    const double *values = r->values + i * m->dense;
    const int32_t *coef = r->coef + i * m->n_codes;
    for (size_t k = 0; k < m->dense; k++) s->dense[k] += values[k];
    for (size_t t = 0; t < m->n_codes; t++) {
      int32_t c = coef[t];
      if (c < 0) continue;
      if (!s->seen[c]) {
        s->seen[c] = 1;
        s->value[c] = 0.0;
        s->index[s->n++] = c;
      }
      s->value[c] += values[0];
    }
  }
  for (size_t a = 0; a < s->n; a++) s->seen[s->index[a]] = 0;
}

/* Coefficient of each dense item. */
static size_t dense_coef(const lf_frame *frame, size_t k) {
  return k ? frame->numbers[k - 1].coef : 0;
}

static void add_products(const meat *m, const score *s, double *products, double *edge) {
  size_t n = m->frame->n_coef, dense = m->dense;
  for (size_t a = 0; a < s->n; a++) {
    size_t i = (size_t)s->index[a];
    double v = s->value[i], *row = products + i * n, *side = edge + i * dense;
    for (size_t k = 0; k < dense; k++) side[k] += v * s->dense[k];
    for (size_t b = a; b < s->n; b++) row[s->index[b]] += v * s->value[s->index[b]];
  }
  for (size_t k = 0; k < dense; k++) {
    double *side = edge + dense_coef(m->frame, k) * dense;
    for (size_t l = 0; l <= k; l++) side[l] += s->dense[k] * s->dense[l];
  }
}

/* The diagonal counts once, the rest twice when the mirror image is added: dsyrk fills one half. */
static void flush(const meat *m, score *s, double *products) {
  int n = (int)m->frame->n_coef;
  if (s->n_batch)
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, n, (int)s->n_batch, 1.0, s->batch, n, 1.0, products,
                n);
  s->n_batch = 0;
}

static void write_out(const meat *m, score *s, double *products) {
  size_t n = m->frame->n_coef;
  double *out = s->batch + s->n_batch * n;
  memset(out, 0, n * sizeof *out);
  for (size_t k = m->dense; k-- > 0;) out[dense_coef(m->frame, k)] = s->dense[k];
  for (size_t a = 0; a < s->n; a++) out[s->index[a]] = s->value[s->index[a]];
  if (++s->n_batch == BATCH) flush(m, s, products);
}

static void score_clear(score *s) {
  free(s->dense);
  free(s->index);
  free(s->value);
  free(s->seen);
  free(s->batch);
}

static lf_status score_new(const meat *m, score *s, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = m->frame->n_coef;
  LF_TRY(lf_alloc(m->dense, sizeof *s->dense, &s->dense, err));
  LF_TRY(lf_alloc(n, sizeof *s->index, &s->index, err));
  LF_TRY(lf_alloc(n, sizeof *s->value, &s->value, err));
  LF_TRY(lf_alloc(n, sizeof *s->seen, &s->seen, err));
  LF_TRY(lf_alloc(BATCH * n, sizeof *s->batch, &s->batch, err));
cleanup:
  return status;
}

static lf_status sum_chunk(meat *m, size_t i, lf_error *err) {
  lf_status status = LF_OK;
  records r = {0};
  score s = {0};
  size_t n = m->frame->n_coef, from, to;
  lf_chunk_rows(&m->chunks, i, &from, &to);
  LF_TRY(lf_alloc(n * n, sizeof **m->products, &m->products[i], err));
  LF_TRY(lf_alloc(n * m->dense, sizeof **m->edge, &m->edge[i], err));
  LF_TRY(score_new(m, &s, err));
  LF_TRY(gather(m, i, from, to, &r, &m->used[i], err));
  for (size_t c = 0; c < to - from; c++) {
    if (r.start[c] == r.start[c + 1]) continue;
    sum_rows(m, &r, c, &s);
    if (s.n > 16 && s.n > n / 4)
      write_out(m, &s, m->products[i]);
    else
      add_products(m, &s, m->products[i], m->edge[i]);
  }
  flush(m, &s, m->products[i]);
cleanup:
  free(r.start);
  free(r.values);
  free(r.coef);
  score_clear(&s);
  return status;
}

static void sum_task(void *context, size_t i) {
  meat *m = context;
  m->status[i] = sum_chunk(m, i, &m->errors[i]);
}

/* Products and edges of all chunks, both halves. */
static void add_chunks(const meat *m, double *out) {
  size_t n = m->frame->n_coef;
  double *sum = m->products[0], *edge = m->edge[0];
  for (size_t i = 1; i < m->chunks.count; i++) {
    for (size_t c = 0; c < n * n; c++) sum[c] += m->products[i][c];
    for (size_t c = 0; c < n * m->dense; c++) edge[c] += m->edge[i][c];
  }
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < m->dense; k++) sum[i * n + dense_coef(m->frame, k)] += edge[i * m->dense + k];
  for (size_t i = 0; i < n; i++) {
    out[i * n + i] = sum[i * n + i];
    for (size_t j = i + 1; j < n; j++) out[i * n + j] = out[j * n + i] = sum[i * n + j] + sum[j * n + i];
  }
}

static void meat_clear(meat *m) {
  for (size_t i = 0; i < m->chunks.count; i++) {
    if (m->products) free(m->products[i]);
    if (m->edge) free(m->edge[i]);
  }
  free(m->products);
  free(m->edge);
  free(m->first);
  free(m->order);
  free(m->used);
  free(m->status);
  free(m->errors);
}

static lf_status meat_new(meat *m, size_t n_clusters, lf_error *err) {
  lf_status status = LF_OK;
  const lf_design *design = m->frame->design;
  size_t n = m->frame->n_coef, most = ((size_t)8 << 20) / (n * n);
  m->dense = m->frame->n_numbers + 1;
  for (size_t t = 0; t < design->n_terms; t++) m->n_codes += design->terms[t].type == LF_TERM_CODES;
  m->chunks = lf_cut(n_clusters, LEAST_CLUSTERS, most < 1 ? 1 : most > MOST_CHUNKS ? MOST_CHUNKS : most);
  LF_TRY(lf_alloc(m->chunks.count + 1, sizeof *m->first, &m->first, err));
  LF_TRY(lf_alloc(m->frame->n_rows, sizeof *m->order, &m->order, err));
  LF_TRY(lf_alloc(m->chunks.count, sizeof *m->products, &m->products, err));
  LF_TRY(lf_alloc(m->chunks.count, sizeof *m->edge, &m->edge, err));
  LF_TRY(lf_alloc(m->chunks.count, sizeof *m->used, &m->used, err));
  LF_TRY(lf_alloc(m->chunks.count, sizeof *m->status, &m->status, err));
  LF_TRY(lf_alloc(m->chunks.count, sizeof *m->errors, &m->errors, err));
cleanup:
  return status;
}

/* Rows of positive weight in the order of their chunks. */
static void sort_rows(meat *m) {
  const double *weight = m->frame->design->weight;
  size_t n = m->frame->n_rows;
  uint32_t size = (uint32_t)m->chunks.size;
  size_t next[MOST_CHUNKS];
  for (size_t i = 0; i < n; i++)
    if (!weight || weight[i] > 0.0) m->first[m->cluster[i] / size + 1]++;
  for (size_t c = 0; c < m->chunks.count; c++) {
    m->first[c + 1] += m->first[c];
    next[c] = m->first[c];
  }
  for (size_t i = 0; i < n; i++)
    if (!weight || weight[i] > 0.0) m->order[next[m->cluster[i] / size]++] = (uint32_t)i;
}

lf_status lf_cluster_meat(const lf_frame *frame, const double *residual, const uint32_t *cluster,
                          size_t *n_clusters, const lf_run *run, double *out, lf_error *err) {
  lf_status status = LF_OK;
  meat m = {.frame = frame, .residual = residual, .cluster = cluster};
  for (size_t i = 0; i < frame->n_rows; i++)
    if (cluster[i] >= *n_clusters)
      return lf_fail(err, LF_E_USAGE, "row %zu is in cluster %u of %zu", i + 1, cluster[i], *n_clusters);
  LF_TRY(meat_new(&m, *n_clusters, err));
  sort_rows(&m);
  lf_parallel_for(run, m.chunks.count, sum_task, &m);
  *n_clusters = 0;
  for (size_t i = 0; i < m.chunks.count; i++) {
    if (m.status[i] != LF_OK) {
      if (err) *err = m.errors[i];
      status = m.status[i];
      goto cleanup;
    }
    *n_clusters += m.used[i];
  }
  add_chunks(&m, out);
cleanup:
  meat_clear(&m);
  return status;
}
