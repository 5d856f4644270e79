#include "quota.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { RESERVED = 5, OWN = 10, WHOLE = 1000 };

static const struct {
	const char *code, *name;
	int64_t slot_ms; /* a 24th of the span */
} spans[] = {
	[QUOTA_MINUTE] = { "minute", "每分钟", 2500 },
	[QUOTA_HOUR] = { "hour", "每小时", 150 * 1000 },
	[QUOTA_DAY] = { "day", "每天", 3600 * 1000 },
	[QUOTA_MONTH] = { "month", "每月", INT64_C(30) * 3600 * 1000 },
};

const char *quota_span_code(enum quota_span span)
{
	return spans[span].code;
}

const char *quota_span_name(enum quota_span span)
{
	return spans[span].name;
}

bool quota_any(const struct quota_limits *l)
{
	for (int i = 0; i < QUOTA_SPANS; i++)
		if (l->parts[i] > 0)
			return true;
	return false;
}

static int64_t slot_of(const struct quota_window *w, enum quota_span span, int64_t now_ms)
{
	int64_t slot = now_ms / spans[span].slot_ms;

	return slot < w->slot ? w->slot : slot;
}

static int in_slot(const struct quota_window *w, int64_t slot)
{
	bool known = slot <= w->slot && slot > w->slot - QUOTA_SLOTS && slot >= 0;

	return known ? w->used[slot % QUOTA_SLOTS] : 0;
}

static void move_to(struct quota_window *w, int64_t slot)
{
	if (slot - w->slot >= QUOTA_SLOTS)
		memset(w->used, 0, sizeof w->used);
	else
		for (int64_t s = w->slot + 1; s <= slot; s++)
			w->used[s % QUOTA_SLOTS] = 0;
	w->slot = slot;
}

void quota_add(struct quota *q, const struct quota_limits *l, int64_t now_ms, int parts)
{
	for (int i = 0; i < QUOTA_SPANS; i++) {
		struct quota_window *w = &q->span[i];

		if (l->parts[i] == 0)
			continue;
		move_to(w, slot_of(w, (enum quota_span)i, now_ms));
		w->used[w->slot % QUOTA_SLOTS] += parts;
	}
}

int quota_used(const struct quota *q, enum quota_span span, int64_t now_ms)
{
	const struct quota_window *w = &q->span[span];
	int64_t slot = slot_of(w, span, now_ms);
	int sum = 0;

	for (int64_t s = slot - QUOTA_SLOTS + 1; s <= slot; s++)
		sum += in_slot(w, s);
	return sum;
}

static int room_of(int limit, bool urgent)
{
	int own = limit / OWN;

	if (urgent)
		return limit + (own == 0 ? 1 : own);
	return limit == 1 ? 1 : limit - limit / RESERVED;
}

/* When one window has room for them: slot by slot the oldest leave it. */
static int64_t window_open(const struct quota_window *w, enum quota_span span, int64_t now_ms,
	int room, int parts, int ahead)
{
	int64_t slot = slot_of(w, span, now_ms), first = slot - QUOTA_SLOTS + 1;
	int need = parts > room ? room : parts, used = 0, rounds = ahead / room;

	for (int64_t s = first; s <= slot; s++)
		used += in_slot(w, s);
	ahead %= room;
	while (first <= slot && used + ahead + need > room)
		used -= in_slot(w, first++);
	/* With nothing left of what was sent, those ahead of it fill a window themselves. */
	if (ahead + need > room)
		rounds++;
	if (first == slot - QUOTA_SLOTS + 1 && rounds == 0)
		return 0;
	return (first + QUOTA_SLOTS - 1 + (int64_t)rounds * QUOTA_SLOTS) * spans[span].slot_ms;
}

