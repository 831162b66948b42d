/* Dates as CRMs export them: ISO with and without time and zone, 4/15/2021 3:05 PM, 15-04-2021
 * 00:03, 15.04.21, 20210415, 15 Apr, 2021 00:03:00, Apr 15, 2021, 15-Apr-21. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ingest/value.h"

typedef struct cursor {
  const char *at, *end;
} cursor;

static bool digit(char c) {
  return c >= '0' && c <= '9';
}

static void skip_spaces(cursor *c) {
  while (c->at < c->end && *c->at == ' ') c->at++;
}

static bool take(cursor *c, char wanted) {
  if (c->at >= c->end || *c->at != wanted) return false;
  c->at++;
  return true;
}

/* Up to `most` digits; returns how many. */
static int take_number(cursor *c, int most, int *value) {
  int n = 0;
  for (*value = 0; n < most && c->at < c->end && digit(*c->at); n++) *value = *value * 10 + (*c->at++ - '0');
  return n;
}

static int take_month(cursor *c) {
  static const char *const names[] = {"january", "february", "march",     "april",   "may",      "june",
                                      "july",    "august",   "september", "october", "november", "december"};
  size_t n = 0, left = (size_t)(c->end - c->at);
  while (n < left && ((c->at[n] | 32) >= 'a' && (c->at[n] | 32) <= 'z')) n++;
  if (n < 3) return 0;
  for (int i = 0; i < 12; i++) {
    bool whole = lf_same_span(c->at, n, names[i], strlen(names[i]));
    bool part = (n == 3 || (n == 4 && i == 8)) && lf_same_span(c->at, n, names[i], n);
    if (!whole && !part) continue;
    c->at += n;
    take(c, '.');
    return i + 1;
  }
  return 0;
}

int64_t lf_days_from_civil(int year, int month, int day) {
  /* Hinnant 2013, "chrono-Compatible Low-Level Date Algorithms": years begin in March, eras are 400 years */
  int64_t y = (int64_t)year - (month <= 2);
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t of_era = y - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day) {
  int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
  int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
  *day = (int)(of_year - (153 * m + 2) / 5 + 1);
  *month = (int)(m < 10 ? m + 3 : m - 9);
  *year = (int)(y + era * 400 + (*month <= 2));
}

static bool valid_day(int year, int month, int day) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1000 || month < 1 || month > 12 || day < 1) return false;
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= days[month - 1] + (month == 2 && leap);
}

static int full_year(int year, int digits) {
  if (digits != 2) return year;
  return year < 69 ? year + 2000 : year + 1900; /* POSIX strptime %y */
}

/* "Z", "UTC", "+02", "+0200", "+02:00": minutes east. */
static bool take_zone(cursor *c, int *minutes) {
  int hour = 0, minute = 0;
  *minutes = 0;
  if (take(c, 'Z') || take(c, 'z')) return true;
  if (c->end - c->at >= 3 && (memcmp(c->at, "UTC", 3) == 0 || memcmp(c->at, "GMT", 3) == 0)) {
    c->at += 3;
    return true;
  }
  if (c->at >= c->end || (*c->at != '+' && *c->at != '-')) return true;
  int sign = *c->at++ == '-' ? -1 : 1;
  if (take_number(c, 2, &hour) != 2) return false;
  take(c, ':');
  if (c->at < c->end && take_number(c, 2, &minute) != 2) return false;
  *minutes = sign * (60 * hour + minute);
  return hour <= 15 && minute < 60;
}

static bool take_half(cursor *c, int *hour) {
  if (c->end - c->at < 2) return true;
  char first = (char)(*c->at | 32);
  if ((first != 'a' && first != 'p') || (c->at[1] | 32) != 'm') return true;
  c->at += 2;
  if (*hour < 1 || *hour > 12) return false;
  *hour = *hour % 12 + (first == 'p' ? 12 : 0);
  return true;
}

