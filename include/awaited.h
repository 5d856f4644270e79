/*
 * awaited.h - by heart: which part of which message a modem's delivery report is about.
 *
 * A report names one of 256 references, given out in turn, and a number (23.040 9.2.3.6); its part is
 * the newest one with both. The table of parts knows them all; asking it costs a look at every
 * message with that reference, and a phone to be unsealed for each. Here are the last AWAITED_EACH of
 * each reference that were sent since the start.
 *
 * It is a hint: what was sent may have been undone since, so the caller makes sure in the table, and
 * looks there when nothing is found. What is found is never older than what the table would say.
 */
#ifndef QUANZU_AWAITED_H
#define QUANZU_AWAITED_H

#include <stdbool.h>
#include <stdint.h>

enum { AWAITED_EACH = 8, AWAITED_MESSAGES = 4, AWAITED_NUMBER = 24 };

struct awaited; /* of one channel */

struct awaited *awaited_new(void);
void awaited_free(struct awaited *a); /* NULL is allowed */

struct awaited_part {
	int64_t id, case_id; /* of its message */
	int part, parts;     /* 0-based, total; 0 not known */
};

/* That message goes to that number now; the last AWAITED_MESSAGES are known. */
void awaited_message(struct awaited *a, int64_t id, int64_t case_id, const char *number);
/*
 * A part of it was sent by that reference (0 to 255); p's case is not read. Of an unknown message: the
 * reference is forgotten.
 */
void awaited_sent(struct awaited *a, const struct awaited_part *p, int mr, int64_t now_ms);
/*
 * The newest part with that reference, a number that is the same, and not sent before since_ms; it is
 * forgotten by this.
 */
bool awaited_take(struct awaited *a, int mr, const char *number,
	bool (*same)(const char *, const char *), int64_t since_ms, struct awaited_part *out);

#endif
