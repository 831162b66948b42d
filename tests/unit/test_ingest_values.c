/* Texts as numbers and dates. Days since 1970 are those of `date -u -d … +%s` / 86400. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/value.h"

typedef struct number_case {
  const char *text;
  lf_decimal_mark mark;
  double value;
} number_case;

static void numbers_as_people_write_them(void **state) {
  (void)state;
  static const number_case cases[] = {
      {"5", LF_MARK_POINT, 5},
      {"-12.50", LF_MARK_POINT, -12.5},
      {"+3", LF_MARK_POINT, 3},
      {"0.113985", LF_MARK_POINT, 0.113985},
      {".5", LF_MARK_POINT, 0.5},
      {"1e-3", LF_MARK_POINT, 0.001},
      {"$22,700.00", LF_MARK_POINT, 22700},
      {"$200,000", LF_MARK_POINT, 200000},
      {"US$ 1,234,567.5", LF_MARK_POINT, 1234567.5},
      {"-$45.10", LF_MARK_POINT, -45.1},
      {"$-45.10", LF_MARK_POINT, -45.1},
      {"(1,200)", LF_MARK_POINT, -1200},
      {"($1,200.25)", LF_MARK_POINT, -1200.25},
      {"45%", LF_MARK_POINT, 45},
      {"12.5 %", LF_MARK_POINT, 12.5},
      {"1,00,000", LF_MARK_POINT, 100000},
      {"\xe2\x82\xac 1.234,56", LF_MARK_COMMA, 1234.56},
      {"1.234,56 EUR", LF_MARK_COMMA, 1234.56},
      {"0,5", LF_MARK_COMMA, 0.5},
      {"12", LF_MARK_COMMA, 12},
      {"1 234 567,8", LF_MARK_COMMA, 1234567.8},
      {"1\xc2\xa0"
       "234,5",
       LF_MARK_COMMA, 1234.5},
      {"CHF 1'234.50", LF_MARK_POINT, 1234.5},
      {"USD 1,200", LF_MARK_POINT, 1200},
      {"\xe2\x88\x92"
       "7",
       LF_MARK_POINT, -7},
      {"999999999999999", LF_MARK_POINT, 999999999999999.0},
      {"12,34,567", LF_MARK_POINT, 1234567},
      {"1\xe2\x80\xaf"
       "234,5",
       LF_MARK_COMMA, 1234.5},
      {"1\xe2\x80\x99"
       "234\xe2\x80\x99"
       "567",
       LF_MARK_POINT, 1234567},
      {"5 kr", LF_MARK_COMMA, 5},
      {"\xe2\x88\x92$7", LF_MARK_POINT, -7},
      {"$\xe2\x88\x92"
       "7",
       LF_MARK_POINT, -7},
      {"(12%)", LF_MARK_POINT, -12},
      {"5%", LF_MARK_POINT, 5},
      {"$5.", LF_MARK_POINT, 5},
      {"$.5", LF_MARK_POINT, 0.5},
      {"5,", LF_MARK_COMMA, 5},
      {"+$12345678901", LF_MARK_POINT, 12345678901},
      {"+12,345,678,901", LF_MARK_POINT, 12345678901},
      {"+12345678901,5", LF_MARK_COMMA, 12345678901.5},
      {"12345678901", LF_MARK_COMMA, 12345678901},
      {"123456789012345", LF_MARK_COMMA, 123456789012345},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double value = -1;
    lf_number_look look;
    if (!lf_read_number(cases[i].text, strlen(cases[i].text), cases[i].mark, &value, &look))
      fail_msg("'%s' was not read", cases[i].text);
    if (value < cases[i].value || value > cases[i].value)
      fail_msg("'%s' was read as %.17g", cases[i].text, value);
  }
}

static void texts_that_are_no_numbers(void **state) {
  (void)state;
  static const char *const texts[] = {"",
                                      "nan",
                                      "NaN",
                                      "inf",
                                      "-Infinity",
                                      "0x1F",
                                      "1,23",
                                      "12,34,56",
                                      "1,2345",
                                      "1.2.3",
                                      "1,234,56",
                                      "abc",
                                      "12abc",
                                      "5 apples",
                                      "$",
                                      "%",
                                      "-",
                                      "()",
                                      "1e",
                                      "--5",
                                      "1234567890123456",
                                      "401013266745e5661589292315434968",
                                      "+491701234567",
                                      "0,123",
                                      "12:30",
                                      "2021-04-15",
                                      "1 2",
                                      "0 123"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    double value = 0;
    lf_number_look look;
    if (lf_read_number(texts[i], strlen(texts[i]), LF_MARK_POINT, &value, &look))
      fail_msg("'%s' was read as %.17g", texts[i], value);
  }
}

/* Marks that are mixed, groups of wrong lengths, telephone numbers, more digits than a number has. */
static void texts_that_are_no_grouped_numbers(void **state) {
  (void)state;
  static const struct {
    const char *text;
    lf_decimal_mark mark;
  } cases[] = {
      {"1,234'567", LF_MARK_POINT},
      {"1,234\xc2\xa0"
       "567",
       LF_MARK_POINT},
      {"1,00,000,000", LF_MARK_POINT},
      {"123,00,000", LF_MARK_POINT},
      {"1234,567", LF_MARK_POINT},
      {"0,12,345", LF_MARK_POINT},
      {"1.2345", LF_MARK_COMMA},
      {"1\xe2\x80", LF_MARK_POINT},
      {"1\xe2\x80\x9a"
       "234",
       LF_MARK_POINT},
      {"1\xc3\xa0"
       "234",
       LF_MARK_POINT},
      {"+49170123456", LF_MARK_COMMA},
      {"1234567890123456", LF_MARK_COMMA},
      {"$12345678901234567890123456789012345", LF_MARK_POINT},
      {"0,1111111111111111111111111111111111111111111111111111111111111111111", LF_MARK_COMMA},
      {"0,11111111111111111111111111111111111111111111111111111111111111", LF_MARK_COMMA},
      {"(12", LF_MARK_POINT},
      {"$1.2.3", LF_MARK_POINT},
      {"$1x", LF_MARK_POINT},
      {"1 %%", LF_MARK_POINT},
      {"-%1", LF_MARK_COMMA},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double value = 0;
    lf_number_look look;
    if (lf_read_number(cases[i].text, strlen(cases[i].text), cases[i].mark, &value, &look))
      fail_msg("'%s' was read as %.17g", cases[i].text, value);
  }
}

