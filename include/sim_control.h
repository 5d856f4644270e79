/*
 * sim_control.h - the control socket: one command a line, one JSON object a line in answer.
 *
 * `{"ok":true,...}` or `{"ok":false,"error":"..."}`. Commands: messages [SINCE], stats, clear, quit,
 * and every line of a script (sim_script.h). Several programs may be connected at a time.
 */
#ifndef QUANZU_SIM_CONTROL_H
#define QUANZU_SIM_CONTROL_H

#include <stdbool.h>
#include <uv.h>

#include "sim_world.h"

enum { SIM_MESSAGES_MAX = 20000 }; /* in one answer to `messages`; "more" tells of others */

/* The answer to one line, without a line end, behind what `out` holds. *quit becomes true on `quit`. */
void sim_control_line(struct sim_world *w, const char *line, struct buf *out, bool *quit);

struct sim_control;
/* A socket file that nobody listens on is replaced. NULL with a sentence in error. */
struct sim_control *sim_control_open(
	uv_loop_t *loop, struct sim_world *w, const char *path, char error[SIM_ERROR_MAX]);
void sim_control_close(struct sim_control *c); /* the loop must run once more afterwards */

#endif
