/* Preloaded into a program, makes unixODBC behave otherwise: LEADFIT_ODBC_FAULT="N" the N-th SQLExecute (from
 * 1) fails; LEADFIT_ODBC_TRANSACTIONS="N" is what the driver says of SQL_TXN_CAPABLE, so that drivers that
 * are here stand for those whose databases end a transaction where a table is made. Declared by hand: the
 * test needs no headers of ODBC. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

enum { ERROR = -1, TXN_CAPABLE = 46 };

short SQLExecute(void *statement);
short SQLGetInfo(void *connection, unsigned short what, void *value, short size, short *length);

short SQLExecute(void *statement) {
  static short (*next)(void *);
  static long calls;
  const char *fault = getenv("LEADFIT_ODBC_FAULT");
  if (!next) *(void **)&next = dlsym(RTLD_NEXT, "SQLExecute");
  return ++calls == (fault ? strtol(fault, NULL, 10) : 0) ? ERROR : next(statement);
}

short SQLGetInfo(void *connection, unsigned short what, void *value, short size, short *length) {
  static short (*next)(void *, unsigned short, void *, short, short *);
  const char *transactions = getenv("LEADFIT_ODBC_TRANSACTIONS");
  if (!next) *(void **)&next = dlsym(RTLD_NEXT, "SQLGetInfo");
  short code = next(connection, what, value, size, length);
  if (what == TXN_CAPABLE && transactions)
    *(unsigned short *)value = (unsigned short)strtol(transactions, NULL, 10);
  return code;
}