static void codes_with_leading_zeros(void **state) {
  (void)state;
  assert_true(lf_is_zero_code("007", 3));
  assert_true(lf_is_zero_code("00", 2));
  assert_false(lf_is_zero_code("0", 1));
  assert_false(lf_is_zero_code("0.5", 3));
  assert_false(lf_is_zero_code("70", 2));
}

typedef struct date_case {
  const char *text;
  lf_date_order order;
  double days;
} date_case;

static void dates_as_crms_export_them(void **state) {
  (void)state;
  const double minute = 1.0 / 1440;
  const date_case cases[] = {
      {"1970-01-01", LF_DATE_MDY, 0},
      {"2021-04-15", LF_DATE_MDY, 18732},
      {"2021-04-15", LF_DATE_DMY, 18732},
      {"2020-02-29", LF_DATE_MDY, 18321},
      {"1969-12-31", LF_DATE_MDY, -1},
      {"2018-02-26 19:58:54", LF_DATE_MDY, 17588 + (19 * 3600 + 58 * 60 + 54) / 86400.0},
      {"2020-07-09 15:25:37.054", LF_DATE_MDY, 18452 + (15 * 3600 + 25 * 60 + 37.054) / 86400.0},
      {"2021-04-15T10:00:00Z", LF_DATE_MDY, 18732 + 600 * minute},
      {"2021-04-15T10:00:00+02:00", LF_DATE_MDY, 18732 + 480 * minute},
      {"2021-04-15T10:00:00.000+0000", LF_DATE_MDY, 18732 + 600 * minute},
      {"2021-04-15T00:30:00-05:30", LF_DATE_MDY, 18732 + 360 * minute},
      {"2021-04-15 10:00:00 UTC", LF_DATE_MDY, 18732 + 600 * minute},
      {"2021/04/15", LF_DATE_DMY, 18732},
      {"4/15/2021", LF_DATE_MDY, 18732},
      {"4/15/2021 3:05 PM", LF_DATE_MDY, 18732 + 905 * minute},
      {"4/15/2021 12:05 AM", LF_DATE_MDY, 18732 + 5 * minute},
      {"1/18/2021 0:00", LF_DATE_MDY, 18645},
      {"4/15/21", LF_DATE_MDY, 18732},
      {"26-02-2018 19:58", LF_DATE_DMY, 17588 + 1198 * minute},
      {"15/04/2021", LF_DATE_DMY, 18732},
      {"15.04.21", LF_DATE_DMY, 18732},
      {"15.04.2021 00:03", LF_DATE_DMY, 18732 + 3 * minute},
      {"20210415", LF_DATE_DMY, 18732},
      {"15 Apr, 2021 00:03:00", LF_DATE_MDY, 18732 + 3 * minute},
      {"15-Apr-21", LF_DATE_MDY, 18732},
      {"15 April 2021", LF_DATE_DMY, 18732},
      {"Apr 15, 2021", LF_DATE_DMY, 18732},
      {"April 15, 2021, 3:05 PM", LF_DATE_DMY, 18732 + 905 * minute},
      {"2000-02-29", LF_DATE_MDY, 11016},
      {"4/15/68", LF_DATE_MDY, 35899}, /* two digits: 1969 to 2068, as strptime has them */
      {"4/15/69", LF_DATE_MDY, -261},
      {"2021-4-5", LF_DATE_MDY, 18722},
      {"Sept. 3, 2021", LF_DATE_MDY, 18873},
      {"3 Sept 2021", LF_DATE_MDY, 18873},
      {"2021-04-15T10:00z", LF_DATE_MDY, 18732 + 600 * minute},
      {"2021-04-15 10:00 GMT", LF_DATE_MDY, 18732 + 600 * minute},
      {"2021-04-15T10:00+02", LF_DATE_MDY, 18732 + 480 * minute},
      {"2021-04-15T10:00:30,5", LF_DATE_MDY, 18732 + 600 * minute + 30.5 / 86400},
      {"2021-04-15 24:00", LF_DATE_MDY, 18733},
      {"4/15/2021 3:05 pm", LF_DATE_MDY, 18732 + 905 * minute},
      {"4/15/2021 3:05am", LF_DATE_MDY, 18732 + 185 * minute},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double days = 0;
    lf_date_parts parts;
    if (!lf_read_date(cases[i].text, strlen(cases[i].text), cases[i].order, &days, &parts))
      fail_msg("'%s' was not read", cases[i].text);
    if (fabs(days - cases[i].days) > 1e-9) fail_msg("'%s' was read as %.9f", cases[i].text, days);
  }
}

