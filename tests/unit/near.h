/* Numbers that may differ a little. */
#ifndef LF_TEST_NEAR_H
#define LF_TEST_NEAR_H

/* Fails the test unless got is within tolerance of want; NaN where NaN is wanted. */
void near(double got, double want, double tolerance);
/* The same with a tolerance that is a share of 1 + |want|. */
void near_share(double got, double want, double tolerance);

#endif
