/* A fault tried aside: a child of the program in which one call fails, while the program waits and then goes
 * on as if nothing had been. The child has copies of the program's files, so that neither sees what the other
 * does.
 *
 *   LEADFIT_FAULT_FOLDER   folder in which each child gets one of its own, named KIND-N, with a copy of all
 * that lay in the program's working folder; it goes on there LEADFIT_FAULT_RESULTS  file that gets a line a
 * child: its folder's name and its status as waitpid gives it LEADFIT_FAULT_DEPTH    so many functions, from
 * the one that calls on, make a way (100) LEADFIT_FAULT_WAYS     file of the ways seen by earlier runs of the
 * same program; this one adds its own
 */
#include <stdbool.h>

void aside_begin(void);

/* Forks at the N-th call of a kind; true in the child. */
bool aside_fork(const char *kind, unsigned long long n);

/* Whether a call of this kind (a small number) came by a way of functions that none before came by. */
bool aside_new_way(int kind);
