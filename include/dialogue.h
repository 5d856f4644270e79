/*
 * dialogue.h - the last lines between us and a modem, for the fault report.
 *
 * Bytes go in as they pass; each line is kept masked: figures of seven digits and more show
 * their ends only, hex of PDUs and texts is its length, a PIN is nothing. So the ring itself
 * never holds what must not be seen. No allocation.
 */
#ifndef QUANZU_DIALOGUE_H
#define QUANZU_DIALOGUE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { DIALOGUE_LINES = 200, DIALOGUE_TEXT = 96 };

struct dialogue {
	struct dialogue_line {
		int64_t at_ms; /* wall clock */
		char dir;      /* '>' we wrote, '<' the modem said, '-' a note of ours */
		char text[DIALOGUE_TEXT];
	} line[DIALOGUE_LINES];
	uint64_t count; /* lines ever */
	struct {        /* the line that is being read or written */
		char text[DIALOGUE_TEXT * 8];
		size_t len;
	} in, out;
};

void dialogue_read(struct dialogue *d, int64_t now_ms, const char *bytes, size_t n);
void dialogue_wrote(struct dialogue *d, int64_t now_ms, const char *bytes, size_t n);
void dialogue_note(struct dialogue *d, int64_t now_ms, const char *text);
/* [{"n","at","dir","text"}] of those with n > since that are still there; new reference. */
json_t *dialogue_json(const struct dialogue *d, uint64_t since);
/* One line as it is kept. Pure. */
void dialogue_mask(const char *line, char out[DIALOGUE_TEXT]);

#endif
