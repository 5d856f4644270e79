/*
 * crier.h - runs the office's program for each alarm, and when it is over.
 *
 * crier_tell() collects on the desk's thread, crier_flush() hands over what was collected with
 * the batch, so that nothing is cried that did not happen. On the loop's thread the program is
 * started without a shell and without arguments, with QUANZU_ALARM_STATE (on, off),
 * QUANZU_ALARM_KIND, QUANZU_ALARM_SUBJECT, QUANZU_ALARM_TEXT and QUANZU_ALARM_SKIPPED in its
 * environment: no personal data. It has half a minute; then it is killed. At most one start a
 * minute for each kind and state: what comes in between waits, the newest stands for all.
 */
#ifndef QUANZU_CRIER_H
#define QUANZU_CRIER_H

#include <stdbool.h>
#include <uv.h>

#include "work.h"

struct crier;

struct crier *crier_start(uv_loop_t *loop, const char *command); /* "" none */
void crier_command(struct crier *c, const char *command);        /* loop's thread */
/* Desk's thread: an alarm began (on) or ended. */
void crier_tell(struct crier *c, const char *kind, const char *subject, const char *text, bool on);
void crier_forget(struct crier *c);                  /* desk's thread: the batch was undone */
void crier_flush(struct crier *c, struct worker *w); /* desk's thread, before the commit */
/* Kills what runs; memory goes when the loop has run. No crier_flush() any more. */
void crier_stop(struct crier *c);

#endif
