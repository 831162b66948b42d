/* The attributes of the company that never was. See schema.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "schema.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const char *const regions[] = {"AMER", "EMEA", "APAC", "LATAM"};
static const double region_weights[] = {0.10, 0.0, -0.20, -0.35};

static const char *const titles[] = {"Marketing Manager",
                                     "Director, Operations",
                                     "VP Sales",
                                     "CEO",
                                     "Sales Manager",
                                     "Analyst",
                                     "CFO",
                                     "Student"};
static const double title_weights[] = {0.0, 0.45, 0.70, 0.90, 0.10, -0.40, 0.55, -1.80};

static const char *const sources[] = {
    "Website", "Webinar",  "Trade show",          "Google Ads", "Partner", "Referral",
    "Email",   "LinkedIn", "Content syndication", "Outbound",   "Chat",    "Purchased list"};
static const double source_weights[] = {0.0,   0.50,  0.15,  -0.25, 0.80, 1.20,
                                        -0.10, -0.20, -0.70, -0.45, 0.35, -1.30};

static const char *const industries[] = {"Software",
                                         "Manufacturing",
                                         "Banking, Finance & Insurance",
                                         "Healthcare",
                                         "Retail",
                                         "Professional services",
                                         "Education",
                                         "Telecommunications",
                                         "Logistics, Transport",
                                         "Energy",
                                         "Government",
                                         "Media",
                                         "Construction",
                                         "Pharmaceuticals",
                                         "Hospitality",
                                         "Agriculture",
                                         "Real estate",
                                         "Automotive",
                                         "Non-profit",
                                         "Aerospace"};
static const double industry_weights[] = {0.50,  0.10,  0.30,  0.20, -0.30, 0.15,  -0.50, 0.25, -0.10, 0.0,
                                          -0.60, -0.05, -0.25, 0.40, -0.45, -0.35, -0.15, 0.05, -0.90, 0.35};

static const char *const owners[] = {
    "A. Okafor",   "B. Lindqvist", "C. Moreau",    "D. Patel",   "E. Novak",  "F. Rossi",   "G. Haddad",
    "H. Tanaka",   "I. Kowalski",  "J. Fernandez", "K. Brandt",  "L. Dubois", "M. Santos",  "N. Petrov",
    "O. Eriksson", "P. Garcia",    "Q. Nguyen",    "R. Schmidt", "S. Cohen",  "T. Yilmaz",  "U. Weber",
    "V. Ivanova",  "W. O'Brien",   "X. Chen",      "Y. Kim",     "Z. Ahmed",  "A. Larsson", "B. Costa",
    "C. Fischer",  "D. Silva",     "E. Jansen",    "F. Nowak",   "G. Ricci",  "H. Sato",    "I. Popescu"};

static const char *const no_yes[] = {"No", "Yes"};
static const double webinar_weights[] = {0.0, 0.60};
static const double customer_weights[] = {0.0, 0.85};

static attribute category(const char *name, const char *owner, const char *const *levels, size_t n,
                          const double *weights, double flatness) {
  return (attribute){.name = name,
                     .owner = owner,
                     .kind = CATEGORY,
                     .levels = levels,
                     .n_levels = n,
                     .weights = weights,
                     .flatness = flatness};
}

static attribute flag(const char *name, const char *owner, const double *weights, double flatness) {
  attribute a = category(name, owner, no_yes, 2, weights, flatness);
  a.kind = FLAG;
  return a;
}

static attribute number(const char *name, const char *owner, number_law law, double p, double q) {
  return (attribute){
      .name = name, .owner = owner, .kind = NUMBER, .law = law, .a = p, .b = q, .highest = 1e9};
}

static void set_bands(attribute *a, size_t n, const double *edges, const double *weights) {
  a->n_edges = n;
  for (size_t i = 0; i < n; i++) a->edges[i] = edges[i];
  for (size_t i = 0; i <= n; i++) a->band_weights[i] = weights[i];
}

static void set_line(attribute *a, double slope, double centre) {
  a->slope = slope;
  a->centre = centre;
}

static void make_categories(attribute *a, size_t campaign_levels) {
  a[0] = category("LeadSource", "marketing", sources, COUNT_OF(sources), source_weights, 3);
  a[1] = category("Industry", "marketing", industries, COUNT_OF(industries), industry_weights, 4);
  a[1].of_account = true;
  a[2] = category("Region", "marketing", regions, COUNT_OF(regions), region_weights, 1);
  a[2].of_account = true;
  a[3] = category("Title", "marketing", titles, COUNT_OF(titles), title_weights, 4);
  a[3].missing = 1;
  a[3].missing_weight = -0.30;
  a[4] = category("Landing page", "marketing", NULL, 50, NULL, 3); /* says nothing */
  a[4].prefix = "LP";
  a[5] = category("Campaign", "marketing", NULL, campaign_levels, NULL, 20);
  a[5].prefix = "C";
  a[5].spread = 0.30;
  a[6] = category("Owner", "sales", owners, COUNT_OF(owners), NULL, 20);
  a[6].spread = 0.15;
}

