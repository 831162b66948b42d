/* Parts of the sandwich covariance. */
#ifndef LF_FIT_SANDWICH_H
#define LF_FIT_SANDWICH_H

#include "fit/frame.h"

/* sum over clusters of s s' with s the sum of residual x over the cluster's rows, out[n_coef^2], on the
 * working scale. residual: w (y - mu) of each row. n_clusters: those there are; on return those with a row of
 * positive weight. */
lf_status lf_cluster_meat(const lf_frame *frame, const double *residual, const uint32_t *cluster,
                          size_t *n_clusters, const lf_run *run, double *out, lf_error *err);

#endif
