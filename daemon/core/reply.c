/* reply.c - the order of work of a reply (docs/REPLIES.md, 2), its codes, and who a sender is. */
#include "reply.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "reply_parts.h"

#include "banned.h"

static const char *const do_codes[REPLY_DOS] = {
	[REPLY_APPLY] = "apply",
	[REPLY_RAISE] = "raise",
	[REPLY_PROPOSE] = "propose",
	[REPLY_CORRECT] = "correct",
	[REPLY_NOOP] = "noop",
	[REPLY_LATE] = "late",
};

static const char *const next_codes[REPLY_NEXTS] = {
	[REPLY_UNKNOWN] = "unknown",
	[REPLY_DIGITS] = "digits",
	[REPLY_ACTION] = "action",
	[REPLY_WHICH] = "which",
	[REPLY_HUMAN] = "human",
	[REPLY_IS_LATE] = "late",
	[REPLY_CONFIRM] = "confirm",
	[REPLY_ECHO] = "echo",
	[REPLY_NONE] = "none",
	[REPLY_IGNORE] = "ignore",
	[REPLY_HELP] = "help",
	[REPLY_LIST] = "list",
	[REPLY_LEAVE] = "leave",
	[REPLY_BACK] = "back",
	[REPLY_STOP] = "stop",
};

static const char *const state_codes[] = {
	[REPLY_OFFERED] = "offered",
	[REPLY_ACCEPTED] = "accepted",
	[REPLY_MET] = "met",
	[REPLY_CLOSED] = "closed",
};

const char *reply_do_code(enum reply_do how)
{
	return do_codes[how];
}

const char *reply_next_code(enum reply_next next)
{
	return next_codes[next];
}

bool reply_state_of(const char *code, enum reply_state *out)
{
	for (size_t i = 0; i < sizeof state_codes / sizeof *state_codes; i++)
		if (code != NULL && strcmp(code, state_codes[i]) == 0) {
			*out = (enum reply_state)i;
			return true;
		}
	return false;
}

enum reply_sender reply_sender_of(const char *number, bool in_directory)
{
	static const char *const prefixes[] = { "+86", "0086", "86" };

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(number, prefixes[i], len) == 0 && strlen(number) == len + 11) {
			number += len;
			break;
		}
	}
	if (strlen(number) != 11 || strspn(number, "0123456789") != 11 || number[0] != '1' ||
		number[1] < '3')
		return REPLY_SERVICE;
	return in_directory ? REPLY_MEMBER : REPLY_STRANGER;
}

/* -- one piece of memory for all that a text needs ----------------------------------------------- */

/* The next array of `count` in the block, aligned for anything in them; NULL while measuring. */
static void *piece(char *block, size_t *at, size_t count, size_t size)
{
	size_t from = *at;

	*at += (count * size + 7) / 8 * 8;
	return block == NULL ? NULL : block + from;
}

/*
 * Returns the size of the block. No array is longer than the text has bytes, but for the
 * marks at its ends.
 */
static size_t lay_out(struct reply_work *w, size_t n, char *block)
{
	size_t at = 0;

	w->t = piece(block, &at, n, sizeof *w->t);
	w->spare = piece(block, &at, n, sizeof *w->spare);
	w->numbers = piece(block, &at, n, sizeof *w->numbers);
	w->tokens = piece(block, &at, n, sizeof *w->tokens);
	w->codes = piece(block, &at, n, sizeof *w->codes);
	w->compact = piece(block, &at, n, sizeof *w->compact);
	w->origin = piece(block, &at, n, sizeof *w->origin);
	w->lengths = piece(block, &at, n, sizeof *w->lengths);
	w->covered = piece(block, &at, n, sizeof *w->covered);
	w->hits = piece(block, &at, n, sizeof *w->hits);
	return at;
}

/* -- the order of work --------------------------------------------------------------------------- */

static bool is_empty(const struct reply_work *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (!canon_is_separator(w->t[i]) || w->t[i] == '?')
			return false;
	return true;
}