struct quota_answer quota_ask(const struct quota *q, const struct quota_limits *l, int64_t now_ms,
	int parts, int ahead, bool urgent)
{
	struct quota_answer out = { .until_ms = 0 };

	for (int i = 0; i < QUOTA_SPANS; i++) {
		enum quota_span span = (enum quota_span)i;
		int64_t until;

		if (l->parts[i] == 0)
			continue;
		until = window_open(
			&q->span[i], span, now_ms, room_of(l->parts[i], urgent), parts, ahead);
		if (until > out.until_ms)
			out = (struct quota_answer){ until, span };
	}
	if (out.until_ms <= now_ms)
		out.until_ms = 0;
	return out;
}

int quota_fill(const struct quota *q, const struct quota_limits *l, int64_t now_ms)
{
	int most = 0;

	for (int i = 0; i < QUOTA_SPANS; i++) {
		int64_t used;

		if (l->parts[i] == 0)
			continue;
		used = (int64_t)quota_used(q, (enum quota_span)i, now_ms) * WHOLE / l->parts[i];
		most = used > most ? (int)used : most;
	}
	return most;
}

/* -- as text: slot,newest,before,…;slot,… ----------------------------------------------------- */

void quota_text(const struct quota *q, char out[QUOTA_TEXT])
{
	size_t at = 0;

	for (int i = 0; i < QUOTA_SPANS; i++) {
		const struct quota_window *w = &q->span[i];
		int last = QUOTA_SLOTS - 1;

		while (last >= 0 && in_slot(w, w->slot - last) == 0)
			last--;
		at += (size_t)snprintf(
			out + at, QUOTA_TEXT - at, "%s%lld", i == 0 ? "" : ";", (long long)w->slot);
		for (int s = 0; s <= last; s++)
			at += (size_t)snprintf(
				out + at, QUOTA_TEXT - at, ",%d", in_slot(w, w->slot - s));
		assert(at < QUOTA_TEXT);
	}
}

/* No card sends a million parts in a slot, and the last slot is in the year 2700: sums and times stay in range. */
static bool read_window(const char **at, struct quota_window *w)
{
	enum { PARTS_MAX = 1000000 };
	static const int64_t slot_max = INT64_C(9999999999);
	char *end;

	w->slot = strtoll(*at, &end, 10);
	if (end == *at || w->slot < 0 || w->slot > slot_max)
		return false;
	for (int s = 0; *end == ','; s++) {
		const char *from = end + 1;
		long long n = strtoll(from, &end, 10);

		if (end == from || n < 0 || n > PARTS_MAX || s == QUOTA_SLOTS || s > w->slot)
			return false;
		w->used[(w->slot - s) % QUOTA_SLOTS] = (int)n;
	}
	*at = end;
	return true;
}

bool quota_of_text(const char *text, struct quota *q)
{
	struct quota read = { .span[0].slot = 0 };

	memset(q, 0, sizeof *q);
	for (int i = 0; i < QUOTA_SPANS; i++) {
		if (!read_window(&text, &read.span[i]))
			return false;
		if (*text != (i + 1 < QUOTA_SPANS ? ';' : '\0'))
			return false;
		text++;
	}
	*q = read;
	return true;
}

/* -- one number, one template ------------------------------------------------------------------- */

void rate_add(struct rate_times *t, int64_t at_ms)
{
	t->at[t->next % RATE_TIMES] = at_ms;
	t->next = (t->next + 1) % RATE_TIMES;
}

/* The n-th last time, from 1. */
static int64_t time_back(const struct rate_times *t, int n)
{
	return t->at[(t->next + RATE_TIMES - (unsigned)n) % RATE_TIMES];
}

int64_t rate_last(const struct rate_times *t)
{
	return time_back(t, 1);
}

int64_t rate_ask(const struct rate_times *t, const struct rate_rules *r, int64_t now_ms)
{
	int64_t until = 0;

	for (int i = 0; i < r->count; i++) {
		int64_t then = time_back(t, r->at[i].count);

		if (then != 0 && then + r->at[i].span_ms > until)
			until = then + r->at[i].span_ms;
	}
	return until > now_ms ? until : 0;
}

int64_t rate_longest(const struct rate_rules *r)
{
	int64_t longest = 0;

	for (int i = 0; i < r->count; i++)
		longest = r->at[i].span_ms > longest ? r->at[i].span_ms : longest;
	return longest;
}