static void texts_that_are_no_dates(void **state) {
  (void)state;
  static const char *const texts[] = {
      "2021-02-29", "2021-13-01", "2021-00-10", "18992021", "12345678", "4/15", "15/15/2021", "2021-04-15x",
      "2021-04-15 25:00", "12:30", "10-12", "1.2.3", "hello", "15 Foo 2021", "2021-04", "1234.5678",
      "2021-04-15 10:61",
      /* days and years that are none */
      "2021-04-00", "1900-02-29", "2100-02-29", "0021-04-15", "4/15/021", "2021-04-123", "123/4/2021",
      "99991231",
      /* marks and names */
      "15x04x2021", "15/4-2021", "15/x/2021", "15 04 2021", "15 Apr 202", "123 Apr 2021", "15 Ap 2021",
      "Apr x, 2021", "April 15, 202", "Foo 15, 2021", "3 Augu 2021",
      /* times */
      "2021-04-15 x", "2021-04-15T10", "2021-04-15 10:5", "2021-04-15 10:05:5", "2021-04-15 10:05:61",
      "2021-04-15 10:05 x", "2021-04-15 13:05 PM", "2021-04-15 0:05 AM", "2021-04-15 10:05 XM",
      "2021-04-15 10:05 at", "2021-04-15 10:05 pm pm",
      /* zones */
      "2021-04-15T10:00+2", "2021-04-15T10:00+02:3", "2021-04-15T10:00+16:00", "2021-04-15T10:00+02:60",
      "2021-04-15T10:00 UTX", "2021-04-15T10:00 CET"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    for (int order = LF_DATE_MDY; order <= LF_DATE_DMY; order++) {
      double days = 0;
      lf_date_parts parts;
      if (lf_read_date(texts[i], strlen(texts[i]), (lf_date_order)order, &days, &parts))
        fail_msg("'%s' was read as %.9f", texts[i], days);
    }
}

/* Every day of four centuries, against the rule that each is one more than the one before. */
static void days_are_consecutive(void **state) {
  (void)state;
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int64_t expected = lf_days_from_civil(1800, 1, 1);
  for (int year = 1800; year < 2200; year++)
    for (int month = 1; month <= 12; month++) {
      bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
      for (int day = 1; day <= lengths[month - 1] + (month == 2 && leap); day++)
        assert_int_equal(lf_days_from_civil(year, month, day), expected++);
    }
}

/* Julian day 0 is 24 November 4714 BC, year -4713 of the astronomers; 1970 begins in day 2440588. */
static void days_before_the_year_one(void **state) {
  (void)state;
  assert_int_equal(lf_days_from_civil(-4713, 11, 24), -2440588);
  assert_int_equal(lf_days_from_civil(0, 3, 1) - lf_days_from_civil(0, 2, 29), 1);
}

/* A year is not read where the order says that it comes first. */
static void the_order_of_dates_is_kept_to(void **state) {
  (void)state;
  double days = 0;
  lf_date_parts parts;
  assert_false(lf_read_date("4/15/2021", 9, LF_DATE_YMD, &days, &parts));
  assert_true(lf_read_date("2021/4/15", 9, LF_DATE_YMD, &days, &parts));
  assert_true(days == 18732);
}

static void dates_are_written(void **state) {
  (void)state;
  char text[LF_DATE_TEXT];
  lf_format_date(18732, text);
  assert_string_equal(text, "2021-04-15");
  lf_format_date(18732 + 180.0 / 86400, text);
  assert_string_equal(text, "2021-04-15 00:03:00");
  lf_format_date(-1, text);
  assert_string_equal(text, "1969-12-31");
  lf_format_date(-0.5, text);
  assert_string_equal(text, "1969-12-31 12:00:00");
  lf_format_date((double)lf_days_from_civil(0, 3, 1) - 1, text);
  assert_string_equal(text, "0000-02-29");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_as_people_write_them),
      cmocka_unit_test(texts_that_are_no_numbers),
      cmocka_unit_test(texts_that_are_no_grouped_numbers),
      cmocka_unit_test(codes_with_leading_zeros),
      cmocka_unit_test(dates_as_crms_export_them),
      cmocka_unit_test(texts_that_are_no_dates),
      cmocka_unit_test(days_are_consecutive),
      cmocka_unit_test(days_before_the_year_one),
      cmocka_unit_test(the_order_of_dates_is_kept_to),
      cmocka_unit_test(dates_are_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