/* hh:mm[:ss[.fff]] [AM|PM] [zone] to the end; nothing is midnight. */
static bool take_time(cursor *c, double *fraction) {
  *fraction = 0;
  if (c->at == c->end) return true;
  if (!take(c, 'T')) take(c, ',');
  skip_spaces(c);
  int hour = 0, minute = 0, second = 0, zone = 0;
  double part = 0, unit = 0.1;
  if (!take_number(c, 2, &hour) || !take(c, ':') || take_number(c, 2, &minute) != 2) return false;
  if (take(c, ':')) {
    if (take_number(c, 2, &second) != 2) return false;
    if (take(c, '.') || take(c, ','))
      for (; c->at < c->end && digit(*c->at); unit /= 10) part += unit * (*c->at++ - '0');
  }
  skip_spaces(c);
  if (!take_half(c, &hour)) return false;
  skip_spaces(c);
  if (!take_zone(c, &zone) || hour > 24 || minute > 59 || second > 60) return false;
  skip_spaces(c);
  *fraction = (hour * 3600.0 + minute * 60.0 + second + part - zone * 60.0) / 86400.0;
  return c->at == c->end;
}

/* 20210415, alone. */
static bool read_compact(const char *text, size_t n, lf_date_parts *p) {
  int all = 0;
  cursor c = {text, text + n};
  if (n != 8 || take_number(&c, 8, &all) != 8) return false;
  *p = (lf_date_parts){.year = all / 10000, .month = all / 100 % 100, .day = all % 100};
  return p->year >= 1900 && p->year <= 2100;
}

/* Mon d, yyyy */
static bool read_month_first(cursor *c, lf_date_parts *p) {
  p->named_month = true;
  p->mark = ' ';
  p->month = take_month(c);
  skip_spaces(c);
  if (!p->month || !take_number(c, 2, &p->day)) return false;
  take(c, ',');
  skip_spaces(c);
  return take_number(c, 4, &p->year) == 4;
}

/* What follows the first number: a mark and the two other parts, or a month's name. */
static bool read_rest(cursor *c, int first, int first_digits, lf_date_order order, lf_date_parts *p) {
  int second = 0, third = 0;
  char mark = *c->at++; /* a date has six characters, its first number four at most */
  if (mark != '-' && mark != '/' && mark != '.' && mark != ' ') return false;
  skip_spaces(c);
  p->mark = mark;
  p->month = take_month(c);
  p->named_month = p->month != 0;
  if (p->named_month) {
    if (!take(c, ',')) take(c, mark);
    skip_spaces(c);
    int digits = take_number(c, 4, &third);
    p->day = first;
    p->year = full_year(third, digits);
    return first_digits <= 2 && (digits == 2 || digits == 4);
  }
  if (mark == ' ' || !take_number(c, 2, &second) || !take(c, mark)) return false;
  int digits = take_number(c, 4, &third);
  if (first_digits == 4) {
    p->year = first, p->month = second, p->day = third;
    return digits == 1 || digits == 2;
  }
  if (first_digits > 2 || (digits != 2 && digits != 4) || order == LF_DATE_YMD) return false;
  p->year = full_year(third, digits);
  p->month = order == LF_DATE_MDY ? first : second;
  p->day = order == LF_DATE_MDY ? second : first;
  return true;
}

bool lf_read_date(const char *text, size_t n, lf_date_order order, double *days, lf_date_parts *parts) {
  *parts = (lf_date_parts){0};
  if (n < 6 || n > 48) return false;
  cursor c = {text, text + n};
  double fraction = 0;
  if (digit(text[0])) {
    int first = 0;
    if (read_compact(text, n, parts)) {
      c.at = c.end;
    } else {
      int digits = take_number(&c, 4, &first);
      if (!read_rest(&c, first, digits, order, parts)) return false;
    }
  } else if (!read_month_first(&c, parts)) {
    return false;
  }
  if (!valid_day(parts->year, parts->month, parts->day)) return false;
  if (c.at < c.end && *c.at != ' ' && *c.at != 'T' && *c.at != ',') return false;
  if (c.at < c.end && *c.at == ' ') skip_spaces(&c);
  if (!take_time(&c, &fraction)) return false;
  *days = (double)lf_days_from_civil(parts->year, parts->month, parts->day) + fraction;
  return true;
}

void lf_format_date(double days, char out[LF_DATE_TEXT]) {
  int year = 0, month = 0, day = 0;
  int64_t seconds = llround(days * 86400.0);
  int64_t whole = seconds / 86400, rest = seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    whole--;
  }
  civil_from_days(whole, &year, &month, &day);
  int n = snprintf(out, LF_DATE_TEXT, "%04d-%02d-%02d", year, month, day);
  if (rest && n > 0 && n < LF_DATE_TEXT)
    snprintf(out + n, (size_t)(LF_DATE_TEXT - n), " %02d:%02d:%02d", (int)(rest / 3600),
             (int)(rest / 60 % 60), (int)(rest % 60));
}