static void make_numbers(attribute *a) {
  a[0] = number("Employees", "marketing", LOGNORMAL, log(180), 1.5);
  a[0].of_account = true;
  a[0].lowest = 1;
  a[0].highest = 400000;
  a[0].missing = 2;
  set_bands(&a[0], 3, (double[]){50, 200, 1000}, (double[]){-0.80, 0.0, 0.60, 0.25});
  set_line(&a[0], 0.00002, 500);
  a[1] = number("Pages viewed", "marketing", COUNT, 6, 0);
  set_bands(&a[1], 2, (double[]){3, 10}, (double[]){-0.45, 0.10, 0.65});
  set_line(&a[1], 0.05, 6);
  a[2] = number("Emails opened", "marketing", COUNT, 3, 0); /* says nothing */
  a[3] = number("Account age", "shared", UNIFORM, 0, 25);
  a[3].of_account = true;
  a[3].decimals = 1;
  set_bands(&a[3], 2, (double[]){2, 15}, (double[]){-0.30, 0.0, 0.15});
  set_line(&a[3], 0.02, 12);
  a[4] = number("Touches", "sales", COUNT, 5, 0);
  set_bands(&a[4], 3, (double[]){2, 5, 12}, (double[]){-0.60, 0.0, 0.40, 0.10}); /* too many calls wear out */
  set_line(&a[4], 0.06, 5);
  a[5] = number("Response hours", "sales", LOGNORMAL, log(8), 1.3);
  a[5].decimals = 1;
  a[5].highest = 2000;
  a[5].missing = 1;
  a[5].missing_weight = -0.50;
  set_bands(&a[5], 3, (double[]){1, 4, 24}, (double[]){0.55, 0.25, 0.0, -0.55});
  set_line(&a[5], -0.01, 18);
  a[6] =
      number("Discount asked", "sales", UNIFORM, 0, 30); /* about the size of a deal, not about winning it */
  a[6].decimals = 2;
}

void make_schema(attribute schema[N_ATTRIBUTES], size_t campaign_levels) {
  make_categories(schema, campaign_levels);
  make_numbers(schema + 7);
  schema[14] = flag("Webinar attended", "marketing", webinar_weights, 0.35);
  schema[15] = flag("Existing customer", "shared", customer_weights, 0.2);
  schema[15].of_account = true;
}

bool keep_active(attribute schema[N_ATTRIBUTES], const char *names) {
  for (size_t i = 0; i < N_ATTRIBUTES; i++) schema[i].inert = true;
  while (*names) {
    size_t n = strcspn(names, ","), i = 0;
    while (i < N_ATTRIBUTES && (strlen(schema[i].name) != n || strncmp(schema[i].name, names, n) != 0)) i++;
    if (i == N_ATTRIBUTES) return false;
    schema[i].inert = false;
    names += n + (names[n] == ',');
  }
  return true;
}

bool weighs(const attribute *a) {
  if (a->kind == NUMBER) return !a->inert && (a->n_edges > 0 || a->slope != 0);
  return !a->inert && (a->weights || a->spread > 0);
}

const char *level_name(const attribute *a, size_t level, char buffer[24]) {
  if (a->levels) return a->levels[level];
  snprintf(buffer, 24, "%s%03zu", a->prefix, level + 1);
  return buffer;
}

double level_weight(const attribute *a, size_t level) {
  if (a->weights) return a->weights[level];
  /* Evenly spread quantiles in a scrambled order: the golden ratio's multiples modulo 1. */
  double u = fmod(((double)level + 1) * 0.6180339887498949, 1.0);
  return a->spread * gsl_cdf_ugaussian_Pinv(0.02 + 0.96 * u);
}

double number_weight(const attribute *a, double value, bool linear) {
  if (linear) return a->slope * (value - a->centre);
  size_t band = 0;
  while (band < a->n_edges && value >= a->edges[band]) band++;
  return a->band_weights[band];
}

double number_value(const attribute *a, double u) {
  double x = 0;
  switch (a->law) {
  case LOGNORMAL: x = exp(a->a + a->b * gsl_cdf_ugaussian_Pinv(u)); break;
  case COUNT: x = floor(-a->a * log(u)); break;
  case UNIFORM: x = a->a + (a->b - a->a) * u; break;
  }
  /* As it will be written, so that weight and record agree. */
  double scale = pow(10, a->decimals);
  x = fmin(fmax(x, a->lowest), a->highest);
  return floor(x * scale + 0.5) / scale;
}

uint64_t mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

double uniform(uint64_t seed, uint64_t item, uint64_t purpose) {
  uint64_t bits = mix(mix(mix(seed) + item) + purpose) >> 11;
  return ((double)bits + 0.5) * 0x1p-53;
}
