/*
 * line.h - from a modem's bytes to lines (V.250 5 and 6), whatever the cuts.
 *
 * Pure, a fixed buffer, no allocation. Calling sequence: line_put() some bytes, then
 * line_take() until it gives NULL; again. The same bytes give the same lines however they
 * are cut.
 *
 * A line ends at CR or LF in any mixture; empty lines are dropped, spaces at both ends cut.
 * Bytes outside 0x20..0x7E at the start of a line are noise and cut; inside a line they
 * spoil it (`spoilt`), the next line is good again. A line of more than LINE_MAX bytes is
 * dropped to its end and counted.
 */
#ifndef QUANZU_LINE_H
#define QUANZU_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum { LINE_MAX_BYTES = 2048 };

struct lines {
	char in[LINE_MAX_BYTES + 2]; /* the longest line, its end, and room for a NUL */
	size_t len, used;            /* bytes present; bytes of the line handed out last */
	size_t searched;             /* no line end before this place */
	bool skipping;               /* inside a line that was too long */
	unsigned long dropped;       /* lines that were too long */
};

struct line {
	char *text; /* NUL-terminated; may hold more NULs when spoilt */
	size_t len;
	bool spoilt, prompt; /* prompt: text is ">" */
};

void line_init(struct lines *l);
/* Takes at most n bytes and returns how many fitted; the rest after the lines were taken. */
size_t line_put(struct lines *l, const char *bytes, size_t n);
/*
 * The next line; false when there is no whole one. `prompt`: a ">" at the start of a line
 * is a line by itself, for a command waits for it (27.005 4.3). Valid until the next call.
 */
bool line_take(struct lines *l, bool prompt, struct line *out);

#endif