/* The sender's previous message says the same: canonical, without what is ours in it. */
static bool repeats(const struct reply_work *w)
{
	const struct reply_context *context = w->context;
	size_t n;

	if (context->before_text == NULL || context->before_min_ago > REPLY_REPEAT_MIN ||
		strlen(context->before_text) > REPLY_BYTES_MAX)
		return false;
	n = canon_fold(context->before_text, strlen(context->before_text), w->spare);
	n = reply_drop_own(w->spare, n, context->sign);
	return n == w->n && memcmp(w->spare, w->t, n * sizeof *w->t) == 0;
}

/* Of an automatic reply, what its rest is worth; REPLY_NEXTS: go on with the rest. */
static enum reply_next judge_automatic(const struct reply_work *w)
{
	bool phrase = false;

	if (w->n_tokens > 0 && w->tokens[0].kind != REPLY_TOKEN_BARE)
		return REPLY_NEXTS;
	for (size_t i = 0; i < w->n_hits; i++) {
		int action = w->hits[i].action;

		if (w->hits[i].clause_word || action < 0)
			continue;
		if (!w->hits[i].negated && (action == 0 || action == 4 || action == 7))
			return REPLY_NEXTS;
		phrase = true;
	}
	return phrase ? REPLY_HUMAN : REPLY_IGNORE;
}

static void read_text(struct reply_work *w)
{
	size_t opener = reply_opener(w->t, w->n);
	enum reply_next automatic = REPLY_NEXTS;

	w->n -= opener;
	memmove(w->t, w->t + opener, w->n * sizeof *w->t);
	w->t[w->n] = 0;
	reply_find_tokens(w);
	reply_find_hits(w);
	if (opener > 0)
		automatic = judge_automatic(w);
	if (automatic != REPLY_NEXTS) {
		w->out->next = automatic;
		return;
	}
	if (reply_take_command(w) || reply_take_answer(w))
		return;
	reply_read_segments(w);
	reply_settle(w);
}

static bool does_something(const struct reply *out)
{
	for (size_t i = 0; i < out->n_items; i++)
		if (out->items[i].how == REPLY_APPLY || out->items[i].how == REPLY_CORRECT ||
			out->items[i].how == REPLY_RAISE)
			return true;
	return false;
}

static void read_folded(struct reply_work *w)
{
	size_t own = reply_own_lines(w->t, w->n, w->context->sign);
	bool repeated;

	if (reply_is_tapback(w->t + own, w->n - own)) {
		w->out->next = REPLY_IGNORE;
		return;
	}
	w->n = reply_drop_own(w->t, w->n, w->context->sign);
	repeated = repeats(w);
	if (is_empty(w))
		w->out->next = REPLY_HUMAN;
	else
		read_text(w);
	if (repeated && !does_something(w->out)) {
		w->out->next = REPLY_IGNORE;
		w->out->n_items = 0;
		w->out->days = 0;
	}
}

void reply_read(const char *text, const struct reply_context *context, struct reply *out)
{
	struct reply_work w = { .context = context, .phrases = context->phrases, .out = out };
	size_t bytes = strlen(text), room = bytes, open = 0;
	char *block;

	assert(context->n_tasks <= REPLY_TASKS_MAX);
	out->next = REPLY_HUMAN;
	out->days = 0;
	out->n_items = 0;
	if (context->sender == REPLY_SERVICE)
		out->next = REPLY_IGNORE;
	if (context->sender != REPLY_MEMBER || context->written_min_ago > REPLY_AGE_MAX_MIN ||
		bytes > REPLY_BYTES_MAX)
		return;
	if (context->before_text != NULL && strlen(context->before_text) <= REPLY_BYTES_MAX &&
		strlen(context->before_text) > room)
		room = strlen(context->before_text);
	block = malloc(lay_out(&w, room + 4, NULL));
	if (block == NULL)
		abort();
	lay_out(&w, room + 4, block);
	reply_know_codes(&w);
	for (size_t i = 0; i < context->n_tasks; i++)
		open += context->tasks[i].state != REPLY_CLOSED;
	w.several_open = open >= 2;
	w.n = canon_fold(text, bytes, w.t);
	read_folded(&w);
	free(block);
}
